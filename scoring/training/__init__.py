"""Scorers that learn from answers people have scored, and the measuring of them; plain Python."""
