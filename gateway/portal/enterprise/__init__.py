"""What an enterprise finds when it is signed in: its own pages, on a phone first."""
