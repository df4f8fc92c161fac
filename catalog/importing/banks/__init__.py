"""Question banks of other systems, read as questions of this one."""
