"""For the system administrator: places on board, calendars, registers, and how the platform is."""
