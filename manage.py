#!/usr/bin/env python
"""Entry point of every administrative command."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "microcred.settings")
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if "--traceback" in sys.argv:
            raise
        reason = str(error).strip().splitlines()[0]
        sys.exit(f"The database cannot be used: {reason}\nThe embedded one is started by: manage.py db start")
