"""Measuring answers on questions whose right answers are known."""
