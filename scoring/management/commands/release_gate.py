"""manage.py release_gate: may this scorer score."""

import json
import uuid
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.text import slugify

from microcred.ai.base import EmbedderError, ProviderError
from microcred.command_arguments import writable_file
from microcred.errors import DomainError
from scoring import releasing
from scoring.golden import gate, replies
from scoring.golden.replies import RepliesUnfit
from scoring.models import ScorerRelease
from scoring.releasing import gate_runs, shipped
from scoring.releasing.activation import figure_rows
from scoring.releasing.gate_runs import GateRun

PASSED_REASON = "passed its release gate"


class Command(BaseCommand):
    """Exit status: 0 the scorer passed (or there was nothing to do), 1 it did not, or the gate could not be run."""

    help = (
        "Judge the golden set with the scorer that the settings ask for, and hold its figures against the "
        "thresholds. With --activate a scorer that passes scores from then on."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what is run, what becomes of it, and the way back."""
        parser.add_argument("--activate", action="store_true", help="Let the scorer score if it passes.")
        parser.add_argument("--if-needed", action="store_true", help="Do nothing if it is released already.")
        parser.add_argument("--judge", choices=["local", "model"], help="Default: what the settings ask for.")
        parser.add_argument(
            "--record", nargs="?", const="", metavar="FILE", help="Also keep the model's replies in a file."
        )
        parser.add_argument("--recorded", type=Path, metavar="FILE", help="Use the replies in a file.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object and nothing else.")
        parser.add_argument("--list", action="store_true", help="List the gate's runs.")
        parser.add_argument("--use", type=uuid.UUID, metavar="ID", help="Let this run's scorer score.")
        parser.add_argument("--roll-back", action="store_true", help="Let the scorer before score again.")
        parser.add_argument("--reason", default="", help="Why: for --use and --roll-back.")
        parser.add_argument(
            "--ship", action="store_true", help="For maintainers: keep the local scorer's figures."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what is asked; whatever refuses it is a sentence."""
        try:
            if options["list"]:
                self._list()
            elif options["ship"]:
                run = gate_runs.run_local()
                shipped.write(run.scorer, run.result)
            elif options["use"] or options["roll_back"]:
                self._switch(options)
            elif options["if_needed"] and self._is_released():
                self._say(options, f"{releasing.configured_scorer()} is released already.")
            else:
                self._gate(options)
        except DomainError as error:
            raise CommandError(error.message) from error
        except (ProviderError, RepliesUnfit, EmbedderError, OSError) as error:
            raise CommandError(f"The gate could not be run: {error}") from error

    def _gate(self, options: dict[str, Any]) -> None:
        run = self._run(options)
        now = timezone.now()
        release = releasing.record_gate(
            scorer=run.scorer, result=run.result, replies=run.replies, by=None, now=now
        )
        if options["activate"] and run.result.passed:
            release = releasing.activate(release_id=release.pk, reason=PASSED_REASON, by=None, now=now)
        if options["json"]:
            self.stdout.write(json.dumps(as_json(run, release), indent=1))
        else:
            self._print(run, release)
        if not run.result.passed:
            raise CommandError(f"{run.scorer} did not pass its release gate.")

    def _run(self, options: dict[str, Any]) -> GateRun:
        if options["recorded"]:
            return gate_runs.run_recorded(options["recorded"])
        now, judge = timezone.now(), options["judge"] or releasing.configured_scorer().kind
        if judge == "local":
            return gate_runs.run_local()
        if options["record"]:
            _make_room(Path(options["record"]))
        if releasing.configured_scorer().kind == "model":
            self._say(options, f"Asking {releasing.configured_scorer()} about {gate.calls()} texts")
        run = gate_runs.run_model(now=now)
        if options["record"] is not None and run.recorded is not None:
            path = Path(options["record"]) if options["record"] else _place(run)
            replies.write(path, run.recorded)
            self._say(options, f"Replies written to {path}")
        return run

    def _switch(self, options: dict[str, Any]) -> None:
        now, reason = timezone.now(), options["reason"]
        if options["use"]:
            release = releasing.activate(release_id=options["use"], reason=reason, by=None, now=now)
        else:
            kind = options["judge"] or releasing.configured_scorer().kind
            release = releasing.roll_back(kind=kind, reason=reason, by=None, now=now)
        self._say(options, f"Essays are scored by {release} now.")

    def _is_released(self) -> bool:
        using = releasing.released()
        return using is not None and releasing.scorer_of(using) == releasing.configured_scorer()

    def _list(self) -> None:
        for row in ScorerRelease.objects.all():
            state = "active" if row.active else "passed" if row.passed else "failed"
            usable = "" if releasing.is_available(row) else ", not usable with these settings"
            self.stdout.write(
                f"{row.pk} {row.made_at:%Y-%m-%d %H:%M} {state:<6} {row} ({row.replies}{usable})"
            )

    def _say(self, options: dict[str, Any], line: str) -> None:
        (self.stderr if options["json"] else self.stdout).write(line)

    def _print(self, run: GateRun, release: ScorerRelease) -> None:
        result = run.result
        self.stdout.write(f"{run.scorer} on {result.golden_version}, {result.thresholds_version}")
        self.stdout.write("| figure | value | threshold | n | |\n|---|--:|--:|--:|---|")
        for figure in result.figures:
            verdict = "passed" if figure.passed else "FAILED"
            span = "" if figure.low is None else f" ({figure.low:.3f} to {figure.high:.3f})"
            self.stdout.write(
                f"| {figure.name} | {figure.value:.3f}{span} | {figure.threshold:.3f} | {figure.n} | {verdict} |"
            )
        for figure in result.figures:
            for miss in figure.misses:
                self.stdout.write(f"{figure.name}: {miss}")
        if result.cost_microcents:
            self.stdout.write(f"Cost: {result.cost_microcents / 1_000_000:.2f} cents.")
        left = (
            "in use"
            if release.active
            else f"not in use; manage.py release_gate --use {release.pk} --reason …"
        )
        self.stdout.write(f"Passed: {left}." if result.passed else "Failed.")


def as_json(run: GateRun, release: ScorerRelease) -> dict[str, Any]:
    """The run as one object."""
    return {
        "release": str(release.pk),
        "scorer": asdict(run.scorer),
        "golden_version": run.result.golden_version,
        "thresholds_version": run.result.thresholds_version,
        "replies": run.replies,
        "passed": run.result.passed,
        "active": release.active,
        "cost_microcents": run.result.cost_microcents,
        "figures": figure_rows(run.result.figures),
    }


def _make_room(path: Path) -> None:
    """Make the folder of a file; replies that could not be kept are not asked for."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        writable_file(str(path))
    except ArgumentTypeError as error:
        raise CommandError(str(error)) from error


def _place(run: GateRun) -> Path:
    name = slugify(f"{run.scorer.version}-{run.scorer.model}-{run.scorer.host}".replace("@", "-"))
    folder: Path = settings.STATE_DIR / "releases"
    return folder / f"{name}.json"
