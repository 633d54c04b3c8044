"""What is on offer: items as they are published, from their first version to their withdrawal.

Owns: their versions, states, validity and history; what a text must have before it is published.
Refuses to own: drafts of items (`drafts`), the documents that they rest on (`documents`), and how they are found
(`search_index`, told in the transaction that puts an item on offer or takes it off).
"""
