"""From the outbox over the broker to a handler: relay, consumer, inbox, parking, quarantine."""
