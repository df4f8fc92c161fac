"""Practice items from files and from generators into the database; only commands load it, for it loads SymPy."""
