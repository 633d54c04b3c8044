"""Whether firms are in good standing: read across tenants, by whoever decides a case; the room of integrity keeps the records."""
