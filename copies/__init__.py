"""Copies of upstream facts that several services keep: they know the product and stand on the chassis."""
