"""The database refuses impossible scores, and any change of a score."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from microcred.ids import uuid7
from scoring.models import CriterionMark, EssayScore, ProfileRun, RuleScore, SkillEstimate
from tests.factories.scoring import handed_in, work_off_scoring
from tests.fakes.openai_server import FakeOpenAI, chat
from tests.scoring.replies import BEST, essay_reply

pytestmark = pytest.mark.django_db
TABLES = [RuleScore, EssayScore, CriterionMark, ProfileRun, SkillEstimate]


@pytest.fixture(autouse=True)
def scored(openai: FakeOpenAI) -> None:
    """One rule score, one essay score with two marks, one estimate."""
    openai.queue(chat(essay_reply(BEST)))
    work_off_scoring(handed_in())


def copy(table: type[models.Model], **changes: Any) -> Callable[[], None]:
    """Return what stores a copy of the table's first row with ``changes``."""
    row = table._default_manager.order_by("pk").first()
    assert row is not None
    row.pk = uuid7()
    for name, value in changes.items():
        setattr(row, name, value)
    return lambda: row.save(force_insert=True)


@pytest.mark.parametrize(
    ("table", "changes", "constraint"),
    [
        (RuleScore, {}, "rule_scores_once"),
        (RuleScore, {"engine_version": "rules-2", "score": Decimal("1.01")}, "rule_scores_within_maximum"),
        (RuleScore, {"engine_version": "rules-2", "score": Decimal("-0.01")}, "rule_scores_within_maximum"),
        (EssayScore, {}, "essay_scores_run_once"),
        (EssayScore, {"run": 2, "score": Decimal("4.01")}, "essay_scores_within_maximum"),
        (EssayScore, {"run": 2, "score": Decimal("-0.01")}, "essay_scores_within_maximum"),
        (EssayScore, {"run": 2, "source": "oracle"}, "essay_scores_source_known"),
        (EssayScore, {"run": 2, "outcome": "lost"}, "essay_scores_outcome_known"),
        (EssayScore, {"run": 2, "cost_microcents": -1}, "essay_scores_cost_not_negative"),
        (CriterionMark, {}, "criterion_marks_once"),
        (CriterionMark, {"criterion_key": "x", "points": Decimal(3)}, "criterion_marks_points_fit_status"),
        (CriterionMark, {"criterion_key": "x", "points": None}, "criterion_marks_points_fit_status"),
        (
            CriterionMark,
            {"criterion_key": "x", "status": "needs_review"},
            "criterion_marks_points_fit_status",
        ),
        (CriterionMark, {"criterion_key": "x", "status": "lost"}, "criterion_marks_points_fit_status"),
        (ProfileRun, {}, "profile_runs_once"),
        (ProfileRun, {"run": 0}, "profile_runs_run_positive"),
        (SkillEstimate, {}, "skill_estimates_once"),
        (SkillEstimate, {"run": 2, "level": Decimal("5.001")}, "skill_estimates_level_on_scale"),
        (SkillEstimate, {"run": 2, "level": Decimal("-0.001")}, "skill_estimates_level_on_scale"),
        (SkillEstimate, {"run": 2, "evidence": Decimal(-1)}, "skill_estimates_evidence_not_negative"),
    ],
)
def test_the_database_refuses_an_impossible_score(
    table: type[models.Model], changes: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        copy(table, **changes)()


@pytest.mark.parametrize("table", TABLES)
def test_a_score_can_be_neither_changed_nor_deleted(table: type[models.Model]) -> None:
    name = table._meta.db_table

    for statement in (f"UPDATE {name} SET id = id", f"DELETE FROM {name}"):  # noqa: S608 - our own tables
        with (
            pytest.raises(DatabaseError, match=f"{name} is append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    assert table._default_manager.exists()


def test_a_new_run_stands_beside_the_old_one() -> None:
    copy(EssayScore, run=2)()

    assert [row.run for row in EssayScore.objects.order_by("run")] == [1, 2]
