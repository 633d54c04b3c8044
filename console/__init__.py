"""The operator's command line and the local cluster that it runs.

Owns: setting up a machine, the embedded PostgreSQL, the private RabbitMQ node, the processes of one local
installation and where they keep their state. Refuses to own: anything a service decides, and anything that a
production installation does differently from this one (that is configuration, see docs/).

`console.setup.bootstrap` and what it imports run before anything is installed and use the standard library only.
"""
