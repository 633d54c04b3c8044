"""The award register: which enterprise was granted which item, in which period, whatever tenant pays.

Owns: the period that an award is for, the place that an approval takes under lock, and the enterprises whose dossiers were
merged, which have one place together.
Refuses to own: whether a claim deserves an award (cases).
"""
