"""The API under requests that no honest client sends: tables of nasty ones, and generated ones."""
