"""Reading catalogs that were written elsewhere; one module for each format."""
