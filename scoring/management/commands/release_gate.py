"""manage.py release_gate: may this scorer score."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from microcred.ai import providers
from microcred.ai.base import ProviderError
from scoring import releasing
from scoring.essays import local
from scoring.essays.judge import ModelJudge
from scoring.essays.local import LocalJudge
from scoring.essays.prompt import PROMPT_VERSION
from scoring.golden import gate, replies
from scoring.golden.gate import GateResult
from scoring.golden.replies import Recorded, RecordedChat, RecordingChat, RepliesUnfit
from scoring.releasing import ScorerInUse

LIVE = "live"


class Command(BaseCommand):
    """Exit status: 0 the scorer passed and is released, 1 it did not."""

    help = "Judges the golden set, prints the figures beside their thresholds, and releases a scorer that passes."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare which scorer, and where a model's replies come from."""
        parser.add_argument("--judge", choices=["local", "model"], required=True)
        parser.add_argument(
            "--record", action="store_true", help="ask the configured model and keep its replies"
        )
        parser.add_argument("--replies", default="essay-1", help="name of the replies on file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the gate, store and print what it said."""
        try:
            if options["judge"] == "local":
                scorer, result, source = self._local()
            elif options["record"]:
                scorer, result, source = self._live(options["replies"])
            else:
                scorer, result, source = self._recorded(options["replies"])
        except (ProviderError, RepliesUnfit, FileNotFoundError) as error:
            raise CommandError(f"The gate could not be run: {error}") from error
        releasing.record_gate(scorer=scorer, result=result, replies=source, now=timezone.now())
        self._print(scorer, result)
        if not result.passed:
            raise CommandError("The scorer did not pass.")

    def _local(self) -> tuple[ScorerInUse, GateResult, str]:
        embedder = providers.embedder()
        scorer = ScorerInUse("local", local.VERSION, releasing.embedding_model())
        return scorer, gate.run(LocalJudge(embedder), "local"), LIVE

    def _recorded(self, name: str) -> tuple[ScorerInUse, GateResult, str]:
        kept = replies.recorded(name)
        scorer = ScorerInUse("model", PROMPT_VERSION, kept.model)
        return scorer, gate.run(ModelJudge(RecordedChat(kept)), "model"), name

    def _live(self, name: str) -> tuple[ScorerInUse, GateResult, str]:
        chat = providers.chat_model()
        if chat is None:
            raise CommandError("No model is configured: set OPENAI_API_KEY.")
        recording = RecordingChat(chat)
        result = gate.run(ModelJudge(recording), "model")
        path = replies.write(name, Recorded(PROMPT_VERSION, chat.model, "recorded", recording.replies))
        self.stdout.write(f"Replies written to {path.name}")
        return ScorerInUse("model", PROMPT_VERSION, chat.model), result, LIVE

    def _print(self, scorer: ScorerInUse, result: GateResult) -> None:
        self.stdout.write(f"{scorer.kind} {scorer.version} with {scorer.model} on {result.golden_version}")
        self.stdout.write("| figure | value | threshold | |\n|---|--:|--:|---|")
        for figure in result.figures:
            verdict = "passed" if figure.passed else "FAILED"
            self.stdout.write(f"| {figure.name} | {figure.value:.3f} | {figure.threshold:.3f} | {verdict} |")
        for figure in result.figures:
            for miss in figure.misses:
                self.stdout.write(f"{figure.name}: {miss}")
