"""An expert's panels: what is to be scored, and the own points."""
