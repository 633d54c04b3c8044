"""Who is entitled to what: advice before caps.

Owns: the matching process, whom an item reaches, and the news of who is newly entitled.
Refuses to own: what the rules mean (`rules`); duplicates, exclusions and quotas, which are decided in review.
"""
