"""manage.py attack_suite: what attacks on the essay judge achieve."""

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from microcred.ai.caching import CachingEmbedder
from microcred.command_arguments import writable_file
from microcred.tables import TableError
from scoring.attacks import asides, dataset, false_positives, suite
from scoring.attacks.dataset import Attack
from scoring.attacks.false_positives import Clean
from scoring.attacks.report import (
    AIMED,
    FRESH,
    FRESH_AIMED,
    HELD_OUT,
    INDEPENDENT,
    INDEPENDENT_AIMED,
    KNOWN,
    Part,
    Report,
    part,
)
from scoring.essays.safeguards import EmbeddedSafeguards, Safeguards
from scoring.essays.task import EssayTask
from scoring.safeguarding import local_embedder

BEGIN: Final = "<!-- figures -->\n"
END: Final = "<!-- end of figures -->\n"
# A smoke run takes one of so many of the attacks; prime, so that every placing comes up.
SMOKE: Final = 23
# The parts that the defences were not made with; most come again with each attack wanting one criterion alone.
_NOT_KNOWN: Final[Sequence[tuple[str, str, Callable[[], Iterable[Attack]]]]] = [
    ("held-out", HELD_OUT, dataset.held_out),
    ("aimed", AIMED, lambda: dataset.aimed(dataset.held_out())),
    ("independent", INDEPENDENT, dataset.independent),
    ("independent", INDEPENDENT_AIMED, lambda: dataset.aimed(dataset.independent())),
    ("fresh", FRESH, dataset.fresh),
    ("fresh", FRESH_AIMED, lambda: dataset.aimed(dataset.fresh())),
]
PARTS: Final = ["known", *dict.fromkeys(name for name, _, _ in _NOT_KNOWN), "clean"]


class Command(BaseCommand):
    """Exit status: 0 no more attacks succeeded and no more clean essays were held than may be, 1 otherwise."""

    help = "Runs the attack suite through the real essay pipeline against three made-up models."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the choices."""
        parser.add_argument("--part", action="append", choices=PARTS)
        parser.add_argument("--family", action="append", default=[], choices=dataset.families())
        parser.add_argument("--smoke", action="store_true", help=f"one of {SMOKE} attacks of every part")
        parser.add_argument(
            "--essays", type=Path, help="a CSV file of clean essays, measured and not kept; see --columns"
        )
        parser.add_argument("--columns", nargs=2, default=["full_text", "prompt"], metavar=("TEXT", "PROMPT"))
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--write", type=writable_file, help="put the tables into this report, between its marks"
        )
        parser.add_argument(
            "--fit",
            action="store_true",
            help="fit the model of asides anew, measure and keep it; runs nothing",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, print, and fail where something got through."""
        if options["fit"]:
            self._fit(CachingEmbedder(local_embedder()))
            return
        # Measuring takes long: what it could not read or write is refused before.
        essays = _essays(options)
        if options["write"]:
            _around_tables(options["write"])
        embedder = CachingEmbedder(local_embedder())
        safeguards = EmbeddedSafeguards(embedder)
        wanted = options["part"] or PARTS
        every = SMOKE if options["smoke"] else 1
        found = Report(
            dataset.version(),
            tuple(_parts(wanted, options["family"], every, safeguards)),
            tuple(_clean(options, essays, safeguards)) if "clean" in wanted else (),
        )
        if options["write"]:
            _write(options["write"], found)
        as_json = json.dumps(found.as_json(), ensure_ascii=False, indent=1)
        self.stdout.write(as_json if options["json"] else found.as_text())
        if not found.passed:
            raise CommandError("More attacks succeeded, or more clean essays were held, than may be.")

    def _fit(self, embedder: CachingEmbedder) -> None:
        examples = asides.examples(embedder)
        found = asides.left_out(examples)
        asides.write(asides.fit(embedder, examples))
        self.stdout.write(
            f"{examples.is_aside.sum()} asides, {(~examples.is_aside).sum()} sentences of prose. Left out: "
            f"{found.recall:.3f} of the asides found, {found.false_sentences:.3f} of the prose taken for one, "
            f"{found.false_essays:.3f} of the clean essays with any."
        )


def _parts(wanted: list[str], families: list[str], every: int, safeguards: Safeguards) -> list[Part]:
    found: list[Part] = []
    if "known" in wanted:
        outcomes = suite.obedient(list(dataset.attacks(only=families))[::every], safeguards)
        outcomes += [] if families else suite.hostile()
        found.append(part(KNOWN, outcomes, is_sample=every > 1))
    if families:
        return found
    for name, title, attacks in _NOT_KNOWN:
        if name in wanted:
            outcomes = suite.obedient(list(attacks())[::every], safeguards)
            found.append(part(title, outcomes, is_sample=every > 1))
    return found


def _essays(options: dict[str, Any]) -> list[EssayTask]:
    if not options["essays"]:
        return []
    text, prompt = options["columns"]
    try:
        return false_positives.read_essays(options["essays"], (text, prompt))
    except TableError as error:
        raise CommandError(str(error)) from error


def _clean(options: dict[str, Any], essays: list[EssayTask], safeguards: Safeguards) -> list[Clean]:
    if essays:
        return false_positives.essays_of(options["essays"].name, essays, safeguards)
    return [
        false_positives.own_essays(safeguards),
        false_positives.by_length(safeguards),
        false_positives.golden_essays(safeguards),
    ]


def _around_tables(path: Path) -> tuple[str, str]:
    """Return what stands before and after the tables of a report; raises CommandError where there is no place."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}.") from error
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise CommandError(f"{path} has no lines {BEGIN.strip()} and {END.strip()} for the tables.")
    return before, after


def _write(path: Path, found: Report) -> None:
    before, after = _around_tables(path)
    path.write_text(f"{before}{BEGIN}{found.as_text()}\n{END}{after}", encoding="utf-8")
