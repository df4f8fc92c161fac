"""What the commands that read O*NET and ESCO have in common."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from catalog.importing.frameworks.framework import Framework, FrameworkInvalid, Occupation, Profile
from catalog.importing.frameworks.planning import MOST_TAKEN, Plan, Row, plan
from catalog.importing.frameworks.role_creation import Made, NothingChosen, make
from catalog.importing.frameworks.scales import MIDDLE_TARGET, OURS, QUARTER
from catalog.importing.frameworks.searching import found, near
from catalog.importing.frameworks.tables import Tables, of_file, of_folder
from catalog.management.linking_terminal import accept_links, show_links
from catalog.models import JobRole
from ops.refusals import as_command_error


class FrameworkCommand(BaseCommand):
    """Makes roles from the occupations of a framework: the second time nothing."""

    codes: str

    def opened(self, tables: Tables) -> Framework:
        """Return the framework whose tables these are."""
        raise NotImplementedError

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command's options."""
        parser.add_argument(
            "release", type=Path, help="A folder, a zip file or a single file of what is published."
        )
        parser.add_argument(
            "--search", metavar="WORDS", help="List the occupations that come nearest, and end."
        )
        parser.add_argument(
            "--occupation", action="append", default=[], metavar="CODE",
            help=f"An occupation to make a role of, by {self.codes}; may be given several times.",
        )  # fmt: skip
        parser.add_argument("--role", metavar="KEY", help="Complete this role in place of making one.")
        parser.add_argument(
            "--most", type=int, default=MOST_TAKEN, metavar="N",
            help="Take the N most important skills (%(default)s); the others are shown.",
        )  # fmt: skip
        parser.add_argument(
            "--level", type=_level, default=MIDDLE_TARGET, metavar="LEVEL",
            help="The target level of what the framework gives none for, 1 to 5 in quarters (%(default)s).",
        )  # fmt: skip
        parser.add_argument(
            "--overwrite", action="store_true",
            help="Replace targets and importances of the role that differ; else they stay.",
        )  # fmt: skip
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be made, and make nothing."
        )
        _add_links(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, show and make."""
        with _release(options["release"]) as tables:
            framework = self.opened(tables)
            if options["search"]:
                self._list(framework, options["search"])
            elif options["accept"]:
                accept_links(framework, options["accept"], self.stdout, dry_run=options["dry_run"])
            elif options["link"]:
                show_links(framework, self.stdout)
            elif options["occupation"]:
                self._make(framework, options)
            else:
                raise CommandError("Say what to do: --search WORDS, --occupation CODE, or --link.")

    def _list(self, framework: Framework, words: str) -> None:
        nearest = found(framework.occupations(), words)
        for one in nearest:
            self.stdout.write(f"{one.code}  {one.title}")
        if not nearest:
            self.stdout.write("No occupation comes near that.")

    def _make(self, framework: Framework, options: dict[str, Any]) -> None:
        role = _role(options["role"]) if options["role"] else None
        if role and len(options["occupation"]) > 1:
            raise CommandError("--role takes one --occupation.")
        codes = [_code(framework, code) for code in options["occupation"]]
        profiles = framework.profiles(codes, level=options["level"])
        with as_command_error(), transaction.atomic():
            for code in dict.fromkeys(codes):
                self._make_one(framework, profiles[code], role, options)
        if options["dry_run"]:
            self.stdout.write("Nothing was made (dry run).")
        self.stdout.write(framework.source.credit)

    def _make_one(
        self, framework: Framework, profile: Profile, role: JobRole | None, options: dict[str, Any]
    ) -> None:
        planned = plan(profile, framework.source, role=role)
        chosen = planned.taken_by_default(options["most"])
        if options["overwrite"]:
            chosen |= {place for place, row in enumerate(planned.rows[: options["most"]]) if not row.is_same}
        self._show(planned, chosen, options["most"])
        if options["dry_run"]:
            return
        try:
            self._tell(make(profile, framework.source, role=role, chosen=chosen, by=None))
        except NothingChosen:
            self.stdout.write("  Nothing new: no role and no skill was made or changed.")

    def _show(self, planned: Plan, chosen: set[int], most: int) -> None:
        occupation = planned.profile.occupation
        held = f"role {planned.role.key}" if planned.role else f"new role {planned.key}"
        self.stdout.write(f"{occupation.title} ({occupation.code}): {held}")
        for place, row in enumerate(planned.rows):
            mark = "takes" if place in chosen else "there" if row.is_same else "stays" if row.stands else "-"
            if place == most:
                self.stdout.write(f"  not among the {most} most important:")
            self.stdout.write(f"  {mark:<6}{_told(row)}")
            for note in row.notes:
                self.stdout.write(f"        {note}")
        for one in planned.left_out:
            self.stdout.write(f"  left out: {one.name}: {one.reason}")

    def _tell(self, made: Made) -> None:
        kind = "made, inactive until it has questions" if made.is_new else "completed"
        self.stdout.write(
            f"  Role {made.role.key} {kind}: {made.asked} skills asked for, {made.changed} changed; "
            f"{made.skills} skills made, {made.linked} linked."
        )


def _add_links(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--link", action="store_true",
        help="Suggest for each skill here that lacks an id which skill of the framework it is, and end.",
    )  # fmt: skip
    parser.add_argument(
        "--accept", action="append", default=[], metavar="KEY=ID",
        help="Give this skill this id, and end; may be given several times.",
    )  # fmt: skip


def _told(row: Row) -> str:
    stands = f", stands at {row.stands[0]} and {row.stands[1]}" if row.stands and not row.is_same else ""
    skill = f"skill {row.key}" if row.skill else f"new skill {row.key}"
    demand = row.demand
    return (
        f"{row.name}: target {demand.target}, importance {demand.importance} ({demand.said}){stands}; {skill}"
    )


@contextmanager
def _release(path: Path) -> Iterator[Tables]:
    try:
        if path.is_dir():
            yield of_folder(path)
            return
        with path.open("rb") as file:
            yield of_file(file, path.name)
    except OSError as error:
        raise CommandError(str(error)) from error
    except FrameworkInvalid as error:
        raise CommandError(f"Nothing was made: {error}") from None


def _code(framework: Framework, code: str) -> str:
    """Return the code of an occupation that was named by it, by its end, or by its title."""
    occupations = framework.occupations()
    for one in occupations:
        if code in (one.code, one.code.rpartition("/")[2]) or code.casefold() == one.title.casefold():
            return one.code
    raise CommandError(f"There is no occupation {code!r}.{_instead(near(occupations, code))}")


def _instead(nearest: Sequence[Occupation]) -> str:
    lines = [f"\n  {one.code}  {one.title}" for one in nearest]
    return "".join([" These come near it:", *lines]) if lines else ""


def _role(key: str) -> JobRole:
    role = JobRole.objects.filter(key=key).first()
    if role is None:
        raise CommandError(f"There is no role {key!r}.")
    return role


def _level(text: str) -> Decimal:
    try:
        level = Decimal(text)
    except InvalidOperation:
        level = Decimal(0)
    if not 1 <= level <= OURS or level % QUARTER:
        raise ArgumentTypeError("a level is a number from 1 to 5, in quarters")
    return level
