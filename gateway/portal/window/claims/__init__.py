"""What the counter does for an enterprise in its claims: papers that were shown, and taking one back."""
