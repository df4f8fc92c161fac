"""One address for overrides of every kind, and reading them back."""

import json
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.cache import cache
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Role
from catalog.models import Question
from practice.models import PracticeGoal, PracticeOverride, SkillRating
from recommendations.models import RecommendationOverride
from scoring.models import ScoreChange
from tests.clients import client_of
from tests.companion.overridden import KINDS, OVERRIDES, REASON, Scene, scene
from tests.factories.accounts import AdminFactory, AdvisorFactory, UserFactory
from tests.factories.practice import PracticeGoalSkillFactory, PracticeOverrideFactory
from tutoring.models import SummaryVersion

pytestmark = pytest.mark.django_db
NOBODYS = "00000000-0000-0000-0000-000000000007"
#: What a body names that must be in the caller's sight.
NAMED = {
    "practice": "student_id",
    "goal": "goal_id",
    "summary": "summary_id",
    "score": "assessment_id",
    "recommendation": "recommendation_id",
}


@pytest.fixture
def there() -> Scene:
    return scene()


def listed(there: Scene, by: Any = None, **query: Any) -> list[dict[str, Any]]:
    answer = client_of(by or there.advisor).get(OVERRIDES, query)
    assert answer.status_code == 200, answer.content
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


class TestOverriding:
    def test_practice_is_set_to_another_difficulty(self, there: Scene) -> None:
        told = there.override("practice")

        made = PracticeOverride.objects.get()
        assert SkillRating.objects.get().rating == 800.0
        assert told == {
            "override_id": str(made.pk),
            "kind": "practice",
            "student_id": str(there.student.pk),
            "student": str(there.student),
            "advisor_id": str(there.advisor.pk),
            "advisor": str(there.advisor),
            "skills": [{"key": "sql", "name": made.skill.name}],
            "difficulty": 3,
            "assessment_id": None,
            "question_id": None,
            "goal_id": None,
            "summary_id": None,
            "recommendation_id": None,
            "before": made.before,
            "after": {"rating": 800.0, "deviation": 150.0, "difficulty": 3},
            "reason": REASON,
            "made_at": told["made_at"],
        }

    def test_a_goal_gets_another_target(self, there: Scene) -> None:
        told = there.override("goal")

        assert PracticeGoal.objects.get().target_difficulty == 4
        assert (told["goal_id"], told["before"], told["after"], told["difficulty"]) == (
            str(there.goal.pk), {"target_difficulty": 7}, {"target_difficulty": 4}, 4,
        )  # fmt: skip

    def test_a_summary_says_something_else(self, there: Scene) -> None:
        told = there.override("summary")

        version = SummaryVersion.objects.get(number=2)
        assert version.narrative == [{"text": "We talked about joins.", "lines": []}]
        assert (told["override_id"], told["summary_id"]) == (str(version.pk), str(there.summary.pk))
        assert (told["before"], told["after"]) == ({"version": 1}, {"version": 2, "change": "corrected"})
        assert (told["difficulty"], [one["key"] for one in told["skills"]]) == (None, ["sql"])

    def test_a_summary_is_withdrawn(self, there: Scene) -> None:
        body = there.body("summary", withdraw=True)
        del body["narrative"]

        told = client_of(there.advisor).post(OVERRIDES, body, format="json").json()

        there.summary.refresh_from_db()
        assert (there.summary.standing, told["after"]["change"]) == ("withdrawn", "withdrawn")

    def test_a_score_is_replaced(self, there: Scene) -> None:
        told = there.override("score")

        change = ScoreChange.objects.get()
        assert (told["override_id"], told["assessment_id"], told["question_id"]) == (
            str(change.pk), str(there.assessment.pk), str(change.question_snapshot.question_id),
        )  # fmt: skip
        assert told["before"] == {"level": None, "score": 0.0, "maximum": 1.0}
        assert told["after"] == {"level": None, "score": 1.0, "maximum": 1.0, "criterion": ""}
        assert told["difficulty"] == change.question_snapshot.question.difficulty * 2
        assert [one["key"] for one in told["skills"]] == [
            one["skill"] for one in change.question_snapshot.skills
        ]

    def test_a_credential_is_taken_off_the_list(self, there: Scene) -> None:
        before = there.list_in_effect()

        told = there.override("recommendation")

        act = RecommendationOverride.objects.get()
        assert act.credential is not None
        assert (told["recommendation_id"], told["assessment_id"]) == (
            str(there.list_in_effect().pk), str(there.assessment.pk),
        )  # fmt: skip
        assert told["before"] == {"recommendation_id": str(before.pk)}
        assert told["after"] == {
            "action": "remove",
            "credential_id": str(act.credential_id),
            "credential": act.credential.title,
        }
        assert (told["skills"], told["difficulty"]) == ([{"key": "sql", "name": "SQL"}], None)

    def test_a_body_without_a_kind_means_a_score_and_is_answered_with_the_change(self, there: Scene) -> None:
        body = there.body("score")
        del body["kind"]

        answer = client_of(there.advisor).post(OVERRIDES, body, format="json")

        assert answer.status_code == 201
        assert set(answer.json()) == {
            "change_id", "assessment_id", "question_id", "criterion", "kind", "reason", "before", "after", "changed_at",
        }  # fmt: skip
        assert answer.json()["kind"] == "override"

    @pytest.mark.parametrize("kind", KINDS)
    def test_what_the_kind_does_not_take_is_refused_and_changes_nothing(
        self, there: Scene, kind: str
    ) -> None:
        body = there.body(kind) | {"reason": " "}

        refused = client_of(there.advisor).post(OVERRIDES, body, format="json")

        assert refused.status_code == 400
        assert "reason" in str(refused.json()["details"])
        assert listed(there) == []

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_body_must_say_what_is_overridden(self, there: Scene, kind: str) -> None:
        body = {"kind": kind, "reason": REASON}

        assert client_of(there.advisor).post(OVERRIDES, body, format="json").status_code == 400

    def test_there_is_no_other_kind(self, there: Scene) -> None:
        refused = client_of(there.advisor).post(
            OVERRIDES, there.body("goal") | {"kind": "mood"}, format="json"
        )

        assert refused.status_code == 400
        assert list(refused.json()["details"]["fields"]) == ["kind"]

    @pytest.mark.parametrize("kind", KINDS)
    def test_what_is_not_in_sight_is_not_there(self, there: Scene, kind: str) -> None:
        stranger, body = client_of(AdvisorFactory()), there.body(kind)

        theirs = stranger.post(OVERRIDES, body, format="json")
        nobodys = stranger.post(OVERRIDES, body | {NAMED[kind]: NOBODYS}, format="json")

        assert (theirs.status_code, nobodys.status_code) == (404, 404)
        assert theirs.json()["message"] == nobodys.json()["message"]
        assert listed(there) == []

    @pytest.mark.parametrize("kind", KINDS)
    def test_students_and_guardians_override_nothing(self, there: Scene, kind: str) -> None:
        for somebody in (there.student, UserFactory(role=Role.GUARDIAN)):
            answer = client_of(somebody).post(OVERRIDES, there.body(kind), format="json")
            assert answer.status_code == 403

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_repeated_request_acts_once(self, there: Scene, kind: str) -> None:
        client, body = client_of(there.advisor), there.body(kind)
        headers = {"Idempotency-Key": "once"}

        first = client.post(OVERRIDES, body, format="json", headers=headers)
        again = client.post(OVERRIDES, body, format="json", headers=headers)

        assert (first.status_code, again.status_code) == (201, 201)
        assert json.loads(again.content) == first.json()
        assert len(listed(there)) == 1

    @pytest.mark.parametrize("kind", ["goal", "summary"])
    def test_it_is_changed_from_the_version_that_was_read(self, there: Scene, kind: str) -> None:
        client, body = client_of(there.advisor), there.body(kind)

        late = client.post(OVERRIDES, body, format="json", headers={"If-Match": '"9"'})
        made = client.post(OVERRIDES, body, format="json", headers={"If-Match": '"1"'})

        assert (late.status_code, made.status_code) == (412, 201)

    def test_a_score_or_level_that_another_has_set_meanwhile_is_not_replaced_unseen(
        self, there: Scene
    ) -> None:
        client = client_of(there.advisor)
        score, level = there.body("score"), there.body("practice")
        result = client.get(f"/api/v1/assessments/{score['assessment_id']}/result").json()
        (asked,) = [one for one in result["questions"] if one["question_id"] == score["question_id"]]
        seen = {"If-Match": f'"{asked["version"]}"'}

        scores = [client.post(OVERRIDES, score | {"score": n}, format="json", headers=seen) for n in (1, 2)]
        levels = [
            client.post(OVERRIDES, level | {"difficulty": n}, format="json", headers={"If-Match": '"0"'})
            for n in (3, 4)
        ]

        assert [answer.status_code for answer in scores + levels] == [201, 412, 201, 412]
        assert {scores[1].json()["error_code"], levels[1].json()["error_code"]} == {"VERSION_412"}
        skills = client.get(f"/api/v1/progress/{there.student.pk}").json()["skills"]
        assert [(one["skill_key"], one["difficulty"], one["version"]) for one in skills] == [("sql", 3, 1)]


