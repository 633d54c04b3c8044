"""Where nameko and the process are: entrypoints, the frame that serves them, the runner."""
