"""Changing a student's goal in a real browser, on a desk and on a phone."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.windows import DESK, NEEDS_BROWSER, PHONE, Visit
from tests.companion.overridden import scene
from tests.factories.practice import PracticeGoalSkillFactory

pytestmark = NEEDS_BROWSER


@pytest.mark.parametrize(("viewport", "scheme", "name"), [(DESK, "light", "desk"), (PHONE, "dark", "phone")])
def test_a_goal_in_two_skills_is_made_easier(
    browser: Browser, live_server: LiveServer, viewport: dict[str, int], scheme: str, name: str
) -> None:
    there = scene()
    PracticeGoalSkillFactory(goal=there.goal)
    visit = Visit(browser, live_server.url, viewport=viewport, scheme=scheme)
    visit.log_in(str(there.advisor.email))
    page = visit.page
    page.goto(f"{live_server.url}/advisor/assessments/{there.assessment.pk}")
    practice = page.get_by_role("region", name="Practice", exact=True)
    expect(practice.get_by_text("SQL, Statistics at difficulty 7")).to_be_visible()

    practice.locator("summary", has_text="Change the goal").click()
    visit.keep(f"goals-{name}")
    practice.get_by_label("Difficulty").locator("visible=true").fill("5")
    practice.get_by_label("Reason, for the student to read").locator("visible=true").fill(
        "The exam asks for less."
    )
    practice.get_by_role("button", name="Change the goal").click()

    expect(page.get_by_text("The goal is changed.")).to_be_visible()
    there.goal.refresh_from_db()
    assert there.goal.target_difficulty == 5
    visit.keep(f"goals-changed-{name}")
    assert visit.sideways() <= 0
    assert visit.faults == []
    visit.context.close()
