"""How much callers of the API may ask for; the whole policy in one table."""

# Allowances per caller: (requests, seconds in which they come back). All lines of a scope hold at once.
RATE_LIMITS: dict[str, list[tuple[int, int]]] = {
    "anonymous": [(60, 60)],
    "token": [(60, 60)],
    "student": [(100, 60), (1000, 3600)],
    "guardian": [(100, 60), (1000, 3600)],
    "advisor": [(300, 60)],
    "admin": [(300, 60)],
    # Links out of letters, by address: readers of mail fetch those of many people.
    "letter": [(300, 60)],
    # The keys that we publish for learning platforms, by address: each platform keeps them for minutes, or hours.
    "keys": [(300, 60)],
    "service": [(600, 60)],
    # Signed messages of one tutoring system.
    "tutoring": [(300, 60)],
}
# Scopes whose requests are answered 503 while nothing can count them (Redis is away): those with which passwords and
# tokens are tried. All others pass uncounted. Without Redis the database counts, and nothing works without that.
RATE_LIMITS_REFUSE_UNCOUNTED = frozenset({"token"})
