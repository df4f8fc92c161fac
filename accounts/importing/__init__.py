"""Bringing many people in from a table: reading it, saying what would come of it, and doing that."""
