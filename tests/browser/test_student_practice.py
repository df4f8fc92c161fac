"""A student practises on a phone: chooses a skill, errs, takes a hint, answers right, and sets a goal."""

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from practice.models import PracticeAssignment, PracticeGoal
from tests.browser.windows import NEEDS_BROWSER, Visit
from tests.factories.accounts import UserFactory
from tests.factories.practice import PracticeItemFactory

pytestmark = NEEDS_BROWSER

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer) -> Visit:
    """A phone in the hands of a student who may practise SQL."""
    PracticeItemFactory(skill__name="SQL")
    opened = Visit(browser, live_server.url, viewport=PHONE, scheme="light")
    opened.log_in(UserFactory().email)
    return opened


def seconds_sent(page: Page, visit: Visit) -> float:
    """Check the answer, and return the seconds that went with it."""
    with page.expect_request(lambda request: request.method == "POST") as sent:
        visit.follow(page.get_by_role("button", name="Check my answer"))
    (written,) = [
        part.partition("=")[2]
        for part in (sent.value.post_data or "").split("&")
        if part.startswith("seconds=")
    ]
    return float(written)


def test_an_item_is_tried_hinted_and_solved_on_a_phone(visit: Visit) -> None:
    page, widths = visit.page, []

    visit.follow(page.get_by_role("link", name="Practice"))
    widths.append(visit.sideways())
    visit.follow(page.get_by_role("button", name="Practise SQL"))
    page.get_by_label("WHERE").check()
    first = seconds_sent(page, visit)
    expect(page.get_by_text("Not right yet.")).to_be_visible()
    expect(page.get_by_label("WHERE")).to_be_checked()
    widths.append(visit.sideways())
    page.get_by_label("HAVING").check()
    visit.follow(page.get_by_role("button", name="Show a hint (2 left)"))
    expect(page.get_by_text("It comes after the groups are made.")).to_be_visible()
    expect(page.get_by_label("HAVING")).to_be_checked()
    visit.follow(page.get_by_role("link", name="Practice").first)
    visit.follow(page.get_by_role("link", name="Go on with SQL"))
    page.get_by_label("HAVING").check()
    second = seconds_sent(page, visit)
    expect(page.get_by_text("Right!")).to_be_visible()
    visit.keep("student-practice-phone")
    widths.append(visit.sideways())
    visit.follow(page.get_by_role("link", name="Another skill"))
    visit.follow(page.get_by_role("link", name="Your progress"))
    page.get_by_text("The same in numbers").click()
    widths.append(visit.sideways())

    solved = PracticeAssignment.objects.get()
    assert (solved.status, solved.attempts, solved.hints_shown) == ("solved", 2, 1)
    assert second > first > 0
    assert widths == [0, 0, 0, 0]
    assert visit.faults == []
    visit.context.close()


def test_a_goal_is_set_and_ended_on_a_phone(visit: Visit) -> None:
    page, widths = visit.page, []

    visit.follow(page.get_by_role("link", name="Goals"))
    page.get_by_label("What do you want to reach?").fill("Read every report query by myself")
    page.get_by_label("Difficulty to reach").select_option("8")
    page.get_by_text("Add further skills").click()
    widths.append(visit.sideways())
    visit.follow(page.get_by_role("button", name="Set the goal"))
    visit.follow(page.get_by_role("link", name="Change Read every report query by myself"))
    widths.append(visit.sideways())
    visit.follow(page.get_by_role("button", name="End this goal"))
    expect(page.get_by_role("status")).to_contain_text("is ended")
    widths.append(visit.sideways())

    goal = PracticeGoal.objects.get()
    assert (goal.target_difficulty, goal.status) == (8, "dropped")
    assert widths == [0, 0, 0]
    assert visit.faults == []
    visit.context.close()
