"""For a policy department: the notices of its cases, and the objections that it has to answer."""
