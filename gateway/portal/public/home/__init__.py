"""The front page, and the one search box of every page's head."""
