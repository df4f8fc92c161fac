"""Outcomes of questions as their students may see them."""

from collections.abc import Mapping, Sequence
from typing import Any

from scoring.enums import MarkStatus, ScoreSource
from scoring.models import CriterionMark, EssayScore
from scoring.results import QuestionResult, score_version


def student_view(results: Sequence[QuestionResult]) -> list[dict[str, Any]]:
    """Return outcomes as their student may see them: no keys, rules or grader's notes."""
    return [_student_view(result) for result in results]


def _student_view(result: QuestionResult) -> dict[str, Any]:
    question = result.question
    return {
        "question_id": str(question.question_id),
        "position": question.position,
        "type": question.question_type,
        "prompt": question.prompt,
        "status": result.status,
        "score": None if result.score is None else float(result.score),
        "maximum": float(result.maximum),
        "band": _band(result.essay_score),
        "explanation": result.explanation,
        "scored_by": scored_by(result),
        "uncertainty": result.essay_score.uncertainty if result.essay_score else None,
        "feedback": str(question.feedback.get("student", "")),
        "version": score_version(result),
        "criteria": [
            _student_mark(mark) | {"version": score_version(result, mark.criterion_key)}
            for mark in result.marks
        ],
    }


def _band(essay: EssayScore | None) -> dict[str, float] | None:
    if essay is None or essay.band_low is None or essay.band_high is None:
        return None
    return {"low": float(essay.band_low), "high": float(essay.band_high)}


def scored_by(result: QuestionResult) -> str | None:
    """Return who or what gave the score: rule, code, local, model or human; None without one."""
    if result.override is not None:
        return ScoreSource.HUMAN
    if result.essay_score is not None and result.score is not None:
        return result.essay_score.source
    return "rule" if result.rule_score is not None else None


def _student_mark(mark: CriterionMark) -> dict[str, Any]:
    scored = mark.status == MarkStatus.SCORED
    quotes: list[Mapping[str, Any]] = mark.quotes if scored else []
    return {
        "name": mark.criterion_name,
        "status": mark.status,
        "level": mark.level_name if scored else None,
        "reason": mark.reason if scored else "A person will look at this criterion.",
        "quotes": [{"text": quote["text"], "start": quote["start"], "end": quote["end"]} for quote in quotes],
    }
