"""The advisor's pages in a real browser: they work without a script, without another host, and on a phone."""

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from assessments.models import Assessment
from recommendations.models import RagTrace, RecommendationItem
from tests.browser.windows import DESK, NEEDS_BROWSER, PHONE, Visit
from tests.companion.scenes import advised_student, finished_assessment

pytestmark = NEEDS_BROWSER


@pytest.fixture
def assessment(live_server: LiveServer) -> Assessment:
    advisor, student = advised_student()
    student.name, advisor.name = "Sam Okafor", "Robin Lindqvist"
    student.save()
    advisor.save()
    return finished_assessment(student)


def advisor_of(assessment: Assessment) -> str:
    return str(assessment.user.advisor_links.get().advisor.email)


@pytest.fixture
def desk(browser: Browser, live_server: LiveServer) -> Iterator[Visit]:
    visit = Visit(browser, live_server.url, viewport=DESK, scheme="light")
    yield visit
    visit.context.close()


def test_an_advisor_reads_a_recommendation_with_its_traces(desk: Visit, assessment: Assessment) -> None:
    desk.log_in(advisor_of(assessment))
    desk.keep("list")
    page = desk.page

    page.get_by_role("link", name="Sam Okafor").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Sam Okafor")
    first = page.get_by_role("article").first
    expect(first.get_by_role("heading", name="Sql joins")).to_be_visible()
    expect(first.locator("blockquote").first).to_contain_text("Learn SQL joins.")
    desk.keep("assessment")

    parts = first.get_by_role("table").locator("tbody td").all_inner_texts()
    total = first.get_by_role("table").locator("tfoot td").inner_text()
    assert sum(Decimal(part) for part in parts) == Decimal(total)
    assert first.locator(".confidence strong").inner_text() == total

    first.get_by_role("link", name="Read it in its document").first.click()
    expect(page.locator("#passage")).to_be_in_viewport()
    desk.keep("document")
    assert desk.faults == []


def test_a_source_opens_the_passage_that_it_names(desk: Visit, assessment: Assessment) -> None:
    trace = RagTrace.objects.order_by("rank").first()
    assert trace is not None
    RecommendationItem.objects.filter(credential_id=trace.credential_id).update(
        rationale=f"It fits [{trace.rank}]."
    )
    desk.log_in(advisor_of(assessment))
    page = desk.page
    page.goto(f"{desk.base}/advisor/assessments/{assessment.pk}")
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = false })")
    passage = page.locator(f"#passage-{trace.rank}")
    expect(passage).not_to_be_visible()

    page.get_by_role("link", name=f"[{trace.rank}]").first.click()

    expect(passage).to_be_in_viewport()
    assert desk.faults == []


def test_a_hostile_essay_does_nothing_but_be_read(desk: Visit, assessment: Assessment) -> None:
    desk.page.on("dialog", lambda dialog: desk.faults.append(f"dialog: {dialog.message}"))
    desk.log_in(advisor_of(assessment))

    desk.page.get_by_role("link", name="Sam Okafor").click()

    expect(desk.page.locator(".essay")).to_contain_text('<script>alert("pwned")</script>')
    expect(desk.page.locator(".essay mark.suspected")).to_have_text(["<script", "onerror="])
    scripts = [one.get_attribute("src") for one in desk.page.locator("script").all()]
    assert scripts == ["/static/session-end.js"]
    assert desk.faults == []


def test_feedback_is_given_with_the_keyboard_alone(desk: Visit, assessment: Assessment) -> None:
    desk.log_in(advisor_of(assessment))
    page = desk.page
    page.goto(f"{desk.base}/advisor/assessments/{assessment.pk}")

    page.get_by_label("About", exact=True).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    page.keyboard.type("A good next step.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_have_text(re.compile("Your feedback is recorded"))
    given = page.locator(".feedback-list li")
    expect(given).to_contain_text("relevance 4 of 5")
    expect(given).to_contain_text("About Sql joins")
    expect(given).to_contain_text("A good next step.")
    assert desk.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_needs_no_scrolling_sideways(
    browser: Browser, live_server: LiveServer, assessment: Assessment, scheme: str
) -> None:
    visit = Visit(browser, live_server.url, viewport=PHONE, scheme=scheme)
    try:
        widths = {}
        visit.page.goto(f"{live_server.url}/login")
        widths["login"] = visit.sideways()
        visit.log_in(advisor_of(assessment))
        widths["list"] = visit.sideways()
        visit.page.goto(f"{live_server.url}/advisor/assessments/{assessment.pk}")
        visit.page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
        widths["assessment"] = visit.sideways()
        visit.keep(f"phone-{scheme}")
        visit.follow(visit.page.get_by_role("link", name="Read it in its document").first)
        widths["document"] = visit.sideways()
    finally:
        visit.context.close()

    assert widths == {"login": 0, "list": 0, "assessment": 0, "document": 0}
    assert visit.faults == []


def test_the_skip_link_is_the_first_thing_the_keyboard_reaches(desk: Visit, assessment: Assessment) -> None:
    desk.log_in(advisor_of(assessment))

    desk.page.keyboard.press("Tab")
    focused = desk.page.locator(":focus")

    expect(focused).to_have_text("Skip to the content")
    expect(focused).to_be_in_viewport()
