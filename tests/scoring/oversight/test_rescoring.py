"""A corrected question changes past scores only when somebody applies it, with a reason."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from assessments.models import Assessment
from catalog import services as catalog
from catalog.models import JobRole, Question
from ops.models import AuditLog
from scoring import oversight, queries
from scoring.enums import ScoreSource
from scoring.models import CriterionMark, EssayScore, RuleScore, ScoreChange
from scoring.oversight import NewScore, ReasonMissing, VersionMissing, apply_rescoring, plan_rescoring
from tests.factories.accounts import AdminFactory
from tests.factories.catalog import NOW, RUBRIC, QuestionFactory
from tests.factories.oversight import judged_assessment, levels_of, result_of_type
from tests.factories.scoring import role_with_essay

pytestmark = pytest.mark.django_db
REASON = "The key was wrong."


@pytest.fixture
def role() -> JobRole:
    return role_with_essay()


def corrected(role: JobRole, question_type: str, **fields: Any) -> Question:
    """Publish a new version of the role's question of a type."""
    question = Question.objects.get(role=role, question_type=question_type)
    for name, value in fields.items():
        setattr(question, name, value)
    question.save()
    catalog.publish_question(by=None, question=question, now=NOW.replace(hour=12))
    return question


def rubric(**criteria: dict[str, Any]) -> dict[str, Any]:
    """Return the rubric with some properties of criteria changed."""
    return RUBRIC | {"criteria": [one | criteria.get(one["key"], {}) for one in RUBRIC["criteria"]]}


def applied(question: Question, *, by: User | None = None, no_loss: bool = False) -> list[Any]:
    plan = plan_rescoring(question.pk)
    return apply_rescoring(plan=plan, by=by, reason=REASON, no_loss=no_loss, now=NOW)


OTHER_KEY = {"kind": "choice", "correct": ["c1"], "scoring": "all_or_nothing"}


class TestPlanning:
    def test_says_who_would_move_by_how_much_and_stores_nothing(self, role: JobRole) -> None:
        rising = judged_assessment(role=role, answers={"multiple_choice": "c1"})
        falling = judged_assessment(role=role, answers={"multiple_choice": "c2"})
        judged_assessment(role=role, answers={"multiple_choice": "c3"})
        rows = RuleScore.objects.count()

        plan = plan_rescoring(corrected(role, "multiple_choice", rules=OTHER_KEY).pk)

        moves = {line.assessment_id: (line.change, line.falls) for line in plan.moving}
        assert moves == {rising.pk: (Decimal(1), False), falling.pk: (Decimal(-1), True)}
        assert (len(plan.lines), len(plan.falling), plan.version) == (3, 1, "2")
        assert RuleScore.objects.count() == rows
        assert not ScoreChange.objects.exists()

    def test_shows_the_skill_levels_that_would_follow(self, role: JobRole) -> None:
        assessment = judged_assessment(role=role, answers={"multiple_choice": "c1"})
        (line,) = plan_rescoring(corrected(role, "multiple_choice", rules=OTHER_KEY).pk).lines

        before, after = oversight.levels_after(line)

        (stored,) = queries.profile(assessment.pk)
        assert before["sql"] == pytest.approx(stored.level, abs=0.001)
        assert after["sql"] > before["sql"]

    def test_those_who_were_asked_the_new_version_have_nothing_to_move(self, role: JobRole) -> None:
        question = corrected(role, "multiple_choice", rules=OTHER_KEY)
        judged_assessment(role=role)

        assert plan_rescoring(question.pk).lines == ()

    def test_a_draft_has_no_version_to_score_by(self) -> None:
        with pytest.raises(VersionMissing):
            plan_rescoring(QuestionFactory().pk)

    def test_an_answer_that_names_choices_which_are_gone_is_not_scored_as_wrong(self, role: JobRole) -> None:
        judged_assessment(role=role, answers={"multiple_choice": "c2"})
        renamed = [{"id": "a1", "text": "Alpha"}, {"id": "a2", "text": "Beta"}]
        key = {"kind": "choice", "correct": ["a2"], "scoring": "all_or_nothing"}

        plan = plan_rescoring(corrected(role, "multiple_choice", choices=renamed, rules=key).pk)

        assert [(line.after, line.obstacle) for line in plan.lines] == [(None, "the choices are others now")]

    @pytest.mark.parametrize(
        ("fields", "obstacle"),
        [
            ({"key": "style"}, "the criteria or levels are others now"),
            ({"levels": RUBRIC["criteria"][0]["levels"][::2]}, "the criteria or levels are others now"),
        ],
    )
    def test_an_essay_whose_criteria_are_others_now_needs_to_be_read_again(
        self, role: JobRole, fields: dict[str, Any], obstacle: str
    ) -> None:
        judged_assessment(role=role)

        plan = plan_rescoring(corrected(role, "essay", rubric=rubric(reasoning=fields)).pk)

        assert [(line.after, line.obstacle) for line in plan.lines] == [(None, obstacle)]

    def test_what_a_person_gave_a_closed_answer_stays(self, role: JobRole) -> None:
        assessment = judged_assessment(role=role, answers={"multiple_choice": "c1"})
        question = Question.objects.get(role=role, question_type="multiple_choice")
        oversight.override(
            by=AdminFactory(), assessment_id=assessment.pk, question_id=question.pk,
            new=NewScore(score=Decimal("0.5")), reason="Half.", now=NOW,
        )  # fmt: skip

        plan = plan_rescoring(corrected(role, "multiple_choice", rules=OTHER_KEY).pk)

        assert [line.obstacle for line in plan.lines] == ["a person gave the score"]


