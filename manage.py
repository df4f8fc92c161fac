#!/usr/bin/env python
"""Entry point of every administrative command."""

import gc
import os
import sys

from django.core.management import BaseCommand, ManagementUtility
from django.db import OperationalError

from microcred.env import SettingError


class Commands(ManagementUtility):
    """Every command; until one begins nobody looks for garbage.

    What is imported is there to stay, and looking through it again and again takes a fifth of a start.
    """

    def execute(self) -> None:
        """Do what the command line says."""
        gc.disable()
        super().execute()

    def fetch_command(self, subcommand: str) -> BaseCommand:
        """Return a command that is about to begin."""
        command = super().fetch_command(subcommand)
        gc.enable()
        return command


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "microcred.settings")
    try:
        Commands(sys.argv).execute()
    except SettingError as error:
        sys.exit(f"A setting cannot be used: {error}.\nEvery variable is described in .env.example.")
    except OperationalError as error:
        if "--traceback" in sys.argv:
            raise
        reason = str(error).strip().splitlines()[0]
        sys.exit(f"The database cannot be used: {reason}\nThe embedded one is started by: manage.py db start")
