"""Items before they are published, and what other authorities say of them (征求意见).

Owns: drafts, their consultations, and the step by which a draft becomes an item.
Refuses to own: the published item, which is a matter of `policies`.
"""
