"""What is on offer and to whom.

Owns: policy items as published, the outside figures that their rules rest on, enterprises with their sourced
facts, and the accounts that money goes to.
Refuses to own: who asked for what (intake), what was granted (review), any money (treasury). What it answers
about an entitlement is advice before caps; duplicates, exclusions and quotas are decided in review.
"""
