"""Cases and payments as supervisors see them; lay supervisors see names masked."""
