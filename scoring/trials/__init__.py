"""Trying an answer to a question that is being written: what it would earn, before any student meets it."""
