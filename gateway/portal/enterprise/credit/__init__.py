"""What is held against the enterprise, and its records (信用记录): it is heard, asks for repair, objects."""
