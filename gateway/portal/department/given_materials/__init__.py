"""What was given for a case (办件材料): listed and opened by those who see the case, and by departments with a task in it."""
