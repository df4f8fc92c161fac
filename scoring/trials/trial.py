"""One answer tried by the rules of a question as it stands, saved or not; nothing is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from assessments.answers import AnswerInvalid, normalise
from scoring.essays import precheck
from scoring.essays.task import EssayTask
from scoring.rules import RuleResult, Signal, is_scored_by_rules, score_answer, signals

IN_BACKGROUND: Final = "Essays are scored in the background, so there is no score to show here."


@dataclass(frozen=True, slots=True)
class DraftQuestion:
    """A question as its author has it; `maximum` are its points."""

    question_type: str
    prompt: str
    choices: Sequence[Mapping[str, Any]]
    answer_format: Mapping[str, Any]
    rules: Mapping[str, Any]
    rubric: Mapping[str, Any]
    maximum: Decimal


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of an answer: `refused` says why it is none; else `canonical` is how it would be stored
    (None: not answered), with the rules' `result`, the `stated` levels of a profile question, or `notes`."""

    refused: str = ""
    canonical: Mapping[str, Any] | None = None
    result: RuleResult | None = None
    stated: tuple[Signal, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def rule_facts(self) -> list[tuple[str, str]]:
        """What is kept of the rule that was applied, in words."""
        applied = self.result.rules_applied if self.result else []
        return [(_label(name), _worded(value)) for rule in applied for name, value in rule.items()]


def try_answer(question: DraftQuestion, raw: object | None) -> Trial:
    """Take an answer as a student would send it (None: none) through reading and scoring.

    Raises `RulesInvalid` for a key that cannot score.
    """
    try:
        answer = _read(question, raw)
    except AnswerInvalid as refused:
        return Trial(refused=f"The answer would be refused: it {refused.message}.")
    if is_scored_by_rules(question.question_type):
        scored = score_answer(
            question.question_type, question.rules, answer, question.maximum, question.choices
        )
        return Trial(canonical=answer, result=scored)
    if question.question_type == "essay":
        return Trial(canonical=answer, notes=(IN_BACKGROUND, _before_any_judge(question, answer)))
    return _profile(question, answer)


def _label(name: str) -> str:
    return "Rule" if name == "kind" else name.replace("_", " ").capitalize()


def _worded(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value).replace("_", " ")


def _read(question: DraftQuestion, raw: object | None) -> Mapping[str, Any] | None:
    if raw is None:
        return None
    return normalise(question.question_type, question.choices, question.answer_format, raw)


def _before_any_judge(question: DraftQuestion, answer: Mapping[str, Any] | None) -> str:
    task = EssayTask.from_rubric(
        question_id="",
        prompt=question.prompt,
        answer=str((answer or {}).get("text", "")),
        rubric=question.rubric,
        maximum=question.maximum,
        answer_format=question.answer_format,
    )
    decision = precheck.decide(task)
    if decision is None:
        return "Nothing keeps this answer from being read by a scorer."
    return f"No scorer would read this answer. {decision.reason}"


def _profile(question: DraftQuestion, answer: Mapping[str, Any] | None) -> Trial:
    stated = signals(question.rules, answer or {})
    said = "It states what is listed here." if stated else "This answer states no level of any skill."
    return Trial(canonical=answer, stated=stated, notes=(f"Profile questions earn no points. {said}",))
