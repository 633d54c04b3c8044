"""Login and password, and the other ways to sign in; and out again."""
