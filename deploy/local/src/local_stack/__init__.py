"""The real thing on one machine: PostgreSQL and NATS from wheels, and the services on top."""
