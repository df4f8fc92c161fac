#!/usr/bin/env python
"""Entry point of every administrative command."""

import gc
import os
import select
import signal
import sys

from django.conf import settings
from django.core.management import BaseCommand, CommandParser, ManagementUtility, handle_default_options
from django.db import OperationalError
from django.utils.module_loading import import_string

from microcred.env import SettingError


class Commands(ManagementUtility):
    """Every command; until one begins nobody looks for garbage.

    What is imported is there to stay, and looking through it again and again takes a fifth of a start.
    """

    def execute(self) -> None:
        """Do what the command line says."""
        gc.disable()
        if self.argv[1:2] == ["worker"]:
            self._load_ahead()
        super().execute()

    def _load_ahead(self) -> None:
        """Begin what takes a worker long beside importing its modules, which is all that happens next."""
        parser = CommandParser(add_help=False, allow_abbrev=False)
        for option in ("--settings", "--pythonpath"):
            parser.add_argument(option)
        handle_default_options(parser.parse_known_args(self.argv[2:])[0])
        for dotted in settings.WORKER_LOAD_AHEAD:
            import_string(dotted)()

    def fetch_command(self, subcommand: str) -> BaseCommand:
        """Return a command that is about to begin."""
        command = super().fetch_command(subcommand)
        gc.freeze()
        gc.enable()
        return command


def has_reader() -> bool:
    """Whether somebody reads what is printed; ``head``, for one, does not once it has enough."""
    printed = select.poll()
    printed.register(sys.stdout.fileno(), 0)
    if not any(event & select.POLLERR for _, event in printed.poll(0)):
        return True
    # What is left is not to be tried again at the end of the process.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return False


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "microcred.settings")
    try:
        Commands(sys.argv).execute()
    except SettingError as error:
        sys.exit(f"A setting cannot be used: {error}.\nEvery variable is described in .env.example.")
    except BrokenPipeError:
        if has_reader():
            raise
        sys.exit(128 + signal.SIGPIPE)
    except OperationalError as error:
        if "--traceback" in sys.argv:
            raise
        reason = str(error).strip().splitlines()[0]
        sys.exit(f"The database cannot be used: {reason}\nThe embedded one is started by: manage.py db start")
