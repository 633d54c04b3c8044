"""Pages for people: one package per audience, all on the frame of `shell/`. Chinese first, English on a switch."""
