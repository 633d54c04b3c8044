"""The one way to change anything: unit of work, stores, idempotency, outbox and audit facts."""
