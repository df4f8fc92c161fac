"""What stands between a model that may obey a text and a score: asides to cut out, and a second opinion."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from threading import Thread
from typing import Final, Protocol

from microcred.ai.base import Embedder
from microcred.single_flight import SingleFlightCache
from scoring.essays.aside_ablation import remove_asides
from scoring.essays.asides import AsideFinder
from scoring.essays.cache_sizes import ANSWERS
from scoring.essays.judgement import CriterionVerdict
from scoring.essays.local import LocalJudge
from scoring.essays.plausibility import LEAST_OF_MODEL_ANSWER, at_best, contradicted, is_too_good
from scoring.essays.task import EssayTask
from scoring.essays.text import Span

TOO_GOOD: Final = "the best level everywhere, for an answer that says little of what is looked for"
CONTRADICTED: Final = "a best level that the words of the answer are far from bearing out"


class Safeguards(Protocol):
    """Looks at an essay with no model that a text could talk to."""

    def read_ahead(self, tasks: Iterable[EssayTask]) -> None:
        """Begin to read essays that are asked about soon, while the caller does something else."""
        ...

    def asides(self, task: EssayTask) -> tuple[Span, ...]:
        """The sentences that speak to the reader; an essay with any shares its call with no other."""
        ...

    def possible_asides(self, task: EssayTask) -> tuple[Span, ...]:
        """The sentences that a second reading does without, among them many that do not speak to the reader."""
        ...

    def doubt(self, task: EssayTask, verdicts: Iterable[CriterionVerdict]) -> str:
        """Why the verdicts are not to be believed; empty where nothing speaks against them."""
        ...


class PlainSafeguards:
    """Safeguards that need no embedder: no asides, and words counted."""

    def read_ahead(self, tasks: Iterable[EssayTask]) -> None:
        """Do nothing: there is nothing to wait for."""

    def asides(self, task: EssayTask) -> tuple[Span, ...]:
        """None."""
        return ()

    def possible_asides(self, task: EssayTask) -> tuple[Span, ...]:
        """None."""
        return ()

    def doubt(self, task: EssayTask, verdicts: Iterable[CriterionVerdict]) -> str:
        """Whether the best level everywhere is too good to be true."""
        return TOO_GOOD if is_too_good(task, verdicts) else ""


class EmbeddedSafeguards:
    """Safeguards by meaning; `embedder` is the one that the model of asides was fitted with."""

    def __init__(self, embedder: Embedder) -> None:
        self._finder = AsideFinder(embedder)
        self._local = LocalJudge(embedder)
        self._contents: SingleFlightCache[tuple[str, str, str], dict[str, float]] = SingleFlightCache(ANSWERS)

    def read_ahead(self, tasks: Iterable[EssayTask]) -> None:
        """Begin to embed the essays, each in a thread of its own."""
        for task in tasks:
            Thread(target=self._read_or_leave, args=(task,), name="reader", daemon=True).start()

    def _read_or_leave(self, task: EssayTask) -> None:
        # Whoever asks for the essay then tries for itself, and is told what is wrong.
        with suppress(Exception):
            self._finder.find(task)

    def asides(self, task: EssayTask) -> tuple[Span, ...]:
        """The asides in the answer."""
        return self._finder.find(task)

    def possible_asides(self, task: EssayTask) -> tuple[Span, ...]:
        """What may be an aside in the answer."""
        return self._finder.possible(task)

    def doubt(self, task: EssayTask, verdicts: Iterable[CriterionVerdict]) -> str:
        """Whether a best level is too good to be true, by the words and by the local scorer's reading."""
        given = list(verdicts)
        if is_too_good(task, given):
            return TOO_GOOD
        # Only best levels are doubted, and reading an essay by meaning takes longer than all else here.
        if not at_best(task, given):
            return ""
        return CONTRADICTED if contradicted(task, given, self._content(task)) else ""

    def _content(self, task: EssayTask) -> dict[str, float]:
        """What the local scorer reads of every criterion that it can be a witness of, asides left out."""
        able = self._witnessed(task)
        if not able:
            return {}
        cut = remove_asides(task, self.asides(task))
        return {name: content for name, content in self._read(cut).items() if name in able}

    def _witnessed(self, task: EssayTask) -> frozenset[str]:
        """The criteria of which it finds the model answer to be full, by the words of the rubric alone; a rubric
        about form, or one without a model answer, it cannot read."""
        model = replace(task, answer=task.model_answer, model_answer="")
        found = self._read(model) if task.model_answer else {}
        return frozenset(name for name, content in found.items() if content >= LEAST_OF_MODEL_ANSWER)

    def _read(self, task: EssayTask) -> dict[str, float]:
        return self._contents.get(
            (task.prompt, task.model_answer, task.answer), lambda: self._read_anew(task)
        )

    def _read_anew(self, task: EssayTask) -> dict[str, float]:
        (judged,) = self._local.judge([task])
        read = judged.raw.get("criteria", {})
        return {name: float(figures["content"]) for name, figures in read.items()}
