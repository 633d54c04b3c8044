"""归档: a decided case as one file, and the list of everything that its decision rests on. It keeps nothing: oversight does."""
