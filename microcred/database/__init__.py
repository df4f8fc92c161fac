"""Django's backend for PostgreSQL, which finds out without a round trip that a kept connection has been closed."""
