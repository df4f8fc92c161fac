"""The golden set and the gate that a scorer has to pass."""
