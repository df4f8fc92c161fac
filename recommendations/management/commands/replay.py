"""manage.py replay: do stored results still come out of what they were made from."""

import json
import uuid
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from recommendations import record_replay
from recommendations.record_replay import Replay

TOLD_EVERY: Final = 100


class Command(BaseCommand):
    """Exit status: 0 no difference, 1 at least one, or no record."""

    help = "Works scores, profile and ranking of an assessment out again from its decision records, without network."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare whose records."""
        parser.add_argument("assessment", nargs="?", type=uuid.UUID)
        parser.add_argument("--all", action="store_true", help="every assessment that has a record")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay and report."""
        if bool(options["assessment"]) == options["all"]:
            raise CommandError("Name one assessment, or give --all.")
        chosen = (
            [options["assessment"]] if options["assessment"] else record_replay.assessments_with_records()
        )
        replays: list[Replay] = []
        for one in self._replays(chosen):
            replays.append(one)
            if not options["json"]:
                self._tell(one, in_full=not options["all"])
        if not replays and not options["all"]:
            raise CommandError("This assessment has no decision record.")
        different = sum(one.is_different for one in replays)
        if options["json"]:
            self.stdout.write(json.dumps(_summary(replays), ensure_ascii=False))
        else:
            self.stdout.write(
                f"{len(replays)} records replayed, {different} with differences{_rest(replays)}."
            )
        if different:
            raise CommandError(f"{different} records came out otherwise.")

    def _replays(self, chosen: Sequence[uuid.UUID]) -> Iterator[Replay]:
        """Replay one assessment after the other, saying on standard error how far that is."""
        for done, assessment_id in enumerate(chosen, start=1):
            yield from record_replay.replay(assessment_id)
            if done % TOLD_EVERY == 0:
                self.stderr.write(f"{done} of {len(chosen)} assessments")

    def _tell(self, one: Replay, *, in_full: bool) -> None:
        place = f"{one.assessment_id} run {one.run}"
        for difference in one.differences:
            self.stdout.write(f"{place}: {difference}")
        if one.standing is None or not (in_full or one.standing.moves):
            return
        age = "newest" if one.is_newest else "earlier"
        self.stdout.write(
            f"{place}, record {one.sequence} ({age}): {one.standing.then} points in effect then, {one.standing.now} now"
        )
        for move in one.standing.moves:
            self.stdout.write(f"{place}:   {move}")


def _rest(replays: Sequence[Replay]) -> str:
    """What was found that is no difference."""
    kinds = {"moved_on": "moved on", "erased": "erased"}
    found = {
        words: sum(difference.kind == kind for one in replays for difference in one.differences)
        for kind, words in kinds.items()
    }
    return "".join(f"; {number} parts {words}" for words, number in found.items() if number)


def _summary(replays: Sequence[Replay]) -> dict[str, Any]:
    return {
        "replayed": len(replays),
        "different": sum(one.is_different for one in replays),
        "records": [_record(one) for one in replays],
    }


def _record(one: Replay) -> dict[str, Any]:
    return {
        "record": one.sequence,
        "assessment_id": str(one.assessment_id),
        "run": one.run,
        "newest": one.is_newest,
        "different": one.is_different,
        "differences": [asdict(difference) for difference in one.differences],
        "standing": asdict(one.standing) if one.standing else None,
    }
