"""The material check of a case (材料核对): what an officer finds of each material, and what may come later.

A material is known by the code that the plan gives it. Findings are only ever added; the latest counts.
"""
