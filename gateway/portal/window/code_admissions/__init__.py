"""Credit codes that fail their own check and are real."""
