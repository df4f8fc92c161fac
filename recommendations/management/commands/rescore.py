"""Scores past answers by a question's newest version: first to look, then to apply."""

from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from catalog import queries as catalog
from microcred.ai import providers
from microcred.errors import DomainError
from recommendations.forecast import TopChange, changed_top_recommendations
from scoring import oversight
from scoring.oversight import Order, Rescored, RescorePlan

TOLD_EVERY: Final = 50


class Command(BaseCommand):
    """Show who would move, by how much, and whose first recommendation would change; or apply it."""

    help = "Score past answers to a question by its newest published version."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the question, and whether to look or to apply."""
        parser.add_argument("question", help="the question's key or id")
        mode = parser.add_mutually_exclusive_group(required=True)
        mode.add_argument("--dry-run", action="store_true", help="say what would change, and store nothing")
        mode.add_argument("--apply", action="store_true", help="store it, in effect at once")
        mode.add_argument(
            "--batch",
            action="store_true",
            help="have the model read past essays anew, in a batch, for a dry run",
        )
        parser.add_argument("--reason", default="", help="why; students read it (needed to apply)")
        parser.add_argument("--no-loss", action="store_true", help="who would fall keeps the old score")

    def handle(self, *args: Any, **options: Any) -> None:
        """Plan, and apply where told to."""
        try:
            question_id = catalog.question_named(options["question"]).pk
            if options["batch"]:
                self._order(oversight.order_reading(question_id=question_id, by=None, now=timezone.now()))
                return
            plan = oversight.plan_rescoring(question_id)
            if options["apply"]:
                self._apply(plan, reason=options["reason"], no_loss=options["no_loss"])
            else:
                self._show(
                    plan, changed_top_recommendations(plan, embedder=providers.embedder(), told=self._tell)
                )
        except DomainError as error:
            raise CommandError(error.message) from error

    def _order(self, order: Order) -> None:
        for what, number in sorted(order.counts.items()):
            self.stdout.write(f"{number}: {what}")
        if order.batch is None:
            self.stdout.write("There is nothing to read. Nothing was sent.")
            return
        self.stdout.write(
            f"Batch {order.batch.pk} with {order.batch.requests} essays is on its way; no score changes by it. "
            "Within a day, look at what came of it with --dry-run."
        )

    def _tell(self, done: int, total: int) -> None:
        """Say on standard error how far it is."""
        if done % TOLD_EVERY == 0:
            self.stderr.write(f"{done} of {total} ranked anew")

    def _apply(self, plan: RescorePlan, *, reason: str, no_loss: bool) -> None:
        moved = oversight.apply_rescoring(
            plan=plan, by=None, reason=reason, no_loss=no_loss, now=timezone.now()
        )
        for line in moved:
            self.stdout.write(_line(line))
        kept = len(plan.falling) if no_loss else 0
        self.stdout.write(
            f"{len(moved)} scores changed to version {plan.version}, "
            f"{sum(line.falls for line in moved)} of them fell; {kept} kept what they had."
        )

    def _show(self, plan: RescorePlan, tops: dict[Any, TopChange]) -> None:
        if (batch := oversight.newest_batch(plan.version_id)) is not None:
            self.stdout.write(f"Batch {batch.pk}: {batch.outcome or batch.state} {batch.detail}".rstrip())
        for line in plan.moving:
            top = tops.get(line.assessment_id)
            said = f"; first recommendation: {top.before or 'none'} -> {top.after or 'none'}" if top else ""
            self.stdout.write(_line(line) + said)
        for line in plan.lines:
            if line.obstacle:
                self.stdout.write(f"{line.assessment_id}: left as it is, {line.obstacle}")
        self.stdout.write(
            f"Version {plan.version}: {len(plan.lines)} past takers, {len(plan.moving)} would move, "
            f"{len(plan.falling)} would fall, {len(tops)} first recommendations would change. Nothing was stored."
        )


def _line(line: Rescored) -> str:
    after = line.after or line.before
    fall = " (falls)" if line.falls else ""
    return (
        f"{line.assessment_id}: {line.before.score} of {line.before.maximum} -> "
        f"{after.score} of {after.maximum}, {100 * line.change:+.1f} %{fall}"
    )
