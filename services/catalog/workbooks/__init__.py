"""Items out of a spreadsheet, the way a county starts: a workbook becomes drafts, nothing is published by it."""
