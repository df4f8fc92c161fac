"""A student reads their result, says what they think of it, contests a level and appeals, on a desk and on a phone."""

from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from assessments.models import Assessment
from recommendations.models import RecommendationFeedback
from scoring import oversight
from scoring.models import Appeal, AppealMessage, SkillContest
from tests.browser.windows import DESK, NEEDS_BROWSER, PHONE, Visit
from tests.companion.scenes import advised_student, finished_assessment
from tests.factories.assessments import question_id_of

pytestmark = NEEDS_BROWSER
NARROW = PHONE | {"width": 390}


@pytest.mark.parametrize(("viewport", "scheme", "name"), [(DESK, "light", "desk"), (NARROW, "dark", "phone")])
def test_a_student_reads_a_result_and_says_what_is_wrong_with_it(
    browser: Browser, live_server: LiveServer, viewport: dict[str, int], scheme: str, name: str
) -> None:
    _, student = advised_student()
    assessment = finished_assessment(student)
    Assessment.objects.filter(pk=assessment.pk).update(completed_at=timezone.now())
    visit = Visit(browser, live_server.url, viewport=viewport, scheme=scheme)
    visit.log_in(student.email)
    page = visit.page
    page.goto(f"{live_server.url}/student/assessments/{assessment.pk}")
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    visit.keep(f"student-result-{name}")
    widths = [visit.sideways()]

    first = page.get_by_role("article", name="Sql joins")
    first.get_by_label("5 – just right").check()
    first.get_by_label("I want to take it up").check()
    visit.follow(first.get_by_role("button", name="Send it"))
    expect(first.get_by_text("Thank you. What you think is noted.")).to_be_visible()
    expect(first.get_by_text("You said: I want to take it up")).to_be_visible()

    skill = page.get_by_role("article", name="SQL", exact=True)
    skill.get_by_text("I think this level is wrong").click()
    skill.get_by_label("Why is this level wrong?").fill("I use it daily.")
    visit.follow(skill.get_by_role("button", name="Have it checked"))
    expect(
        skill.get_by_text("A person checks it; until then it counts half for what is recommended.")
    ).to_be_visible()

    essay = page.locator("#question-7")
    essay.locator("summary").first.click()
    essay.get_by_text("I think this score is wrong").click()
    essay.get_by_label("Which part of the scoring do you mean?").select_option("Reasoning")
    essay.get_by_label("Why is the score wrong?").fill("I did weigh both.")
    visit.follow(essay.get_by_role("button", name="Appeal"))
    expect(page.get_by_text("Your appeal is made.")).to_be_visible()
    page.get_by_label("Write to whoever decides").fill("Please look again.")
    visit.follow(page.get_by_role("button", name="Send"))
    visit.keep(f"student-appeal-{name}")
    widths.append(visit.sideways())
    visit.follow(page.get_by_role("link", name="Your appeals"))
    widths.append(visit.sideways())

    assert RecommendationFeedback.objects.get().relevance_score == 5
    assert SkillContest.objects.get().reason == "I use it daily."
    assert Appeal.objects.get().criterion_name == "Reasoning"
    assert AppealMessage.objects.count() == 2
    assert widths == [0, 0, 0]
    assert visit.faults == []
    visit.context.close()


def test_what_was_decided_is_noted_as_read_by_being_in_sight(
    browser: Browser, live_server: LiveServer
) -> None:
    advisor, student = advised_student()
    assessment = finished_assessment(student)
    oversight.override(
        by=advisor, assessment_id=assessment.pk, question_id=question_id_of(assessment, "numeric"),
        new=oversight.NewScore(score=Decimal(1)), reason="It was right.", now=timezone.now(),
    )  # fmt: skip
    visit = Visit(browser, live_server.url, viewport=NARROW, scheme="dark")
    visit.log_in(student.email)
    page = visit.page
    visit.follow(page.get_by_role("link", name="What people decided"))

    expect(page.get_by_text("A person changed this score.")).to_be_visible()
    expect(page.get_by_text("These are noted as read.")).to_be_visible()

    assert oversight.notices_for(student)[0].seen_at is not None
    assert visit.sideways() == 0
    visit.follow(page.get_by_role("link", name="Your assessments"))
    expect(page.get_by_text("1 new")).to_have_count(0)
    expect(page.get_by_text("Noted: you have read them.")).to_have_count(0)
    assert visit.faults == []
    visit.context.close()


def test_a_source_leads_to_the_words_in_the_description(browser: Browser, live_server: LiveServer) -> None:
    _, student = advised_student()
    assessment = finished_assessment(student)
    visit = Visit(browser, live_server.url, viewport=NARROW, scheme="light")
    visit.log_in(student.email)
    page = visit.page
    page.goto(f"{live_server.url}/student/assessments/{assessment.pk}")

    page.get_by_role("article", name="Sql joins").get_by_role("link", name="[1]").first.click()
    link = page.locator("#passage-1").get_by_role("link", name="Read it in its description")
    expect(link).to_be_visible()
    visit.follow(link)

    expect(page.locator("mark#passage")).to_contain_text("Learn SQL joins.")
    assert visit.sideways() == 0
    assert visit.faults == []
    visit.context.close()
