"""Start a program that ends with its supervisor: ``python -m ops.supervision.launch PARENT PROGRAM ...``."""

import os
import signal
import sys

from ops.supervision.processes import die_with_parent

if __name__ == "__main__":
    # The wish survives the exec that follows.
    die_with_parent(int(sys.argv[1]), signal.SIGTERM)
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - replaces this process, no shell
