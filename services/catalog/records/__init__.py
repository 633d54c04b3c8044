"""What is kept and shown beside an enterprise's facts."""
