"""Policy documents: registered, corrected, repealed."""
