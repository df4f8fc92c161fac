"""Closed answers scored again."""

from decimal import Decimal

from catalog import queries as catalog
from scoring.queries import QuestionResult
from scoring.replay.differences import Difference, compare
from scoring.rules.engine import score_answer
from scoring.services import RULE_ENGINE_VERSION


def replay_rule(result: QuestionResult) -> list[Difference]:
    """Return whether the rules give another score now; the scores of another engine have moved on."""
    row, question = result.rule_score, result.question
    if row is None:
        return []
    rules, weight, choices = question.rules, question.weight, question.choices
    if row.question_version_id:
        content = catalog.version_content(row.question_version_id)
        rules, weight, choices = content["rules"], Decimal(str(content["weight"])), content["choices"]
    again = score_answer(question.question_type, rules, question.answer, weight, choices or ())
    engine, _, _ = row.engine_version.partition("@")
    return compare(
        f"question {question.position}, rule score",
        f"{row.score:.2f} of {row.maximum:.2f}",
        f"{again.score:.2f} of {again.maximum:.2f}",
        kind="different" if engine == RULE_ENGINE_VERSION else "moved_on",
    )
