"""Outside figures that rules rest on (外部参数).

Owns: figures as they were entered with their source and withdrawn; none is overwritten.
Refuses to own: the items whose rules name them (`policies`).
"""
