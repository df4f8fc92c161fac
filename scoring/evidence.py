"""What the scored questions of an assessment say about skills, in the form that the profile takes."""

from collections.abc import Iterable, Sequence

from catalog.enums import QuestionType
from scoring.enums import MarkStatus
from scoring.profile import SkillEvidence
from scoring.queries import QuestionResult
from scoring.rules.profile import Signal, signals


def evidence_of(results: Sequence[QuestionResult]) -> list[SkillEvidence]:
    """Return one piece of evidence for each question or criterion and each skill that it measures.

    A closed question counts with its weight times the weight of its skill. An essay's weight is divided among
    its criteria; one that names a skill speaks for that skill alone, one that names none for the question's
    skills. What waits for a person, or was not answered, says nothing.
    """
    return [item for result in results for item in _of_question(result)]


def signals_of(results: Sequence[QuestionResult]) -> list[Signal]:
    """Return what the student says of themselves in profile questions."""
    return [
        signal
        for result in results
        if result.question.question_type == QuestionType.PROFILE and result.question.answer is not None
        for signal in signals(result.question.rules, result.question.answer)
    ]


def _of_question(result: QuestionResult) -> Iterable[SkillEvidence]:
    if result.essay_score is not None:
        yield from _of_essay(result)
    elif result.rule_score is not None and result.score is not None and result.maximum:
        fraction = float(result.score / result.maximum)
        for skill, weight in result.question.skills:
            yield SkillEvidence(skill, fraction, float(result.maximum * weight), _source(result))


def _of_essay(result: QuestionResult) -> Iterable[SkillEvidence]:
    whole = sum(mark.weight for mark in result.marks)
    for mark in result.marks:
        if mark.status != MarkStatus.SCORED or mark.points is None or not mark.maximum:
            continue
        share = result.maximum * mark.weight / whole
        fraction = float(mark.points / mark.maximum)
        source = f"{_source(result)}/{mark.criterion_key}"
        if mark.skill_key:
            yield SkillEvidence(mark.skill_key, fraction, float(share), source)
            continue
        for skill, weight in result.question.skills:
            yield SkillEvidence(skill, fraction, float(share * weight), source)


def _source(result: QuestionResult) -> str:
    return str(result.question.snapshot_id)
