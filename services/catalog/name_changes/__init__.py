"""Names of enterprises change (名称变更): asked for by one person with the register's notice, confirmed by another.

Owns: every change that was asked for, what became of it, and so the names that an enterprise had before.
Refuses to own: the name as it is now, which stands in the dossier (`enterprises`).
"""
