"""Writes the published JSON Schemas as files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from catalog.published_schemas import PUBLISHED, SUFFIX, written


class Command(BaseCommand):
    """``manage.py export_schemas``: files that follow the code."""

    help = "Write the JSON Schemas of answer keys, rubrics and catalog files, or check that the files follow the code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command's options."""
        parser.add_argument(
            "folder", nargs="?", type=Path, default=settings.BASE_DIR / "docs/schemas",
            help="Where the files are; docs/schemas if left out.",
        )  # fmt: skip
        parser.add_argument(
            "--check", action="store_true", help="Change nothing; fail where a file is not as it should be."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare, and write what differs; a file that no schema stands behind is removed."""
        folder: Path = options["folder"]
        if folder.exists() and not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        wanted = {f"{name}{SUFFIX}": written(schema) for name, schema in PUBLISHED.items()}
        there = {path.name: path.read_text("utf-8") for path in folder.glob(f"*{SUFFIX}")}
        stale = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
        if options["check"]:
            if stale:
                raise CommandError(f"Out of date: {', '.join(stale)}. Run manage.py export_schemas.")
            self.stdout.write(f"{len(wanted)} schemas are up to date.")
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name in stale:
                if name in wanted:
                    (folder / name).write_text(wanted[name], "utf-8")
                else:
                    (folder / name).unlink()
        except OSError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(stale)} of {len(wanted)} schemas written to {folder}.")
