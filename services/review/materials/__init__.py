"""The material check of a case (材料核对): what was given, what an officer finds of each material, and what may come later.

A material is known by the code that the plan gives it. Findings are only ever added; the latest counts. Whoever reads what was
given is kept before the first byte goes out. The bytes themselves lie in the object store.
"""
