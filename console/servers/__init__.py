"""PostgreSQL and RabbitMQ for this machine, their folders, credentials, databases and roles."""
