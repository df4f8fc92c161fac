"""Reviews, overrides, releases and appeals on the pages."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from assessments.models import Assessment
from scoring import oversight
from scoring.models import Appeal, CalibrationExample, ReviewTask
from scoring.queries import score_version
from tests.companion.scenes import advised_student, finished_assessment
from tests.factories.accounts import AdminFactory, AdvisorFactory, UserFactory
from tests.factories.assessments import question_id_of
from tests.factories.oversight import levels_of, result_of_type

pytestmark = pytest.mark.django_db
QUEUE, NEXT, APPEALS = "/advisor/reviews/", "/advisor/reviews/next", "/advisor/appeals/"
NOBODYS = uuid.UUID(int=0)


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def advisor() -> User:
    advisor: User = AdvisorFactory()
    return advisor


@pytest.fixture
def assessment(advisor: User) -> Assessment:
    """An assessment of an advised student; the essay's evidence waits for a person."""
    _, student = advised_student(advisor)
    student.name = "Ada Blindfold"
    student.save()
    return finished_assessment(student)


def shown(client: Client, address: str, **data: Any) -> str:
    """Return the page that follows, whose status is good."""
    response = client.post(address, data, follow=True) if data else client.get(address, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def version_of(assessment: Assessment, criterion: str, question_type: str = "essay") -> str:
    """Return the version that the page shows of a criterion, or of a closed answer."""
    return score_version(result_of_type(assessment, question_type), criterion)


def override(by: User, assessment: Assessment, criterion: str) -> None:
    oversight.override(
        by=by,
        assessment_id=assessment.pk,
        question_id=question_id_of(assessment, "essay"),
        new=oversight.NewScore(criterion, "l2"),
        reason="A reason.",
        now=timezone.now(),
    )


def appealed(assessment: Assessment, question_type: str = "essay", criterion: str = "Reasoning") -> Appeal:
    Assessment.objects.filter(pk=assessment.pk).update(completed_at=timezone.now())
    return oversight.appeal(
        by=assessment.user,
        assessment_id=assessment.pk,
        question_id=question_id_of(assessment, question_type),
        criterion=criterion,
        statement="I did ask <b>for</b> it.",
        now=timezone.now(),
    )


class TestReviews:
    def test_a_stranger_reviews_blind_and_decides_after_seeing_the_proposal(
        self, assessment: Assessment
    ) -> None:
        client = browser_of(AdvisorFactory())
        assert "No safe verdict" in shown(client, QUEUE)

        blind = shown(client, NEXT, x="")
        task = ReviewTask.objects.get()
        address = reverse("advisor:review", args=[task.pk])
        for hidden in ("Blindfold", str(assessment.pk), "Proposed:", "asks for the", "seems to give orders"):
            assert hidden not in blind
        levels = {"level-reasoning": "l2", "level-evidence": "l2"}
        compared = shown(client, address, **levels)
        assert "Proposed: Partial." in compared
        assert "No level was proposed." in compared
        assert "seems to give orders" in compared

        refused = client.post(address, levels | {"reason-evidence": "It weighs both."})
        assert refused.status_code == 400
        assert "wherever you differ from the proposal" in refused.content.decode()
        assert list(refused.context["form"].errors) == ["reason-reasoning"]
        reasons = {"reason-reasoning": "All of it.", "reason-evidence": "It weighs both."}
        assert "Your decision counts" in shown(client, address, **levels, **reasons)

        assert levels_of(result_of_type(assessment, "essay")) == {"reasoning": "l2", "evidence": "l2"}
        assert "Nothing waits" in shown(client, QUEUE)

    def test_a_form_without_a_level_is_shown_again(self, assessment: Assessment) -> None:
        client = browser_of(AdvisorFactory())
        client.post(NEXT)

        response = client.post(
            reverse("advisor:review", args=[ReviewTask.objects.get().pk]), {"level-reasoning": "l2"}
        )

        assert response.status_code == 400
        page = response.content.decode()
        assert "Choose a level." in page
        (described,) = re.findall(r'<fieldset class="field levels" aria-describedby="([^"]+)"', page)
        assert f'id="{described}"' in page

    def test_what_is_given_back_is_in_the_queue_again(self, assessment: Assessment) -> None:
        client = browser_of(AdvisorFactory())
        client.post(NEXT)
        task = ReviewTask.objects.get()

        page = shown(client, reverse("advisor:review-give-back", args=[task.pk]), x="")

        assert "back in the queue" in page
        assert "Take the next answer" in page

    def test_an_answer_that_somebody_else_holds_leads_to_the_queue(self, assessment: Assessment) -> None:
        browser_of(AdvisorFactory()).post(NEXT)
        other = browser_of(AdvisorFactory())

        assert "You do not hold this answer" in shown(
            other, reverse("advisor:review", args=[ReviewTask.objects.get().pk])
        )
        assert "No answer is free" in shown(other, NEXT, x="")

    def test_the_examples_come_first_where_there_are_some(self, assessment: Assessment) -> None:
        question_id = question_id_of(assessment, "essay")
        example = CalibrationExample.objects.create(
            question_id=question_id, text="An example.", levels={"reasoning": "l1", "evidence": "l2"}
        )
        client = browser_of(AdvisorFactory())
        address = reverse("advisor:calibration", args=[question_id])
        assert address in shown(client, QUEUE)

        def marked(reasoning: str, evidence: str) -> str:
            given = {f"{example.pk}-level-reasoning": reasoning, f"{example.pk}-level-evidence": evidence}
            return shown(client, address, **given)

        assert client.post(address, {}).status_code == 400
        assert "You agree on 50 %" in marked("l1", "l0")
        assert "You agree on 100 %" in marked("l1", "l2")
        passed = shown(client, QUEUE)
        assert "Take the next answer" in passed
        assert '<span class="badge good">Passed</span>' in passed
        CalibrationExample.objects.update(active=False)
        assert "No examples" in shown(client, QUEUE)


class TestOverrides:
    def test_an_advisor_changes_a_criterion_and_sees_the_change(
        self, advisor: User, assessment: Assessment
    ) -> None:
        client = browser_of(advisor)
        assert "Change the score" in shown(client, reverse("advisor:assessment", args=[assessment.pk]))

        page = shown(
            client,
            reverse("advisor:override", args=[assessment.pk]),
            question_id=question_id_of(assessment, "essay"),
            criterion="evidence",
            level="l2",
            reason="It <i>weighs</i> both.",
            version=version_of(assessment, "evidence"),
        )

        assert (
            "The score is changed and counts."
            in page[page.index('id="changes"') : page.index('id="feedback"')]
        )
        assert "It &lt;i&gt;weighs&lt;/i&gt; both." in page
        assert "→ Full (2.67 of 4.00)" in page

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"reason": ""}, "State a reason"),
            ({"level": "l9"}, "no such level"),
            ({"criterion": ""}, "An essay takes a criterion and a level."),
        ],
    )
    def test_what_cannot_be_is_said(
        self, advisor: User, assessment: Assessment, fields: dict[str, str], said: str
    ) -> None:
        body = {"criterion": "evidence", "level": "l2", "reason": "A <b>reason</b>."} | fields
        body["version"] = version_of(assessment, body["criterion"])

        page = shown(
            browser_of(advisor),
            reverse("advisor:override", args=[assessment.pk]),
            question_id=question_id_of(assessment, "essay"),
            **body,
        )

        assert "The score was not changed." in page[page.index('id="answers"') : page.index('id="feedback"')]
        assert said in page
        assert ("You had written: “A &lt;b&gt;reason&lt;/b&gt;.”" in page) == bool(body["reason"])

    def test_what_another_has_set_meanwhile_is_not_replaced_unseen(
        self, advisor: User, assessment: Assessment
    ) -> None:
        client, address = browser_of(advisor), reverse("advisor:override", args=[assessment.pk])
        before = {one: version_of(assessment, one) for one in ("evidence", "reasoning")}
        body = {"question_id": question_id_of(assessment, "essay"), "level": "l2"}
        other = {"criterion": "evidence", "reason": "It weighs both.", "version": before["evidence"]}
        shown(client, address, **body, **other)

        page = shown(client, address, **body | other | {"level": "l1", "reason": "It weighs one."})

        assert "The score was not changed. The score has been changed since you read it." in page
        assert "You had written: “It weighs one.”" in page
        own = {"criterion": "reasoning", "reason": "It does.", "version": before["reasoning"]}
        assert "The score is changed and counts." in shown(client, address, **body, **own)
        assert levels_of(result_of_type(assessment, "essay")) == {"reasoning": "l2", "evidence": "l2"}

    def test_a_stranger_s_student_is_not_there(self, assessment: Assessment) -> None:
        body = {
            "question_id": question_id_of(assessment, "essay"), "criterion": "evidence", "level": "l2",
            "reason": "A reason.", "version": version_of(assessment, "evidence"),
        }  # fmt: skip

        response = browser_of(AdvisorFactory()).post(reverse("advisor:override", args=[assessment.pk]), body)

        assert response.status_code == 404