class TestShapes:
    """What the OpenAPI document says of each kind."""

    @pytest.fixture(scope="class")
    def shapes(self) -> dict[str, Any]:
        found: dict[str, Any] = yaml.safe_load(
            (settings.BASE_DIR / "docs/api/openapi.yaml").read_text("utf-8")
        )
        shapes: dict[str, Any] = found["components"]["schemas"]
        return shapes

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("several", ["AnyOverrideRequest", "AnyOverride"])
    def test_a_shape_has_the_word_of_its_own_kind_alone(
        self, shapes: dict[str, Any], several: str, kind: str
    ) -> None:
        told = _meant(shapes, shapes[several]["discriminator"]["mapping"][kind])["properties"]["kind"]

        assert _meant(shapes, told.get("allOf", [told])[0]["$ref"])["enum"] == [kind]

    @pytest.mark.parametrize("kind", KINDS)
    def test_an_answer_has_what_the_shape_of_its_kind_has(
        self, there: Scene, shapes: dict[str, Any], kind: str
    ) -> None:
        shape = _meant(shapes, shapes["AnyOverride"]["discriminator"]["mapping"][kind])["properties"]
        told = there.override(kind)

        assert set(told) == set(shape)
        for name in ("before", "after"):
            of = _meant(shapes, shape[name]["$ref"])
            assert set(of.get("required", [])) <= set(told[name]) <= set(of["properties"])
        assert not [name for name, value in told.items() if value is None and not shape[name].get("nullable")]


