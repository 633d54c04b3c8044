"""For whom somebody acts: which duty, which enterprise."""
