"""The quality pages in a real browser: from a cell to its essay, on a desk and on a phone."""

import random

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from catalog.models import JobRole, Question
from scoring.enums import ScoreSource
from tests.browser.windows import DESK, NEEDS_BROWSER, PHONE, Visit
from tests.factories.accounts import AdminFactory
from tests.factories.statistics import completed, role_with_three_questions, score_essay

pytestmark = NEEDS_BROWSER


@pytest.fixture
def admin(live_server: LiveServer) -> User:
    user: User = AdminFactory(name="Robin Lindqvist")
    return user


@pytest.fixture
def role(admin: User) -> JobRole:
    """A role that 30 students of three campuses have taken, their essays scored by a model and a person."""
    draw = random.Random(7)
    role = role_with_three_questions()
    for number in range(30):
        able = draw.random()
        assessment = completed(
            role,
            profile={"campus": ("North", "South", "North", "South", "Tiny hamlet")[number % 5]},
            multiple_choice="c2" if able + draw.random() > 0.9 else draw.choice(["c1", "c3"]),
            numeric=42.5 if able + draw.random() > 0.9 else 7,
        )
        level = min(2, int(3 * able))
        model = min(2, max(0, level + draw.choice((0, 0, 0, 1, -1))))
        score_essay(assessment, ScoreSource.MODEL, reasoning=model, evidence=level)
        score_essay(assessment, ScoreSource.HUMAN, reasoning=level, evidence=level, by=admin)
    return role


@pytest.mark.parametrize(("viewport", "scheme", "name"), [(DESK, "light", "desk"), (PHONE, "dark", "phone")])
def test_an_admin_walks_from_the_list_of_roles_to_an_essay(
    browser: Browser,
    live_server: LiveServer,
    admin: User,
    role: JobRole,
    viewport: dict[str, int],
    scheme: str,
    name: str,
) -> None:
    visit = Visit(browser, live_server.url, viewport=viewport, scheme=scheme)
    visit.log_in(admin.email)
    page = visit.page

    page.get_by_role("link", name="Quality").click()
    page.get_by_role("link", name=f"Questions of {role.name}").click()
    expect(page.get_by_text("Cronbach’s alpha")).to_be_visible()
    visit.keep(f"quality-items-{name}")
    assert visit.sideways() <= 0

    page.get_by_role("link", name="Fairness").click()
    page.get_by_label("Groups by").select_option("campus")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="Score gaps")).to_be_visible()
    visit.keep(f"quality-fairness-{name}")
    assert visit.sideways() <= 0

    visit.follow(page.get_by_role("link", name="Agreement"))
    visit.keep(f"quality-agreement-{name}")
    assert visit.sideways() <= 0
    page.get_by_role("link", name="Reasoning").click()
    page.locator(".matrix a").first.click()
    expect(page.locator("#cases")).to_be_in_viewport()
    visit.keep(f"quality-comparison-{name}")
    assert visit.sideways() <= 0

    page.locator("#cases").get_by_role("link").first.click()
    expect(page.locator("details[open] .essay").first).to_be_visible()
    assert visit.faults == []
    assert Question.objects.get(role=role, question_type="essay").prompt in page.content()
    visit.context.close()
