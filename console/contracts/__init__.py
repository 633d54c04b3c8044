"""The generated contract files, and what a change of a contract means for others."""
