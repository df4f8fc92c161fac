"""A student asks, reads the answer, and hands the question to their advisor, on a phone."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from conversations import services
from conversations.enums import Escalation
from conversations.models import Turn
from ops import jobs
from tests.browser.windows import NEEDS_BROWSER, Visit
from tests.companion.scenes import advised_student
from tests.factories.catalog import NOW
from tests.factories.recommendations import WordEmbedder, embed_all, offered

pytestmark = NEEDS_BROWSER


def test_a_question_is_asked_answered_and_handed_over_on_a_phone(
    browser: Browser, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("microcred.ai.providers.embedder", WordEmbedder)
    advisor, student = advised_student()
    offered("sql-joins", text="The course treats outer joins as statements about rows and keys.", sql=4)
    embed_all()
    visit = Visit(browser, live_server.url, viewport={"width": 390, "height": 844}, scheme="dark")
    page, widths = visit.page, []

    visit.log_in(str(student.email))
    visit.follow(page.get_by_role("link", name="Questions"))
    page.get_by_label("Your question").fill("Which course covers outer joins, rows and keys?")
    widths.append(visit.sideways())
    visit.follow(page.get_by_role("button", name="Ask"))
    expect(page.get_by_text("This page looks for the answer by itself.")).to_be_visible()
    jobs.drain(skip_waits=True)
    expect(page.get_by_role("heading", name="Sources")).to_be_visible()  # nobody has touched the page
    expect(page.get_by_text("Medium confidence")).to_be_visible()
    visit.keep("student-question-phone")
    widths.append(visit.sideways())
    visit.follow(page.get_by_role("button", name="Hand it to my advisor"))
    turn = Turn.objects.get()
    services.write(by=advisor, turn_id=turn.pk, text="Take the first one.", now=NOW)

    visit.follow(page.get_by_role("link", name="Questions", exact=True))
    expect(page.get_by_text("Your advisor has written to you")).to_be_visible()
    widths.append(visit.sideways())
    visit.follow(page.get_by_role("link", name="Which course covers outer joins").first)
    expect(page.get_by_text("Take the first one.")).to_be_visible()
    page.get_by_label("Write to your advisor").scroll_into_view_if_needed()
    expect(page.get_by_text("This is noted as read.")).to_be_visible()
    turn.refresh_from_db()
    assert turn.student_read == 1
    page.get_by_label("Write to your advisor").fill("Thank you.")
    visit.follow(page.get_by_role("button", name="Send"))
    expect(page.get_by_role("status").first).to_contain_text("Your message is sent.")
    visit.keep("student-thread-phone")
    widths.append(visit.sideways())

    turn.refresh_from_db()
    assert (turn.escalation, turn.student_read) == (Escalation.WAITING, 2)
    assert widths == [0, 0, 0, 0]
    assert visit.faults == []
    visit.context.close()
