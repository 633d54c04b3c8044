"""For the audit administrator: security events. Nothing is changed here."""
