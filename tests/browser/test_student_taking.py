"""A student takes an assessment on a phone: what is typed is saved by itself, and times are those of their clock."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from assessments import queries
from assessments.models import Assessment
from tests.browser.windows import NEEDS_BROWSER, PHONE, Visit
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.assessments import GOOD_ESSAY, started_assessment
from tests.factories.catalog import role_with_every_type

pytestmark = NEEDS_BROWSER
SAVED = "Saved"


@pytest.fixture
def student(live_server: LiveServer) -> User:
    person: User = UserFactory()
    return person


@pytest.fixture
def phone(browser: Browser, live_server: LiveServer) -> Iterator[Visit]:
    visit = Visit(browser, live_server.url, viewport=PHONE, scheme="light")
    yield visit
    visit.context.close()


def question(page: Page, assessment: Assessment, kind: str) -> Any:
    """Return the part of the page in which a question of a type stands."""
    (row,) = [row for row in queries.snapshots(assessment.pk) if row.question_type == kind]
    return page.locator(f"#q{row.position}")


def answer_all_but_the_essay(page: Page, assessment: Assessment) -> None:
    question(page, assessment, "multiple_choice").get_by_label("Beta").check()
    question(page, assessment, "numeric").get_by_label("Number").fill("42.5")
    question(page, assessment, "short_text").get_by_role("textbox").fill("ShortTextCanary")
    order = question(page, assessment, "ordering")
    for text, place in (("Build", "1"), ("Check", "2"), ("Plan", "3")):
        order.get_by_label(text).select_option(place)
    pairs = question(page, assessment, "matching")
    pairs.get_by_label("Cat").select_option(label="Meows")
    pairs.get_by_label("Dog").select_option(label="Barks")
    question(page, assessment, "profile").get_by_label("Daily").check()


def test_a_student_takes_an_assessment_from_start_to_end(phone: Visit, student: User) -> None:
    role_with_every_type()
    page = phone.page
    widths = {}
    phone.log_in(student.email)
    widths["home"] = phone.sideways()
    phone.follow(page.get_by_role("link", name="Look at it"))
    widths["role"] = phone.sideways()
    page.get_by_label("No. A person scores my texts").check()
    phone.follow(page.get_by_role("button", name="Start"))
    assessment = Assessment.objects.get(user=student)
    widths["questions"] = phone.sideways()

    answer_all_but_the_essay(page, assessment)
    essay = question(page, assessment, "essay").get_by_role("textbox")
    essay.fill(GOOD_ESSAY)
    expect(page.get_by_text(f"{len(GOOD_ESSAY.split())} words (at least 20, at most 350)")).to_be_visible()
    essay.blur()
    expect(page.locator("[data-saved]")).to_contain_text(SAVED)
    expect(page.locator("[data-answered]")).to_have_text("7")
    phone.keep("student-taking")
    page.reload()
    expect(essay).to_have_value(GOOD_ESSAY)
    expect(question(page, assessment, "ordering").get_by_label("Check")).to_have_value("2")
    phone.follow(page.get_by_role("button", name="Save and hand in"))
    widths["hand in"] = phone.sideways()
    phone.follow(page.get_by_role("button", name="Hand in now"))

    expect(page.get_by_role("heading", name="Your result is being prepared")).to_be_visible()
    widths["status"] = phone.sideways()
    assessment.refresh_from_db()
    assert (assessment.status, assessment.model_scoring) == ("awaiting_async", False)
    page.evaluate("window.isTheSame = true")
    Assessment.objects.filter(pk=assessment.pk).update(stage="retrieval")
    expect(page.get_by_text("Credentials that fit are looked for (under way)")).to_be_visible()
    assert page.evaluate("window.isTheSame")
    Assessment.objects.filter(pk=assessment.pk).update(status="failed")
    expect(page.get_by_role("heading", name="There is no result")).to_be_visible()
    assert set(widths.values()) == {0}, widths
    assert phone.faults == []


def test_what_could_not_be_sent_is_sent_once_the_network_is_back(phone: Visit, student: User) -> None:
    assessment = started_assessment(user=student, now=timezone.now())
    address = phone.base + reverse("student:taking", args=[assessment.pk])
    page = phone.page
    page.clock.install()
    phone.log_in(student.email)
    page.goto(address)

    def cut(route: Route) -> None:
        if route.request.method == "POST":
            route.abort()
        else:
            route.continue_()

    page.route(address, cut)
    number = question(page, assessment, "numeric").get_by_label("Number")
    number.fill("42")
    page.clock.fast_forward(20_000)
    expect(page.locator("[data-saved]")).to_have_text(
        "Not saved. It is tried again as long as this page is open."
    )
    page.unroute(address, cut)
    page.clock.fast_forward(10_000)
    expect(page.locator("[data-saved]")).to_contain_text(SAVED)

    (stored,) = queries.newest_responses(assessment.pk).values()
    assert stored.answer == {"value": "42", "unit": None}


def test_what_was_typed_outlives_a_log_in_that_ended(phone: Visit, student: User) -> None:
    assessment = started_assessment(user=student, now=timezone.now())
    page = phone.page
    page.clock.install()
    phone.log_in(student.email)
    page.goto(phone.base + reverse("student:taking", args=[assessment.pk]))
    second = phone.context.new_page()
    second.goto(f"{phone.base}/student/")
    second.get_by_role("button", name="Log out").click()
    second.wait_for_url("**/login**")

    question(page, assessment, "numeric").get_by_label("Number").fill("42")
    page.clock.fast_forward(20_000)
    expect(page.locator("[data-saved]")).to_contain_text("Not saved: you are logged out.")
    second.get_by_label("E-mail address").fill(student.email)
    second.get_by_label("Password").fill(PASSWORD)
    second.get_by_role("button", name="Log in").click()
    second.wait_for_url("**/student/")
    page.clock.fast_forward(10_000)
    expect(page.locator("[data-saved]")).to_contain_text(SAVED)

    assert [row.answer["value"] for row in queries.newest_responses(assessment.pk).values()] == ["42"]


def test_two_windows_are_shown_beside_each_other(phone: Visit, student: User) -> None:
    assessment = started_assessment(user=student, now=timezone.now())
    address = phone.base + reverse("student:taking", args=[assessment.pk])
    phone.log_in(student.email)
    first, second = phone.page, phone.context.new_page()
    first.goto(address)
    second.goto(address)

    question(second, assessment, "numeric").get_by_label("Number").fill("8")
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.get_by_text("Your answers are saved: 1 of 7 so far.")).to_be_visible()
    question(first, assessment, "short_text").get_by_role("textbox").fill("Left join")
    question(first, assessment, "numeric").get_by_label("Number").fill("9")
    first.get_by_role("button", name="Save", exact=True).click()

    expect(first.get_by_text("Another window has saved this answer:")).to_be_visible()
    expect(question(first, assessment, "numeric").get_by_label("Number")).to_have_value("9")
    answers = [row.answer for row in queries.newest_responses(assessment.pk).values()]
    assert sorted(answers, key=str) == [{"text": "Left join"}, {"value": "8", "unit": None}]


def test_times_are_those_of_the_readers_clock(
    browser: Browser, live_server: LiveServer, student: User
) -> None:
    started_assessment(user=student, now=dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC))
    visit = Visit(browser, live_server.url, viewport=PHONE, scheme="dark")
    visit.context.close()
    visit.context = browser.new_context(timezone_id="Pacific/Auckland")
    visit.page = visit.context.new_page()
    try:
        visit.log_in(student.email)

        moment = visit.page.locator("time").first
        expect(moment).to_have_text("2 Mar 2026, 22:00")
        expect(moment).to_have_attribute("title", "2 Mar 2026, 09:00 UTC")
        expect(visit.page.locator("footer")).to_contain_text("times of Pacific/Auckland")
    finally:
        visit.context.close()
