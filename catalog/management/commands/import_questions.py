"""Takes a question bank of another system into the pool of a role."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog.importing.banks.question import BankInvalid
from catalog.importing.banks.reading import FORMATS, read_bank
from catalog.importing.banks.storing import Measure, Plan, Taken, plan, take
from catalog.models import JobRole, Skill
from ops.refusals import as_command_error


class Command(BaseCommand):
    """``manage.py import_questions``: drafts, unless they are to be published; the second time nothing."""

    help = (
        f"Read a question bank ({FORMATS}) and make a draft of each question in the pool of a role. "
        "Each is shown with what is not the same here; what cannot be taken over is named with the reason. "
        "Reading the same file again makes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command's options."""
        parser.add_argument("file", type=Path, help="The file; its content says in which format it is.")
        parser.add_argument("--role", required=True, metavar="KEY", help="The role whose pool it is for.")
        parser.add_argument(
            "--skill", action="append", default=[], metavar="KEY",
            help="A skill that the questions measure; may be given several times.",
        )  # fmt: skip
        parser.add_argument(
            "--difficulty", type=int, choices=range(1, 6), default=3, help="How hard they are (%(default)s)."
        )
        parser.add_argument(
            "--publish", action="store_true",
            help="Publish them at once, but for essays, which wait for a rubric.",
        )  # fmt: skip
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be made, and make nothing."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, show and take over."""
        role, measure = _role(options["role"]), Measure(_skills(options["skill"]), options["difficulty"])
        file: Path = options["file"]
        try:
            found = plan(read_bank(file.read_bytes(), name=file.name), role=role)
        except OSError as error:
            raise CommandError(str(error)) from error
        except BankInvalid as error:
            raise CommandError(f"Nothing was imported: {error}") from None
        self._show(found)
        if found.left_out and not (found.new or found.there):
            raise CommandError("Nothing was imported: every question of the file is left out.")
        if options["dry_run"]:
            self.stdout.write("Nothing was made (dry run).")
            return
        with as_command_error():
            taken = take(
                found.new, role=role, measure=measure, by=None, now=timezone.now(), publish=options["publish"]
            )
        self._tell(taken, found)

    def _show(self, found: Plan) -> None:
        self.stdout.write(f"Read as {found.format}.")
        for one in found.new:
            self.stdout.write(f"  {one.fields['question_type']:<16} {one.key}  ({one.place})")
            for note in one.notes:
                self.stdout.write(f"    {note}")
        for left in found.left_out:
            name = f"{left.place}, {left.name}" if left.name else left.place
            self.stdout.write(f"  left out: {name}: {left.reason}")

    def _tell(self, taken: Taken, found: Plan) -> None:
        self.stdout.write(
            f"{taken.made} made, {taken.published} of them published, "
            f"{len(found.there) + taken.there} there already, {len(found.left_out)} left out."
        )


def _role(key: str) -> JobRole:
    role = JobRole.objects.filter(key=key).first()
    if role is None:
        raise CommandError(f"There is no role {key!r}.")
    return role


def _skills(keys: list[str]) -> list[Skill]:
    known = {skill.key: skill for skill in Skill.objects.filter(key__in=keys)}
    missing = sorted(set(keys) - set(known))
    if missing:
        raise CommandError(f"There is no skill {', '.join(repr(key) for key in missing)}.")
    return list(known.values())
