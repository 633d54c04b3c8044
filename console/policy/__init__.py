"""Tools for those who write policy items: rules checked and tried, workbooks, the sample city."""
