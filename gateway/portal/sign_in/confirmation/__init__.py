"""Step-up: proving oneself once more before money is authorised or personal data is shown whole."""
