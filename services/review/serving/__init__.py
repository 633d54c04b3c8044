"""送达: the file of a paper, who opened it, and how it was served.

Owns: making and sealing the file, service by whatever means, the periods of the remedies, and consent to electronic service.
Refuses to own: numbers and words of papers (notices), and who is told besides (notify).
"""
