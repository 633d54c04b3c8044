"""Everything that crosses a border: commands, queries, events, refusals, money, the rule language's shape.

Only frozen data lives here: no behaviour beyond validation, no input or output. Every other package may
import it; it imports nothing of the project.
"""