class TestApplying:
    def test_closed_answers_are_scored_by_the_new_key_and_the_old_score_stays(self, role: JobRole) -> None:
        assessment = judged_assessment(role=role, answers={"multiple_choice": "c1"})
        admin = AdminFactory()
        question = corrected(role, "multiple_choice", rules=OTHER_KEY, weight=Decimal(2))

        applied(question, by=admin)

        result = result_of_type(assessment, "multiple_choice")
        assert (result.score, result.maximum) == (Decimal("2.00"), Decimal("2.00"))
        rows = RuleScore.objects.filter(assessment=assessment).order_by("created_at")
        assert [(row.engine_version, row.score) for row in rows] == [
            ("rules-1", Decimal("0.00")),
            ("rules-1@2", Decimal("2.00")),
        ]
        assert queries.totals(queries.question_results(assessment.pk)).maximum == Decimal("6.00")
        change = ScoreChange.objects.get()
        assert (change.kind, change.reason, change.made_by) == ("rescore", REASON, admin)
        assert queries.next_run(assessment.pk) == 3

    def test_essays_keep_their_levels_and_get_the_new_points_and_weights(self, role: JobRole) -> None:
        assessment = judged_assessment(role=role, levels={"reasoning": "l2", "evidence": "l0"})

        applied(corrected(role, "essay", rubric=rubric(evidence={"weight": "2"}), weight=Decimal(8)))

        result = result_of_type(assessment, "essay")
        # 2/2 * 2 + 0/2 * 2 of 4, out of 8 points
        assert (result.score, result.maximum) == (Decimal("4.00"), Decimal("8.00"))
        assert levels_of(result) == {"reasoning": "l2", "evidence": "l0"}
        assert result.essay_score is not None
        assert (result.essay_score.source, result.essay_score.model) == (ScoreSource.MODEL, "gpt-4o-mini")
        assert result.essay_score.response_payload["rescored_from_run"] == 1
        assert EssayScore.objects.filter(assessment=assessment).count() == 2

    def test_a_person_s_essay_score_stays_that_person_s(self, role: JobRole) -> None:
        assessment = judged_assessment(role=role)
        admin = AdminFactory()
        question = Question.objects.get(role=role, question_type="essay")
        oversight.override(
            by=admin, assessment_id=assessment.pk, question_id=question.pk, new=NewScore("reasoning", "l2"),
            reason="It is there.", now=NOW,
        )  # fmt: skip

        applied(corrected(role, "essay", weight=Decimal(8)))

        result = result_of_type(assessment, "essay")
        assert (result.score, result.maximum) == (Decimal("6.67"), Decimal("8.00"))
        assert result.essay_score is not None
        assert (result.essay_score.source, result.essay_score.scored_by) == (ScoreSource.HUMAN, admin)
        assert {mark.carried for mark in CriterionMark.objects.filter(essay_score=result.essay_score)} == {
            True
        }

    def test_an_override_after_it_goes_by_the_new_rubric(self, role: JobRole) -> None:
        assessment = judged_assessment(role=role)
        question = corrected(role, "essay", rubric=rubric(evidence={"weight": "2"}), weight=Decimal(8))
        applied(question)

        oversight.override(
            by=AdminFactory(), assessment_id=assessment.pk, question_id=question.pk,
            new=NewScore("reasoning", "l2"), reason="It is there.", now=NOW,
        )  # fmt: skip

        assert result_of_type(assessment, "essay").score == Decimal("6.00")

    def test_nobody_falls_where_that_is_asked_for(self, role: JobRole) -> None:
        rising = judged_assessment(role=role, answers={"multiple_choice": "c1"})
        falling = judged_assessment(role=role, answers={"multiple_choice": "c2"})

        moved = applied(corrected(role, "multiple_choice", rules=OTHER_KEY), no_loss=True)

        assert [line.assessment_id for line in moved] == [rising.pk]
        assert result_of_type(falling, "multiple_choice").score == Decimal("1.00")
        assert oversight.notices(falling.pk) == []

    def test_applying_twice_changes_nothing_more(self, role: JobRole) -> None:
        judged_assessment(role=role, answers={"multiple_choice": "c1"})
        question = corrected(role, "multiple_choice", rules=OTHER_KEY)
        applied(question)

        assert applied(question) == []
        assert ScoreChange.objects.count() == 1

    def test_needs_a_reason(self, role: JobRole) -> None:
        judged_assessment(role=role)
        plan = plan_rescoring(corrected(role, "multiple_choice", rules=OTHER_KEY).pk)

        with pytest.raises(ReasonMissing):
            apply_rescoring(plan=plan, by=None, reason=" ", now=NOW)

    def test_is_in_the_trail(self, role: JobRole) -> None:
        judged_assessment(role=role)

        applied(corrected(role, "multiple_choice", rules=OTHER_KEY))

        line = AuditLog.objects.get(action="question.rescored")
        assert line.metadata == {"state": "done", "moved": 1, "done": 1, "no_loss": False}


def test_publishing_alone_changes_nothing(role: JobRole) -> None:
    assessment: Assessment = judged_assessment(role=role)
    before = queries.totals(queries.question_results(assessment.pk))

    corrected(role, "multiple_choice", rules=OTHER_KEY, weight=Decimal(5))

    assert queries.totals(queries.question_results(assessment.pk)) == before