def _meant(shapes: dict[str, Any], reference: str) -> Any:
    return shapes[reference.removeprefix("#/components/schemas/")]


class TestReading:
    def test_all_kinds_stand_together_the_latest_first(self, there: Scene) -> None:
        made = [there.override(kind) for kind in KINDS]

        answer = client_of(there.advisor).get(OVERRIDES).json()

        assert answer["items"] == made[::-1]
        assert (answer["page"], answer["page_size"], answer["total"]) == (1, 25, 5)

    def test_they_come_in_pages(self, there: Scene) -> None:
        kept = [PracticeOverrideFactory(student=there.student) for _ in range(12)]

        first, second = listed(there, page_size=10), listed(there, page_size=10, page=2)

        assert [one["override_id"] for one in first + second] == [str(row.pk) for row in reversed(kept)]
        assert len(second) == 2

    @pytest.mark.parametrize("kind", KINDS)
    def test_they_are_narrowed_by_kind(self, there: Scene, kind: str) -> None:
        for one in KINDS:
            there.override(one)

        assert [one["kind"] for one in listed(there, kind=kind)] == [kind]

    def test_they_are_narrowed_by_student_and_by_advisor(self, there: Scene) -> None:
        other, admin = scene(there.advisor), AdminFactory()
        mine, theirs = there.override("goal"), other.override("summary")
        by_admin = there.override("practice", by=admin)

        assert listed(there, student_id=str(there.student.pk)) == [by_admin, mine]
        assert listed(there, student_id=str(other.student.pk)) == [theirs]
        assert listed(there, advisor_id=str(admin.pk)) == [by_admin]
        assert listed(there, by=admin, advisor_id=str(there.advisor.pk)) == [theirs, mine]

    def test_they_are_narrowed_by_skill(self, there: Scene) -> None:
        made = [there.override(kind) for kind in KINDS]
        about = [one for one in made[::-1] if "sql" in {skill["key"] for skill in one["skills"]}]

        assert listed(there, skill="sql") == about
        assert {one["kind"] for one in about} >= {"practice", "goal", "summary", "recommendation"}
        assert listed(there, skill="nothing") == []

    def test_the_difficulty_of_a_score_is_that_of_the_question_as_it_was_asked(self, there: Scene) -> None:
        told = there.override("score")
        Question.objects.update(difficulty=5)

        assert (told["difficulty"], listed(there)[0]["difficulty"]) == (6, 6)

    def test_a_goal_of_several_skills_is_about_each_also_once_it_is_gone(self, there: Scene) -> None:
        PracticeGoalSkillFactory(goal=there.goal)
        told = there.override("goal")
        PracticeGoal.objects.all().delete()

        assert [skill["key"] for skill in told["skills"]] == ["sql", "statistics"]
        assert listed(there, skill="statistics") == listed(there, skill="sql") == [told]

    def test_they_are_narrowed_by_time(self, there: Scene) -> None:
        first, second = there.override("goal"), there.override("summary")

        assert listed(there, since=second["made_at"]) == [second]
        assert listed(there, until=second["made_at"]) == [first]

    def test_advisors_read_of_their_students_alone(self, there: Scene) -> None:
        for kind in KINDS:
            there.override(kind)

        assert listed(there, by=AdvisorFactory()) == []
        assert len(listed(there, by=AdminFactory())) == 5
        for somebody in (there.student, UserFactory(role=Role.GUARDIAN)):
            assert client_of(somebody).get(OVERRIDES).status_code == 403

    def test_a_page_takes_as_many_statements_however_long_it_is(
        self, there: Scene, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        for kind in KINDS:
            there.override(kind)
        PracticeOverrideFactory.create_batch(5, student=there.student)
        client = client_of(there.advisor)
        client.get(OVERRIDES)
        cache.clear()

        with django_assert_max_num_queries(12):
            assert len(client.get(OVERRIDES).json()["items"]) == 10


class TestFigures:
    def figures(self, caller: Any, **query: Any) -> dict[str, Any]:
        body: dict[str, Any] = client_of(caller).get(f"{OVERRIDES}/figures", query).json()
        return body

    def test_overrides_are_counted_by_kind(self, there: Scene) -> None:
        for kind in KINDS:
            there.override(kind)
        there.override("practice", difficulty=5)

        found = self.figures(there.advisor)

        assert found["total"] == 6
        assert found["items"][0] == {
            "key": "practice", "name": "Practice", "overrides": 2,
            "by_kind": {"practice": 2, "goal": 0, "summary": 0, "score": 0, "recommendation": 0},
        }  # fmt: skip
        assert [(one["key"], one["overrides"]) for one in found["items"][1:]] == [
            ("goal", 1), ("recommendation", 1), ("score", 1), ("summary", 1),
        ]  # fmt: skip

    def test_overrides_are_counted_by_skill_each_under_all_of_its_skills(self, there: Scene) -> None:
        made = [there.override(kind) for kind in KINDS]
        expected: dict[str, int] = {}
        for one in made:
            for skill in one["skills"]:
                expected[skill["key"]] = expected.get(skill["key"], 0) + 1

        found = self.figures(there.advisor, by="skill")

        assert {one["key"]: one["overrides"] for one in found["items"]} == expected
        assert (found["items"][0]["key"], found["items"][0]["name"]) == ("sql", "SQL")
        assert found["total"] == 5
        (alone,) = self.figures(there.advisor, by="skill", skill="sql")["items"]
        assert alone == found["items"][0]

    def test_a_goal_of_several_skills_counts_under_each(self, there: Scene) -> None:
        PracticeGoalSkillFactory(goal=there.goal)
        there.override("goal")

        found = self.figures(there.advisor, by="skill")

        assert [(one["key"], one["overrides"]) for one in found["items"]] == [("sql", 1), ("statistics", 1)]
        assert found["total"] == 1
        (alone,) = self.figures(there.advisor, by="skill", skill="statistics")["items"]
        assert (alone["key"], alone["by_kind"]["goal"]) == ("statistics", 1)

    def test_what_belongs_to_no_skill_is_counted_too(self, there: Scene) -> None:
        there.override("recommendation")
        body = there.body("recommendation", action="take_back")
        del body["credential_id"]
        assert client_of(there.advisor).post(OVERRIDES, body, format="json").status_code == 201

        found = self.figures(there.advisor, by="skill")

        assert [(one["key"], one["overrides"]) for one in found["items"]] == [(None, 1), ("sql", 1)]

    def test_overrides_are_counted_by_difficulty(self, there: Scene) -> None:
        for kind in KINDS:
            there.override(kind)

        found = self.figures(there.advisor, by="difficulty")

        assert [(one["key"], one["overrides"]) for one in found["items"]] == [
            (None, 2), ("3", 1), ("4", 1), ("6", 1),
        ]  # fmt: skip

    def test_overrides_are_counted_by_advisor_and_student(self, there: Scene) -> None:
        other, admin = scene(there.advisor), AdminFactory()
        for kind in ("goal", "practice"):
            there.override(kind)
        other.override("goal", by=admin)

        by_advisor = self.figures(there.advisor, by="advisor")["items"]
        by_student = self.figures(there.advisor, by="student")["items"]

        assert [(one["key"], one["name"], one["overrides"]) for one in by_advisor] == [
            (str(there.advisor.pk), str(there.advisor), 2), (str(admin.pk), str(admin), 1),
        ]  # fmt: skip
        assert [(one["key"], one["name"], one["overrides"]) for one in by_student] == [
            (str(there.student.pk), str(there.student), 2), (str(other.student.pk), str(other.student), 1),
        ]  # fmt: skip
        assert by_student[0]["by_kind"]["goal"] == by_student[0]["by_kind"]["practice"] == 1

    def test_figures_are_of_a_period(self, there: Scene) -> None:
        there.override("goal")
        second = there.override("summary")

        found = self.figures(there.advisor, since=second["made_at"])

        assert (found["total"], [one["key"] for one in found["items"]]) == (1, ["summary"])

    def test_groups_come_in_pages_in_the_order_of_all(self, there: Scene) -> None:
        scenes = [there, *(scene(there.advisor) for _ in range(10))]
        for one in scenes:
            one.override("goal")
        scenes[4].override("practice")

        whole = self.figures(there.advisor, by="student")
        first = self.figures(there.advisor, by="student", page_size=10)
        second = self.figures(there.advisor, by="student", page_size=10, page=2)
        third = self.figures(there.advisor, by="student", page_size=10, page=3)

        assert whole["items"][0]["key"] == str(scenes[4].student.pk)
        assert first["items"] + second["items"] == whole["items"]
        assert (len(first["items"]), len(second["items"]), third["items"]) == (10, 1, [])
        assert [(one["total"], one["groups"], one["page"]) for one in (first, second, third)] == [
            (12, 11, 1), (12, 11, 2), (12, 11, 3),
        ]  # fmt: skip

    def test_advisors_are_told_of_their_students_alone(self, there: Scene) -> None:
        there.override("goal")

        nothing = {"total": 0, "items": [], "page": 1, "page_size": 100, "groups": 0}
        assert self.figures(AdvisorFactory()) == nothing
        assert self.figures(AdminFactory())["total"] == 1
        assert client_of(there.student).get(f"{OVERRIDES}/figures").status_code == 403
