"""Trying answers in a real browser: by keyboard, on a phone, and by rules that are not saved."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from catalog.models import Question
from tests.browser.windows import DESK, NEEDS_BROWSER, PHONE, Visit
from tests.factories.accounts import AdminFactory
from tests.factories.catalog import published_question

pytestmark = NEEDS_BROWSER


@pytest.fixture
def curator(live_server: LiveServer) -> User:
    user: User = AdminFactory(name="Robin Lindqvist")
    return user


@pytest.fixture
def question(curator: User) -> Question:
    return published_question("short_text", prompt="Which join keeps every row?")


def test_a_curator_tries_unsaved_rules_by_keyboard_on_a_phone(
    browser: Browser, live_server: LiveServer, curator: User, question: Question
) -> None:
    visit = Visit(browser, live_server.url, viewport=PHONE, scheme="light")
    visit.log_in(curator.email)
    page = visit.page
    page.goto(live_server.url + reverse("admin:catalog_question_change", args=[question.pk]))
    page.get_by_label("Answer key").fill(
        '{"kind": "short_text", "accepted": [{"text": "full outer join"},'
        ' {"pattern": "(full|outer) join", "credit": "0.5"}]}'
    )

    page.get_by_role("link", name="Open the answer form").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#trial-place").get_by_label("Answer")).to_be_focused()
    page.keyboard.type("Outer join!")
    page.keyboard.press("Enter")

    result = page.get_by_role("status", name="What this answer earns")
    expect(result).to_be_focused()
    expect(result).to_contain_text("0.50 of 1.00 points")
    expect(result).to_contain_text("Your answer is accepted for part of the points.")
    expect(result).to_contain_text("which is not saved")
    visit.keep("try-answer-phone")
    assert visit.sideways() <= 0
    assert visit.faults == []
    question.refresh_from_db()
    assert question.rules["accepted"][0]["text"] == "shorttextcanary"
    visit.context.close()


def test_it_has_a_page_of_its_own_which_goes_by_what_is_saved(
    browser: Browser, live_server: LiveServer, curator: User, question: Question
) -> None:
    visit = Visit(browser, live_server.url, viewport=DESK, scheme="dark")
    visit.log_in(curator.email)
    page = visit.page
    page.goto(live_server.url + reverse("try-question", args=[question.pk]))

    page.get_by_label("Answer", exact=True).fill("ShortTextCanary")
    page.get_by_role("button", name="Score this answer").click()

    result = page.get_by_role("status", name="What this answer earns")
    expect(result).to_contain_text("1.00 of 1.00 points")
    expect(result).to_contain_text("By the question as it is saved.")
    visit.keep("try-answer-desk")
    assert visit.faults == []
    visit.context.close()
