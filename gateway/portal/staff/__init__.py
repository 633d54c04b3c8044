"""What all who work here share: the desk that leads each to their work, the staff's inbox, the look of their pages."""
