"""Measuring the recommender and the search on files from outside."""
