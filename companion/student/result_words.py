"""What the pages of a result call things, in words for the student who reads it."""

import re
from collections.abc import Mapping
from typing import Final

from assessments.enums import MissingPart
from companion.words import Label
from recommendations.enums import Acceptance, OverrideAction, Part
from scoring.enums import AppealOutcome, ScoreSource

MISSING: Final[Mapping[str, str]] = {
    MissingPart.ESSAY_SCORES: "Your essays could not be scored yet. Your levels rest on your other answers.",
    MissingPart.RETRIEVAL: "The descriptions of the credentials could not be searched. The list rests on your levels.",
    MissingPart.NEIGHBOURS: "Too few people with levels like yours are known. The list does without them.",
    MissingPart.SUMMARY: "The summary could not be written.",
    MissingPart.RECOMMENDATIONS: "No credentials could be recommended. Your scores and levels stand on their own.",
}
MOVED: Final[Mapping[str, str]] = {
    "catalog": "the credentials on offer, or what the role asks for, have changed",
    "rubric": "a question that you answered, or how it is scored, has changed",
    "embeddings": "the descriptions of the credentials have changed",
    "held": "what you hold has changed",
    "run": "another list has been worked out, and the one that a person changed for you stays",
}
PARTS: Final[Mapping[str, tuple[str, str]]] = {
    Part.GAP_FIT: (
        "Fits what you lack",
        "How well it closes what the role asks for and you do not show yet.",
    ),
    Part.RETRIEVAL: ("What it says of itself", "How near its description comes to what you have to learn."),
    Part.NEIGHBOURS: ("People like you", "How many learners with levels like yours took it up."),
    Part.FEEDBACK: ("What others said", "How it was received when it was recommended before."),
    Part.DIVERSITY: ("Overlap", "Taken off where a credential above teaches much the same."),
}
OUTCOMES: Final[Mapping[str, Label]] = {
    "scored": Label("Scored"),
    "needs_review": Label("A person will look at it", "warn"),
    "unavailable": Label("Not scored yet", "warn"),
    "awaiting": Label("Not scored yet", "busy"),
    "unanswered": Label("Not answered"),
    "unscored": Label("Does not count"),
}
SCORERS: Final[Mapping[str, str]] = {
    "rule": "Scored by a fixed rule.",
    ScoreSource.CODE: "Decided by a fixed check.",
    ScoreSource.LOCAL: "Scored by a program of this installation.",
    ScoreSource.MODEL: "Scored by a language model.",
    ScoreSource.HUMAN: "Scored by a person.",
}
ACCEPTANCES: Final[Mapping[str, Label]] = {
    Acceptance.ACCEPTED: Label("I want to take it up", "good"),
    Acceptance.REJECTED: Label("It is not for me"),
    Acceptance.PENDING: Label("I have not decided yet", "accent"),
}
DONE_TO_LISTS: Final[Mapping[str, str]] = {
    OverrideAction.FIRST: "Put first",
    OverrideAction.REMOVE: "Taken off the list",
    OverrideAction.ADD: "Added",
}
APPEAL_OUTCOMES: Final[Mapping[str, str]] = {
    AppealOutcome.UPHELD: "The score stands.",
    AppealOutcome.CHANGED: "The score was changed.",
    AppealOutcome.KEPT: "The score stays as it was: an appeal cannot lower it.",
}
CHECKED: Final[Mapping[str, str]] = {"confirmed": "checked and stands", "corrected": "checked and corrected"}

# How far off a level may be, as levels: what is said up to there, a deviation to each side.
_SPREADS: Final = (
    (0.3, "quite sure"),
    (0.7, "give or take a half"),
    (1.2, "give or take one"),
)
_WIDE: Final = "but little is known yet"
# Levels as the sentences of a recommendation write them (`recommendations.rationale`).
_LEVEL: Final = r"([0-5]\.[0-9])"
_QUOTED: Final = re.compile(r"(“[^”]*”)")
_MEASURED: Final = re.compile(rf"(measured at )(?:level )?{_LEVEL} of 5")
_GAP: Final = re.compile(rf"\({_LEVEL} of {_LEVEL}\)")
_ASKED: Final = re.compile(rf"((?:level|asks for|target) ){_LEVEL}(?![0-9])")
# An essay's uncertainty, 0 (sure) to 1 (a guess).
_SURENESS: Final = ((0.2, "The scorer was sure."), (0.5, "The scorer was fairly sure."))
_UNSURE: Final = "The scorer was not sure."


def level_in_words(level: float | None, deviation: float | None) -> str:
    """Return a level (0 to 5) to the nearest half, with how sure it is; both None where nothing was measured."""
    if level is None:
        return "not measured"
    spread = deviation or 0.0
    sure = next((said for bound, said in _SPREADS if spread <= bound), _WIDE)
    return f"{_about(level)} of 5, {sure}"


def levels_in_words(text: str) -> str:
    """Return sentences of a recommendation with levels as the page says them: measured ones to the nearest half, others
    without needless zeros. What they quote stays word for word."""
    parts = _QUOTED.split(text)
    return "".join(part if place % 2 else _without_figures(part) for place, part in enumerate(parts))


def _without_figures(text: str) -> str:
    text = _MEASURED.sub(lambda found: f"{found[1]}{_about(float(found[2]))} of 5", text)
    text = _GAP.sub(lambda found: f"({_about(float(found[1]))}, asked for {float(found[2]):g})", text)
    return _ASKED.sub(lambda found: f"{found[1]}{float(found[2]):g}", text)


def _about(level: float) -> str:
    whole, rest = divmod(round(2 * level), 2)
    return f"about {whole or ''}½" if rest else f"about {whole}"


def sureness(uncertainty: float | None) -> str:
    """Return how sure whoever scored an essay was; nothing where that is not known."""
    if uncertainty is None:
        return ""
    return next((said for bound, said in _SURENESS if uncertainty <= bound), _UNSURE)


def number(value: float) -> str:
    """Return points as people write them: with two places at most and no needless zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def hundredths(share: float) -> str:
    """Return a share (-1 to 1, three places) in percent with one place, so that parts add up as they are shown."""
    return f"{100 * share:.1f} %".replace("-", "−")


def standing(score: Mapping[str, object]) -> str:
    """Return what a score was or is, as notices tell it: the level, where one is meant, and the points."""
    points, most = score["score"], score["maximum"]
    said = [str(score["level"])] if score["level"] else []
    if isinstance(points, int | float) and isinstance(most, int | float):
        said.append(f"{number(points)} of {number(most)}")
    return ", ".join(said) or "no score"
