"""What every path stands on: settings, ids, the database, secrecy, and words about input that does not fit."""
