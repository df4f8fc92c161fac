"""How much callers of the API may ask for; the whole policy in one table."""

# Allowances per caller: (requests, seconds in which they come back). All lines of a scope hold at once.
RATE_LIMITS: dict[str, list[tuple[int, int]]] = {
    "anonymous": [(60, 60)],
    "token": [(60, 60)],
    "student": [(100, 60), (1000, 3600)],
    "guardian": [(100, 60), (1000, 3600)],
    "advisor": [(300, 60)],
    "admin": [(300, 60)],
    "service": [(600, 60)],
}
