"""Lists of credentials that others keep: one reader for each form, one place that compares them with the catalog."""
