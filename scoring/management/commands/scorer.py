"""Trains the scorer of a question, and measures scorers on files of scored answers."""

import json
import uuid
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from microcred.errors import DomainError
from scoring import scorers
from scoring.training.dataset import DatasetError, read_sets
from scoring.training.evaluation import MODES, Evaluation, SetFigures, evaluate

GOALS: Mapping[str, float] = {"trained": 0.81, "unseen": 0.68, "zero": 0.455}
GOAL_DATA = "the eight public ASAP prompts"
COLUMNS = ("n", "qwk", "qwk_low", "qwk_high", "exact", "adjacent", "rmse", "human_qwk", "ms_per_text")


class Command(BaseCommand):
    """``manage.py scorer train|evaluate``."""

    help = "Train the scorer of a question on people's scores, or measure how well answers are scored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the subcommands and their options."""
        commands = parser.add_subparsers(dest="command", required=True)
        train = commands.add_parser("train", help="Fit a scorer to the scores people gave to a question.")
        train.add_argument("--question", type=uuid.UUID, required=True, help="The question's id.")
        train.add_argument("--inactive", action="store_true", help="Store the version, but do not use it.")
        measure = commands.add_parser("evaluate", help="Score a file of scored answers and compare.")
        measure.add_argument("file", type=Path, help="CSV or TSV, also .gz, with set, text and score.")
        measure.add_argument(
            "--sets", type=Path, help='JSON: {set: {"prompt", "rubric", "min", "max", "step"}}.'
        )
        measure.add_argument("--mode", choices=MODES, required=True)
        measure.add_argument(
            "--map", default="", help="Columns by other names: text=full_text,score=Overall."
        )
        measure.add_argument("--json", action="store_true", help="Print one JSON object and nothing else.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the subcommand."""
        if options["command"] == "train":
            self._train(options["question"], activate=not options["inactive"])
        else:
            self._evaluate(options)

    def _train(self, question: uuid.UUID, *, activate: bool) -> None:
        try:
            version = scorers.train(question_id=question, activate=activate, now=timezone.now())
        except DomainError as error:
            raise CommandError(error.message) from error
        figures = ", ".join(f"{name} {_shown(value)}" for name, value in version.figures.items())
        state = "active" if version.active else "stored, not active"
        self.stdout.write(f"Version {version.version} of the scorer: {state}. {figures}.")

    def _evaluate(self, options: Mapping[str, Any]) -> None:
        try:
            sets = read_sets(options["file"], columns=_columns(options["map"]), described=options["sets"])
            for one in sets:
                if one.left_out:
                    self._progress(f"set {one.id}: {one.left_out} rows without a score are left out")
            read = scorers.answer_reader(progress=self._progress)
            found = evaluate(sets, options["mode"], read, self._progress)
        except DatasetError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(as_json(found), indent=1))
        else:
            self._print(found)

    def _progress(self, line: str) -> None:
        self.stderr.write(line)

    def _print(self, found: Evaluation) -> None:
        self.stdout.write(f"Mode {found.mode}; scores are rounded and clamped to each set's range.")
        self._table("Each answer by itself" if found.batch_standardised else "", found.sets, found.mean)
        if found.batch_standardised and found.batch_mean:
            self._table("Standardised inside the batch", found.batch_standardised, found.batch_mean)
        for name, groups in found.groups.items():
            shown = ", ".join(f"{group} {error.error:+.2f} (n {error.n})" for group, error in groups.items())
            self.stdout.write(f"Signed error in standard deviations, set {name}: {shown}")
        reached = (found.batch_mean or found.mean).qwk
        self.stdout.write(
            f"Goal: mean qwk {GOALS[found.mode]} on {GOAL_DATA}; not measurable here unless this is that data. "
            f"Mean qwk on this data: {_shown(reached)}."
        )

    def _table(self, title: str, sets: Mapping[str, SetFigures], mean: SetFigures) -> None:
        width = max(len(name) for name in [*sets, "mean"])
        if title:
            self.stdout.write(f"{title}:")
        self.stdout.write(" ".join([f"{'set':<{width}}", *(f"{name:>11}" for name in COLUMNS)]))
        for name, figures in [*sets.items(), ("mean", mean)]:
            values = asdict(figures)
            self.stdout.write(" ".join([f"{name:<{width}}", *(f"{_shown(values[c]):>11}" for c in COLUMNS)]))


def as_json(found: Evaluation) -> dict[str, Any]:
    """The evaluation as the published object."""
    shown: dict[str, Any] = {
        "mode": found.mode,
        "sets": {name: asdict(figures) for name, figures in found.sets.items()},
        "mean": asdict(found.mean),
    }
    if found.batch_standardised is not None:
        shown["batch_standardised"] = {n: asdict(f) for n, f in found.batch_standardised.items()}
        shown["batch_standardised_mean"] = asdict(found.batch_mean) if found.batch_mean else None
    if found.groups:
        shown["groups"] = {
            name: {group: {"n": error.n, "error": error.error} for group, error in groups.items()}
            for name, groups in found.groups.items()
        }
    return shown


def _columns(given: str) -> dict[str, str]:
    columns = {}
    for part in filter(None, (part.strip() for part in given.split(","))):
        name, equals, column = part.partition("=")
        if not (name and equals and column):
            raise CommandError(f"--map: {part!r} is not NAME=COLUMN.")
        columns[name.strip()] = column.strip()
    return columns


def _shown(value: object) -> str:
    if value is None:
        return "null"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
