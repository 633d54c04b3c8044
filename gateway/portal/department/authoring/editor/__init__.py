"""The structured editor of a draft: made from the contracts' types, so that a new node of the rules appears by itself.

It works on the draft's JSON as it is: what a person does not touch stays as it was, known to this version or not.
"""
