"""What everyone may see afterwards.

Owns: tracking, one projection of what all the others have said about a claim. It hears every event and sends
none. Refuses to own: any decision, any clock, any money; what it shows is only ever what was heard.
"""
