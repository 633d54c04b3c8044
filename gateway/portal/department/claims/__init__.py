"""From filing to acceptance: what a department accepts, has mended, or does not accept."""
