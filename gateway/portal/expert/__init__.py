"""For experts: the panels on which they have a seat, and nothing else."""
