"""Whether the addresses in published items still answer (链接检查).

Owns: the looks at addresses and what came of them.
Refuses to own: the items; `policies` schedules a look whenever it publishes one.
"""
