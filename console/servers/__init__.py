"""PostgreSQL and RabbitMQ for this machine: their programs, credentials, databases and roles."""
