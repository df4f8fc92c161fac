"""Question banks that Moodle writes: GIFT, Aiken and its own XML."""
