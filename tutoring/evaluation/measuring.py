"""How well topics and next steps are found, and the thresholds that one half of the transcripts would choose."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from microcred.ai.vector_validation import embed_validated
from recommendations.embedding_caches import QueryVectors
from tutoring import topics as finding
from tutoring.enums import Author
from tutoring.evaluation.datasets import Case, Half
from tutoring.summarizing import Draft, SummarizingContext, nearness, summarize

HALVES: Final[tuple[Half, ...]] = ("choose", "report")
NEARS: Final = tuple(step / 1000 for step in range(150, 501, 25))
SHARES: Final = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4)

_vectors: Final = QueryVectors()


@dataclass(frozen=True, slots=True)
class Tried:
    """A transcript, what came of it, and how near its windows come to each skill."""

    case: Case
    draft: Draft
    nearness: Sequence[Sequence[float]]

    @property
    def topics(self) -> frozenset[str]:
        """The keys of the topics that were found."""
        return frozenset(one["skill"] for one in self.draft.topics)

    @property
    def steps(self) -> frozenset[int]:
        """The numbers of the lines that were taken to say what comes next."""
        return frozenset(number for one in self.draft.steps for number in one["lines"])

    @property
    def wrong_sentences(self) -> int:
        """How many sentences cite nothing, or quote what none of their lines says."""
        said = {line.number: line.text for line in self.case.lines}
        return sum(
            not one["lines"]
            or any(
                not any(quote.partition("”")[0] in said[number] for number in one["lines"])
                for quote in one["text"].split("“")[1:]
            )
            for one in self.draft.narrative
        )


def measure(cases: Sequence[Case], means: SummarizingContext) -> list[Tried]:
    """Summarise every transcript. Raises ProviderError: from the embedder."""
    meanings = _vectors.of([one.meaning for one in means.skills], means.embedder)
    return [
        Tried(
            case,
            summarize(case.lines, means),
            nearness(embed_validated(means.embedder, finding.windows(case.lines)), meanings, means).tolist(),
        )
        for case in cases
    ]


def report(tried: Sequence[Tried], means: SummarizingContext) -> dict[str, Any]:
    """Return the figures of both halves, and the thresholds in use beside those that the one half would choose."""
    near, share = chosen([one for one in tried if one.case.half == "choose"], means)
    return {
        "transcripts": len(tried),
        "in_use": {"near": finding.NEAR, "share": finding.SHARE},
        "chosen": {"near": near, "share": share},
        **{half: _figures([one for one in tried if one.case.half == half]) for half in HALVES},
    }


def chosen(tried: Sequence[Tried], means: SummarizingContext) -> tuple[float, float]:
    """Return the thresholds by which topics are found best (F1), the highest of equals."""

    def worth(pair: tuple[float, float]) -> tuple[float, float, float]:
        found = [(one.case.topics, _with(one, pair, means)) for one in tried]
        right = sum(len(wanted & got) for wanted, got in found)
        both = sum(len(wanted) + len(got) for wanted, got in found)
        return (2 * right / both if both else 0.0, *pair)

    return max(product(NEARS, SHARES), key=worth)


def _with(one: Tried, pair: tuple[float, float], means: SummarizingContext) -> frozenset[str]:
    found = finding.topics(one.case.lines, one.nearness, near=pair[0], share=pair[1])
    return frozenset(means.skills[topic.skill].key for topic in found)


def _figures(tried: Sequence[Tried]) -> dict[str, Any]:
    sentences = sum(len(one.draft.narrative) for one in tried)
    by_model = [one for one in tried if one.draft.author == Author.MODEL or one.draft.degraded]
    return {
        **_of("topics", tried, lambda one: (one.case.topics, one.topics)),
        **_of("steps", tried, lambda one: (one.case.steps, one.steps)),
        "sentences_wrong": {"held": sum(one.wrong_sentences for one in tried), "of": sentences},
        "nothing_made_of_nothing": _share(
            [
                not one.draft.topics and not one.draft.narrative
                for one in tried
                if one.case.kind == "small_talk"
            ]
        ),
        **(_of_the_model(by_model) if by_model else {}),
    }


def _of_the_model(asked: Sequence[Tried]) -> dict[str, Any]:
    """Of the transcripts that a model was asked to tell of: how many it did, and what of its sentences stood."""
    said = sum(one.draft.said for one in asked)
    return {
        "told_by_the_model": _share([one.draft.author == Author.MODEL for one in asked]),
        "sentences_kept": {"held": said - sum(one.draft.dropped for one in asked), "of": said},
    }


def _of(
    name: str, tried: Sequence[Tried], sides: Callable[[Tried], tuple[frozenset[Any], frozenset[Any]]]
) -> dict[str, Any]:
    pairs = [sides(one) for one in tried]
    right = sum(len(wanted & got) for wanted, got in pairs)
    return {
        f"{name}_precision": {"held": right, "of": sum(len(got) for _, got in pairs)},
        f"{name}_recall": {"held": right, "of": sum(len(wanted) for wanted, _ in pairs)},
    }


def _share(held: Sequence[bool]) -> dict[str, int]:
    return {"held": sum(held), "of": len(held)}
