"""What an operator asks of a running system: does it agree with the bank, and what is stuck."""
