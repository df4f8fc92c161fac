"""Golden essays, what is expected of a scorer on them, and the gate that it must pass before it scores."""
