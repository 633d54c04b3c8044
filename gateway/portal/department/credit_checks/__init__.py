"""Checks of what was granted on credit (双随机抽查): draws, and what was found."""
