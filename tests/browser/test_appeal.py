"""A student appeals over the API, a reviewer decides on the page, and result and recommendation change."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from assessments.models import Assessment
from ops import jobs
from tests.browser.windows import DESK, NEEDS_BROWSER, PHONE, Visit
from tests.clients import client_of
from tests.companion.scenes import advised_student, finished_assessment
from tests.factories.accounts import AdvisorFactory
from tests.factories.assessments import question_id_of
from tests.factories.recommendations import WordEmbedder, embed_all

pytestmark = NEEDS_BROWSER


@pytest.fixture
def assessment(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Assessment:
    """A result whose background work has all been done."""
    monkeypatch.setattr("microcred.ai.providers.embedder", WordEmbedder)
    _, student = advised_student()
    made = finished_assessment(student)
    Assessment.objects.filter(pk=made.pk).update(completed_at=timezone.now())
    work_off()
    return made


@pytest.fixture
def desk(browser: Browser, live_server: LiveServer) -> Iterator[Visit]:
    visit = Visit(browser, live_server.url, viewport=DESK, scheme="light")
    yield visit
    visit.context.close()


def work_off() -> None:
    """Do the background work."""
    embed_all()
    jobs.drain(skip_waits=True)


def result(assessment: Assessment) -> Any:
    """Return what the student reads."""
    return client_of(assessment.user).get(f"/api/v1/assessments/{assessment.pk}/result").json()


def level_of(body: Any, criterion: str) -> str | None:
    (essay,) = [question for question in body["questions"] if question["type"] == "essay"]
    (level,) = [one["level"] for one in essay["criteria"] if one["name"] == criterion]
    return str(level) if level else None


def appeal(assessment: Assessment) -> str:
    """Appeal against the level for reasoning, as the student."""
    body = {
        "question_id": str(question_id_of(assessment, "essay")),
        "criterion": "Reasoning",
        "statement": "I did weigh both sources.",
    }
    answer = client_of(assessment.user).post(
        f"/api/v1/assessments/{assessment.pk}/appeals", body, format="json"
    )
    assert answer.status_code == 201
    return str(answer.json()["appeal_id"])


def test_a_student_appeals_a_reviewer_decides_and_the_result_changes(
    desk: Visit, assessment: Assessment
) -> None:
    before = result(assessment)
    appeal_id = appeal(assessment)
    page = desk.page

    desk.log_in(str(assessment.user.advisor_links.get().advisor.email))
    page.get_by_role("link", name="Appeals").click()
    page.get_by_role("link", name=str(assessment.user)).click()
    expect(page.get_by_text("I did weigh both sources.")).to_be_visible()
    page.get_by_label("Write to the student").fill("I have read it again.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("in the thread")
    page.get_by_label("Full").check()
    page.get_by_label("Reason", exact=True).fill("The second half weighs them.")
    desk.keep("appeal")
    page.get_by_role("button", name="Decide the appeal").click()
    expect(page.get_by_role("status")).to_contain_text("The score is changed and counts.")
    work_off()

    after = result(assessment)
    assert (level_of(before, "Reasoning"), level_of(after, "Reasoning")) == ("Partial", "Full")
    assert after["totals"]["score"] > before["totals"]["score"]
    assert after["profile"][0]["level"] > before["profile"][0]["level"]
    assert after["recommendation_id"] != before["recommendation_id"]
    confidence = [body["recommendation_items"][0]["confidence"] for body in (before, after)]
    assert confidence[0] != confidence[1]
    (notice,) = after["notices"]
    assert (notice["kind"], notice["reason"]) == ("appeal", "The second half weighs them.")
    thread = client_of(assessment.user).get(f"/api/v1/appeals/{appeal_id}/messages").json()["items"]
    assert [one["text"] for one in thread] == ["I did weigh both sources.", "I have read it again."]
    assert desk.faults == []


def test_a_reviewer_marks_blind_and_then_decides(desk: Visit, assessment: Assessment) -> None:
    page = desk.page
    desk.log_in(AdvisorFactory().email)

    desk.follow(page.get_by_role("link", name="Reviews"))
    desk.keep("reviews")
    desk.follow(page.get_by_role("button", name="Take the next answer"))
    for criterion in ("Reasoning", "Evidence"):
        page.get_by_role("group", name=criterion).get_by_label("Full").check()
    assert page.get_by_text("Proposed:").count() == 0
    page.get_by_role("button", name="Show the proposal").click()
    expect(page.get_by_text("Proposed: Partial.")).to_be_visible()
    desk.keep("review")
    page.get_by_label("Reason for Reasoning").fill("It weighs both.")
    page.get_by_label("Reason for Evidence").fill("It names both.")
    page.get_by_role("button", name="Decide").click()

    expect(page.get_by_role("status")).to_contain_text("Your decision counts")
    assert [level_of(result(assessment), one) for one in ("Reasoning", "Evidence")] == ["Full", "Full"]
    assert desk.faults == []


def test_the_pages_fit_a_phone(browser: Browser, live_server: LiveServer, assessment: Assessment) -> None:
    appeal_id = appeal(assessment)
    visit = Visit(browser, live_server.url, viewport=PHONE, scheme="dark")
    try:
        visit.log_in(str(assessment.user.advisor_links.get().advisor.email))
        widths = {}
        for address in ("reviews/", "appeals/", f"appeals/{appeal_id}", f"assessments/{assessment.pk}"):
            visit.page.goto(f"{live_server.url}/advisor/{address}")
            visit.page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
            widths[address] = visit.sideways()
        visit.page.goto(f"{live_server.url}/advisor/reviews/")
        visit.follow(visit.page.get_by_role("button", name="Take the next answer"))
        widths["review"] = visit.sideways()
        visit.keep("phone-review")
    finally:
        visit.context.close()

    assert set(widths.values()) == {0}, widths
    assert visit.faults == []
