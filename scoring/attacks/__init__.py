"""Attacks on the essay judge as data, the models they are run against, and the report."""
