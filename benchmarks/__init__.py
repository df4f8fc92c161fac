"""Measurements of the product beside what people would otherwise run."""
