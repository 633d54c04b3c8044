"""intake: who asks for what.

Rooms: drafts, applications, nominations (lists), and the catalog_copies that both check against.
Refuses to own: the case that follows (review), whose state it neither knows nor shows.
"""
