"""Items out of a spreadsheet, the way a county starts.

Owns: how a workbook is read, and written.
Refuses to own: drafts: a workbook becomes drafts (`drafts`), nothing is published by it.
"""
