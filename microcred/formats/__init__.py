"""How dates and times are written in the admin, as on the other pages: 24 hours, month by name."""
