"""What a department has to do in cases (待办任务): the list by time left, and a joint check on which to answer."""
