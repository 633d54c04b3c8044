"""Pages for people: one package per audience. Chinese first, English on a switch."""
