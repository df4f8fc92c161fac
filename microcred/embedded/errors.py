"""The error of the embedded server, and what its best-known causes mean for the person who reads it."""

_ADVICE = (
    (
        "No space left on device",
        "The disk is full: free some space, or set MICROCRED_STATE_DIR to another disk.",
    ),
    ("database files are incompatible", "The data was written by another version of PostgreSQL."),
    ("could not bind", "The socket cannot be made: is its folder writable, and no other server using it?"),
    ("could not create lock file", "The socket cannot be made: is its folder writable?"),
    ("could not create shared memory", "The system allows too little shared memory."),
    ("Permission denied", "The account that runs PostgreSQL may not read or write one of its folders."),
)


class EmbeddedServerError(Exception):
    """The embedded PostgreSQL cannot do what was asked; the message says why and what helps.

    ``output`` is what PostgreSQL or the system said last; it becomes part of the message.
    """

    def __init__(self, message: str, *, output: str = "") -> None:
        advice = next((text for mark, text in _ADVICE if mark in output), "")
        parts = (message, advice, f"Last messages:\n{output.strip()}" if output.strip() else "")
        super().__init__("\n".join(part for part in parts if part))
