"""The frame of every page: how a page is declared, read, shown and refused. `docs/pages.md` is the way in."""
