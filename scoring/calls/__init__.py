"""Paid calls to a model: reserved before, settled after, re-used instead of repeated."""
