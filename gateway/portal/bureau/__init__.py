"""For the approval bureau: the payments that a second person releases."""
