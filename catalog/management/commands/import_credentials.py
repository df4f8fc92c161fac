"""Takes a list of credentials that others keep over into the catalog."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog.importing.credentials import values
from catalog.importing.credentials.applying import CatalogChangedMeanwhile, take
from catalog.importing.credentials.listed import CredentialFile, FileInvalid, InvalidValue
from catalog.importing.credentials.plan import Choice, Entry, ImportDefaults, Plan
from catalog.importing.credentials.planning import plan
from catalog.importing.credentials.reading import FORMATS, MOST_BYTES, read_credentials
from catalog.importing.credentials.semantic_similarity import nearest_by_meaning
from catalog.importing.credentials.texts import folded
from catalog.importing.credentials.word_similarity import Near
from catalog.models import Skill
from microcred.ai import providers
from microcred.ai.base import EmbedderError, ProviderError

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    """``manage.py import_credentials``: all or nothing, and the second time nothing."""

    help = (
        f"Read a list of credentials ({FORMATS}), show what would come of each, and make and change them. "
        "Credentials are found again by their address, then by their key. What people have changed here since the "
        "last import stays, and what no skill is called is only named, unless you say otherwise."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command's options."""
        parser.add_argument("file", type=Path, help="The file; its content says in which form it is.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done, and do nothing.")
        parser.add_argument(
            "--language", type=_language, default="en", metavar="CODE",
            help="The language of those that say none, and the one that is read of texts in several (%(default)s).",
        )  # fmt: skip
        parser.add_argument(
            "--provider", default="", metavar="NAME", help="The provider of those that name none."
        )
        parser.add_argument(
            "--level", type=int, choices=range(1, 6), help="The level of new ones that say none."
        )
        parser.add_argument(
            "--hours", type=_hours, metavar="NUMBER", help="The hours of new ones that say none."
        )
        parser.add_argument(
            "--skill", action="append", default=[], metavar="NAME=KEY",
            help="Which skill a name of the list is; may be given several times, and is remembered.",
        )  # fmt: skip
        parser.add_argument(
            "--overwrite",
            action="store_true",
            help="Take the list's values where somebody has changed them here.",
        )
        parser.add_argument(
            "--retire-missing", action="store_true",
            help="Retire those of the same providers that the list does not have; --dry-run names them.",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, show and take over."""
        wishes = ImportDefaults(
            level=options["level"],
            hours=options["hours"],
            language=options["language"],
            provider=options["provider"].strip(),
            skills=_picked(options["skill"]),
        )
        file = _read(options["file"], options["language"])
        found = plan(file, wishes)
        self._show(found, options)
        if found.left_out and not (found.new or found.changed or found.held or found.unchanged):
            raise CommandError("Nothing was imported: every entry of the list is left out.")
        if options["dry_run"]:
            self.stdout.write("Nothing was done (dry run).")
            return
        choice = Choice(over=None if options["overwrite"] else (), retire_missing=options["retire_missing"])
        try:
            done = take(file, wishes, choice, by=None, now=timezone.now(), expected=found.fingerprint)
        except CatalogChangedMeanwhile as error:
            raise CommandError(error.message) from None
        self.stdout.write(
            f"{done.made} made, {done.changed} changed, {done.retired} retired, {done.unchanged} unchanged, "
            f"{len(found.left_out)} left out."
        )

    def _show(self, found: Plan, options: dict[str, Any]) -> None:
        self.stdout.write(f"Read as {found.format}.")
        for note in found.notes:
            self.stdout.write(f"  {note}")
        self._entries("new", found.new)
        self._entries("changed", found.changed)
        self._entries("changed here since", found.held)
        for left in found.left_out:
            where = f"{left.place}, {left.name}" if left.name else left.place
            self.stdout.write(f"  left out: {where}: {left.reason}")
        for name, nearest in zip(found.names, _nearest(found), strict=True):
            near = ", ".join(f"{one.key} ({one.score})" for one in nearest) or "nothing near"
            self.stdout.write(f"  no skill: “{name.called}” ({name.entries}): {name.picked or near}")
        if found.more_names:
            self.stdout.write(f"  and {found.more_names} further names that no skill has")
        deed = "retired" if options["retire_missing"] else "not in the list"
        for one in found.missing:
            self.stdout.write(f"  {deed}: {one.title}, {one.provider}")

    def _entries(self, kind: str, entries: Iterable[Entry]) -> None:
        for one in entries:
            self.stdout.write(f"  {kind}: {one.key}  {one.title}  ({one.place})")
            for change in one.changes:
                held = " [changed here]" if change.is_held else ""
                self.stdout.write(
                    f"    {change.label}: {_short(change.stands)} -> {_short(change.comes)}{held}"
                )
            for note in (
                *(f"{what} is taken where the list says nothing" for what in one.assumed),
                *one.notes,
            ):
                self.stdout.write(f"    {note}")


def _nearest(found: Plan) -> list[tuple[Near, ...]]:
    """Return the skills that are nearest to each name that is none: by meaning, else by words."""
    if all(name.picked for name in found.names):
        return [() for _ in found.names]
    skills = list(Skill.objects.order_by("key").values_list("key", "name", "description"))
    try:
        return nearest_by_meaning([name.called for name in found.names], skills, providers.local_embedder())
    except (EmbedderError, ProviderError) as error:
        log.warning("names_not_embedded", error=type(error).__name__)
        return [name.near for name in found.names]


def _read(file: Path, language: str) -> CredentialFile:
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
        return read_credentials(data, language=language)
    except OSError as error:
        raise CommandError(str(error)) from error
    except FileInvalid as error:
        raise CommandError(f"Nothing was imported: {error}") from None


def _language(code: str) -> str:
    try:
        return values.language(code)
    except InvalidValue as wrong:
        raise ArgumentTypeError(str(wrong)) from None


def _hours(text: str) -> int:
    try:
        found, _ = values.hours(text)
    except InvalidValue as wrong:
        raise ArgumentTypeError(str(wrong)) from None
    if found is None:
        raise ArgumentTypeError(f"“{text}” is no number of hours")
    return found


def _picked(given: list[str]) -> dict[str, str]:
    parts = [one.rpartition("=") for one in given]
    picked = {folded(name)[:200]: key.strip() for name, _, key in parts}
    known = set(Skill.objects.filter(key__in=picked.values()).values_list("key", flat=True))
    for said, (name, _, key) in zip(given, parts, strict=True):
        if not name.strip():
            raise CommandError(f"{said!r} is not NAME=KEY.")
        if key.strip() and key.strip() not in known:
            raise CommandError(f"There is no skill {key.strip()!r}.")
    return picked


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:80]}…"
