"""Trains the scorer of a question, brings it into use, and measures scorers on files of scored answers."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog import queries as catalog
from microcred.errors import DomainError
from microcred.tables import TableError, renamed
from scoring import scorers
from scoring.models import ScorerVersion
from scoring.releasing import measuring, versions
from scoring.training.dataset import COLUMNS_READ, read_sets
from scoring.training.evaluation import MODES, Evaluation, SetFigures, evaluate

GOALS: Mapping[str, float] = {"trained": 0.81, "unseen": 0.68, "zero": 0.455}
GOAL_DATA = "the eight public ASAP prompts"
LIFE: Mapping[str, str] = {
    "train": "Fit a scorer to the scores people gave to a question; it is a candidate.",
    "activate": "Run the gate of a version, and use it if it passes.",
    "rollback": "Use an earlier version again.",
    "list": "List the versions of a question with their figures.",
}
COLUMNS = ("n", "qwk", "qwk_low", "qwk_high", "exact", "adjacent", "rmse", "human_qwk", "ms_per_text")


class Command(BaseCommand):
    """``manage.py scorer train|activate|rollback|list|evaluate``."""

    help = (
        "Train the scorer of a question on people's scores, use it, or measure how well answers are scored."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the subcommands and their options."""
        commands = parser.add_subparsers(dest="command", required=True)
        for name, described in LIFE.items():
            step = commands.add_parser(name, help=described)
            step.add_argument("--question", required=True, help="The question's key or id.")
            if name != "train":
                step.add_argument(
                    "--json", action="store_true", help="Print one JSON object and nothing else."
                )
            if name in ("activate", "rollback"):
                step.add_argument(
                    "--to", type=int, help="The version; by default the newest, or the one before."
                )
                step.add_argument("--reason", default="", help="Why; a rollback must say.")
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
        if options["command"] == "evaluate":
            self._evaluate(options)
            return
        try:
            options["question"] = catalog.question_named(str(options["question"])).pk
            getattr(self, f"_{options['command']}")(options)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _train(self, options: Mapping[str, Any]) -> None:
        version = scorers.train(question_id=options["question"], now=timezone.now())
        figures = ", ".join(f"{name} {_shown(value)}" for name, value in version.figures.items())
        self.stdout.write(
            f"Version {version.version} of the scorer is a candidate: {figures}.\n"
            f"manage.py scorer activate --question {version.question_id} runs its gate and uses it if it passes."
        )

    def _activate(self, options: Mapping[str, Any]) -> None:
        row = versions.chosen(options["question"], options["to"])
        now = timezone.now()
        if not row.active:
            row = measuring.check(version_id=row.pk, by=None, now=now)
        if row.passed:
            reason = options["reason"] or "passed its release gate"
            row = versions.activate(version_id=row.pk, reason=reason, by=None, now=now)
        self._show_gate(row, options)
        if not row.passed:
            raise CommandError(f"Version {row.version} did not pass its gate.")

    def _rollback(self, options: Mapping[str, Any]) -> None:
        now, reason = timezone.now(), options["reason"]
        if options["to"] is None:
            row = versions.roll_back(question_id=options["question"], reason=reason, by=None, now=now)
        else:
            row = versions.chosen(options["question"], options["to"])
            row = versions.activate(version_id=row.pk, reason=reason, by=None, now=now)
        self._show_gate(row, options)

    def _list(self, options: Mapping[str, Any]) -> None:
        rows = [shown_version(row) for row in versions.of_question(options["question"])]
        if options["json"]:
            self.stdout.write(json.dumps({"versions": rows}, indent=1))
            return
        if not rows:
            self.stdout.write("There is no scorer trained for this question.")
        for row in rows:
            state = "active" if row["active"] else "passed" if row["passed"] else "candidate"
            self.stdout.write(
                f"{row['version']:>3} {state:<9} n {row['n']} qwk {_shown(row['qwk'])} "
                f"({_shown(row['qwk_low'])} to {_shown(row['qwk_high'])}) data {row['data_hash'][:12]} "
                f"{row['created_at']}"
            )

    def _show_gate(self, row: ScorerVersion, options: Mapping[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(shown_version(row) | {"gate": row.gate}, indent=1))
            return
        self.stdout.write(f"Version {row.version}: {'in use' if row.active else 'not in use'}.")
        for figure in row.gate:
            verdict = "passed" if figure["passed"] else "FAILED"
            self.stdout.write(
                f"  {figure['name']} {figure['value']:.3f}, threshold {figure['threshold']:.3f}: {verdict}"
            )
            for miss in figure["misses"]:
                self.stdout.write(f"    {miss}")

    def _evaluate(self, options: Mapping[str, Any]) -> None:
        try:
            columns = renamed(options["map"], known=COLUMNS_READ)
            sets = read_sets(options["file"], columns=columns, described=options["sets"])
            for one in sets:
                if one.left_out:
                    self._progress(f"set {one.id}: {one.left_out} rows without a score are left out")
                if one.coarser:
                    self._progress(f"set {one.id}: scores are compared in steps of {one.scale.step:g}")
            read = scorers.answer_reader(progress=self._progress)
            found = evaluate(sets, options["mode"], read, self._progress)
        except TableError as error:
            raise CommandError(str(error)) from error
        for name, why in found.missing.items():
            self._progress(f"set {name}: {why}")
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


def shown_version(row: ScorerVersion) -> dict[str, Any]:
    """A version without its artefact."""
    figures = {name: row.figures.get(name) for name in ("n", "qwk", "qwk_low", "qwk_high")}
    return {
        "version": row.version,
        "active": row.active,
        "passed": row.passed,
        **figures,
        "data_hash": row.data_hash,
        "created_at": row.created_at.isoformat(timespec="seconds"),
    }


def as_json(found: Evaluation) -> dict[str, Any]:
    """The evaluation as the published object."""
    shown: dict[str, Any] = {
        "mode": found.mode,
        "sets": {name: asdict(figures) for name, figures in found.sets.items()},
        "mean": asdict(found.mean),
    }
    if found.batch_standardised is not None:
        shown["batch_standardised"] = {n: asdict(f) for n, f in found.batch_standardised.items()}
    return shown


def _shown(value: object) -> str:
    if value is None:
        return "null"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
