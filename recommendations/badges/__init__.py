"""Open Badges 3.0 as students bring them: read, checked against keys that are listed, without any network."""