def test_a_held_result_is_released(advisor: User, assessment: Assessment) -> None:
    Assessment.objects.filter(pk=assessment.pk).update(stage="awaiting_release")
    client = browser_of(advisor)
    assert "Not released" in shown(client, reverse("advisor:assessments"))
    assert "does not see this result yet" in shown(
        client, reverse("advisor:assessment", args=[assessment.pk])
    )

    page = shown(client, reverse("advisor:release", args=[assessment.pk]), x="")

    assert "The student can see the result now." in page[: page.index("<h1>")]
    assert "does not see this result yet" not in page
    again = shown(client, reverse("advisor:release", args=[assessment.pk]), x="")
    assert "No result of this assessment waits" in again


class TestAppeals:
    def test_staff_writes_and_decides(self, advisor: User, assessment: Assessment) -> None:
        row = appealed(assessment)
        client = browser_of(advisor)
        address = reverse("advisor:appeal", args=[row.pk])
        assert address in shown(client, APPEALS)
        asked = shown(client, address)
        assert "I did ask &lt;b&gt;for&lt;/b&gt; it." in asked
        assert "<sup>1</sup></mark>" in asked

        assert "Where is it?" in shown(client, address, text="Where is it?")
        decided = {"level": "l2", "reason": "It is there.", "version": version_of(assessment, "reasoning")}
        page = shown(client, address, **decided)

        assert "The appeal is decided. The score is changed" in page
        assert "→ Full" in page
        assert levels_of(result_of_type(assessment, "essay"))["reasoning"] == "l2"
        assert "Changed" in shown(client, APPEALS)

    def test_leaving_the_score_lets_it_stand(self, advisor: User, assessment: Assessment) -> None:
        address = reverse("advisor:appeal", args=[appealed(assessment).pk])

        decided = {"level": "l1", "reason": "It does.", "version": version_of(assessment, "reasoning")}
        assert "The score stands." in shown(browser_of(advisor), address, **decided)

    def test_a_lower_outcome_is_kept(self, advisor: User, assessment: Assessment) -> None:
        address = reverse("advisor:appeal", args=[appealed(assessment).pk])

        decided = {"level": "l0", "reason": "Nothing of it.", "version": version_of(assessment, "reasoning")}
        page = shown(browser_of(advisor), address, **decided)

        assert "An appeal may not lower a score, so it is kept." in page

    def test_a_closed_question_takes_points(self, advisor: User, assessment: Assessment) -> None:
        row = appealed(assessment, "multiple_choice", "")
        client, address = browser_of(advisor), reverse("advisor:appeal", args=[row.pk])

        assert client.post(address, {"score": "2", "reason": "Too much."}).status_code == 400
        seen = version_of(assessment, "", "multiple_choice")
        assert "The score is changed" in shown(client, address, score="0.5", reason="Half.", version=seen)
        assert str(result_of_type(assessment, "multiple_choice").score) == "0.50"

    def test_no_reason_no_decision(self, advisor: User, assessment: Assessment) -> None:
        address = reverse("advisor:appeal", args=[appealed(assessment).pk])

        response = browser_of(advisor).post(address, {"level": "l2", "reason": " "})

        assert response.status_code == 400
        assert "State a reason" in response.content.decode()

    def test_a_score_that_was_changed_meanwhile_is_looked_at_again_before_the_decision(
        self, advisor: User, assessment: Assessment
    ) -> None:
        address = reverse("advisor:appeal", args=[appealed(assessment).pk])
        decided = {"level": "l1", "reason": "It stands.", "version": version_of(assessment, "reasoning")}
        override(AdminFactory(), assessment, "reasoning")

        refused = browser_of(advisor).post(address, decided)

        assert refused.status_code == 400
        assert "The score has been changed since you read it." in refused.content.decode()
        now = version_of(assessment, "reasoning")
        assert f'name="version" value="{now}"' in refused.content.decode()
        assert Appeal.objects.get().status == "open"
        page = shown(browser_of(advisor), address, **decided | {"level": "l2", "version": now})
        assert "The score stands." in page

    def test_who_gave_the_score_is_told_that_others_decide(
        self, advisor: User, assessment: Assessment
    ) -> None:
        row = appealed(assessment)
        override(advisor, assessment, "evidence")
        client, address = browser_of(advisor), reverse("advisor:appeal", args=[row.pk])

        assert "Somebody else decides the appeal." in shown(client, address)
        assert client.post(address, {"level": "l2", "reason": "Mine."}).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        QUEUE,
        APPEALS,
        f"/advisor/reviews/{NOBODYS}",
        f"/advisor/appeals/{NOBODYS}",
        f"/advisor/reviews/calibration/{NOBODYS}",
    ],
)
def test_none_of_it_is_there_for_students(address: str) -> None:
    for role in (Role.STUDENT, Role.GUARDIAN):
        assert browser_of(UserFactory(role=role)).get(address).status_code == 404
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("name", ["appeal", "calibration"])
def test_what_is_not_there_is_not_found(name: str) -> None:
    client = browser_of(AdminFactory())

    assert client.get(reverse(f"advisor:{name}", args=[uuid.uuid4()])).status_code == 404
