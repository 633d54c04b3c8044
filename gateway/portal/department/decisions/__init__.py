"""Pages on which a department decides many cases at once, and takes decisions back."""
