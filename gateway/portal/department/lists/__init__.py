"""No-application lists (免申即享名单): pushed as a table, and what became of each line."""
