"""How every connection to PostgreSQL is set up."""

from typing import Any, Final

# Time limits in milliseconds. The index of vectors keeps 100 candidates while it is walked; where a filter lets few of
# them pass it goes on in about the right order, and the few that are wanted are sorted afterwards. Set here, a search
# needs no statement of its own for it.
_SESSION: Final = {
    "statement_timeout": "30000",
    "lock_timeout": "10000",
    "idle_in_transaction_session_timeout": "60000",
    "hnsw.ef_search": "100",
    "hnsw.iterative_scan": "relaxed_order",
    # Pages cost nearly the same in any order, on an SSD or in memory; told otherwise, the planner reads a small table
    # once for each word instead of asking the index on words.
    "random_page_cost": "1.1",
}


def session_options(*, prepared: bool) -> dict[str, Any]:
    """Return psycopg's options; ``prepared`` has the server keep the plans of statements between calls."""
    return {
        "server_side_binding": prepared,
        "prepare_threshold": 1 if prepared else None,
        "connect_timeout": 5,
        "options": " ".join(f"-c {name}={value}" for name, value in _SESSION.items()),
    }
