"""To whom: enterprises with their sourced facts, materials and payee accounts."""
