"""Releasing, reviewing a closed answer and rescoring in a real browser, on a desk and on a phone, by keyboard."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from assessments.models import Assessment
from catalog import services as catalog
from catalog.models import JobRole, Question
from ops import jobs
from scoring.models import Rescoring, ScoreOverride
from tests.browser.windows import DESK, NEEDS_BROWSER, PHONE, Visit
from tests.factories.accounts import AdminFactory, UserFactory
from tests.factories.catalog import NOW, RoleSkillFactory, SkillFactory, published_question
from tests.factories.oversight import judged_assessment
from tests.factories.recommendations import WordEmbedder, embed_all, offered
from tests.factories.scoring import role_with_essay

pytestmark = NEEDS_BROWSER
LOOKS_AGAIN_MS = 30_000.0
SIZES = pytest.mark.parametrize(
    ("viewport", "scheme", "name"), [(DESK, "light", "desk"), (PHONE, "dark", "phone")]
)


@pytest.fixture
def admin(live_server: LiveServer) -> User:
    user: User = AdminFactory(name="Robin Lindqvist")
    return user


@pytest.fixture
def role(admin: User) -> JobRole:
    role = role_with_essay()
    published_question("short_text", role=role)
    RoleSkillFactory(role=role, skill=SkillFactory(key="sql"), target_level=4)
    offered("sql-first-steps", text="First steps in sql", sql=2.2)
    offered("sql-further", text="Sql for those who know it", sql=4)
    embed_all()
    return role


@SIZES
def test_results_are_released_by_keyboard(
    browser: Browser,
    live_server: LiveServer,
    admin: User,
    role: JobRole,
    viewport: dict[str, int],
    scheme: str,
    name: str,
) -> None:
    for student in ("Ada Penrose", "Kim Okonkwo-Featherstonehaugh"):
        made = judged_assessment(student=UserFactory(name=student), role=role)
        Assessment.objects.filter(pk=made.pk).update(stage="awaiting_release")
    visit = Visit(browser, live_server.url, viewport=viewport, scheme=scheme)
    visit.log_in(admin.email)
    page = visit.page

    visit.follow(page.get_by_role("link", name="2 results wait for their release."))
    visit.keep(f"releases-{name}")
    assert visit.sideways() <= 0
    page.get_by_role("checkbox").first.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Release the chosen").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("One student can see the result now.")).to_be_visible()
    page.get_by_role("button", name="Release all 1 on this page").click()

    expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()
    visit.keep(f"releases-empty-{name}")
    assert not Assessment.objects.filter(stage="awaiting_release").exists()
    assert visit.faults == []
    visit.context.close()


@SIZES
def test_a_closed_answer_is_reviewed(
    browser: Browser,
    live_server: LiveServer,
    admin: User,
    role: JobRole,
    viewport: dict[str, int],
    scheme: str,
    name: str,
) -> None:
    judged_assessment(role=role, answers={"short_text": "a question to the database"})
    visit = Visit(browser, live_server.url, viewport=viewport, scheme=scheme)
    visit.log_in(admin.email)
    page = visit.page

    visit.follow(page.get_by_role("link", name="Reviews"))
    visit.keep(f"reviews-{name}")
    assert visit.sideways() <= 0
    visit.follow(page.get_by_role("button", name="Take the next answer"))
    visit.keep(f"review-closed-{name}")
    assert visit.sideways() <= 0
    page.get_by_label("Points of 1.00").fill("0.5")
    visit.follow(page.get_by_role("button", name="Show what the rules gave"))
    visit.keep(f"review-closed-decide-{name}")
    assert visit.sideways() <= 0
    page.get_by_label("Reason").fill("It says the same in other words.")
    page.get_by_role("button", name="Decide").click()

    expect(page.get_by_text("Your decision counts")).to_be_visible()
    assert str(ScoreOverride.objects.get().score) == "0.50"
    assert visit.faults == []
    visit.context.close()


@SIZES
def test_a_corrected_key_is_looked_at_and_applied(
    browser: Browser,
    live_server: LiveServer,
    admin: User,
    role: JobRole,
    viewport: dict[str, int],
    scheme: str,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("microcred.ai.providers.embedder", WordEmbedder)
    lowest = {"reasoning": "l0", "evidence": "l0"}
    judged_assessment(role=role, levels=lowest, answers={"multiple_choice": "c1"})
    judged_assessment(role=role, levels=lowest, answers={"multiple_choice": "c2"})
    question = Question.objects.get(role=role, question_type="multiple_choice")
    question.rules, question.weight = {"kind": "choice", "correct": ["c1"], "scoring": "all_or_nothing"}, 9
    question.save()
    catalog.publish_question(by=None, question=question, now=NOW.replace(hour=12))
    visit = Visit(browser, live_server.url, viewport=viewport, scheme=scheme)
    visit.log_in(admin.email)
    page = visit.page

    visit.follow(page.get_by_role("link", name="Rescoring"))
    visit.keep(f"rescoring-list-{name}")
    assert visit.sideways() <= 0
    visit.follow(page.get_by_role("link", name=question.key))
    page.get_by_role("button", name="Work out what would change").click()
    expect(page.get_by_text("0 of 2")).to_be_visible()
    visit.keep(f"rescoring-under-way-{name}")
    jobs.drain(skip_waits=True)
    # The page looks again by itself.
    expect(page.get_by_text("falls", exact=True)).to_be_visible(timeout=LOOKS_AGAIN_MS)
    visit.keep(f"rescoring-{name}")
    assert visit.sideways() <= 0
    page.get_by_label("Reason").fill("The key named the wrong choice.")
    page.get_by_label("I have looked at who would move").check()
    visit.follow(page.get_by_role("button", name="Apply to past takers"))
    jobs.drain(skip_waits=True)

    expect(page.get_by_role("heading", name="Who moved")).to_be_visible(timeout=LOOKS_AGAIN_MS)
    visit.keep(f"rescoring-applied-{name}")
    assert Rescoring.objects.get(mode="apply").moved == 2
    assert visit.faults == []
    visit.context.close()
