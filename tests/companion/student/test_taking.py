"""Answering an assessment on the pages, and handing it in."""

import uuid
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from assessments import queries, services
from assessments.models import Assessment, AssessmentResponse
from companion.student.sheets import mark_of
from tests.companion.student.browsing import browser_of, page_of
from tests.factories.accounts import AdvisorAssignmentFactory, AdvisorFactory, UserFactory
from tests.factories.assessments import GOOD_ESSAY, question_id_of, started_assessment
from tests.factories.catalog import published_question

pytestmark = pytest.mark.django_db
CANARIES = ("canary", "grader", "rule_", "accepted", "tolerance")
FIELDS = {
    "multiple_choice": {"choice": "c2"},
    "numeric": {"value": "42.5"},
    "short_text": {"text": "ShortTextCanary"},
    "ordering": {"place-0": "3", "place-1": "1", "place-2": "2"},
    "matching": {"pair-0": "r2", "pair-1": "r1"},
    "profile": {"choice": "c2"},
    "essay": {"text": GOOD_ESSAY},
}
STORED = {
    "multiple_choice": {"choice_ids": ["c2"]},
    "numeric": {"value": "42.5", "unit": None},
    "short_text": {"text": "ShortTextCanary"},
    "ordering": {"order": ["c2", "c3", "c1"]},
    "matching": {"pairs": {"l1": "r2", "l2": "r1"}},
    "profile": {"choice_ids": ["c2"]},
    "essay": {"text": GOOD_ESSAY},
}


@pytest.fixture
def assessment() -> Assessment:
    return started_assessment(now=timezone.now())


@pytest.fixture
def browser(assessment: Assessment) -> Client:
    return browser_of(assessment.user)


def taking(assessment: Assessment) -> str:
    return reverse("student:taking", args=[assessment.pk])


def handing_in(assessment: Assessment) -> str:
    return reverse("student:hand-in", args=[assessment.pk])


def sent(assessment: Assessment, **answers: dict[str, str]) -> dict[str, str]:
    """Return what a browser sends that shows nothing stored: answers by question type."""
    names = {row.question_type: f"q{row.position}" for row in queries.snapshots(assessment.pk)}
    fields = {
        f"{names[kind]}-{name}": value for kind, given in answers.items() for name, value in given.items()
    }
    return fields | _in_order_shown(assessment, fields)


def _in_order_shown(assessment: Assessment, fields: dict[str, str]) -> dict[str, str]:
    """Items stand in an order of their own in each assessment; places and pairs are sent for them as they stand."""
    moved: dict[str, str] = {}
    for row in queries.snapshots(assessment.pk):
        places = {"c1": "3", "c2": "1", "c3": "2"}
        if row.question_type == "ordering" and f"q{row.position}-place-0" in fields:
            moved |= {
                f"q{row.position}-place-{at}": places[one["id"]] for at, one in enumerate(row.choices or ())
            }
        if row.question_type == "matching" and f"q{row.position}-pair-0" in fields:
            lefts = [one["id"] for one in row.choices or () if one["side"] == "left"]
            pairs = {"l1": "r2", "l2": "r1"}
            moved |= {f"q{row.position}-pair-{at}": pairs[one] for at, one in enumerate(lefts)}
    return moved


def stored(assessment: Assessment) -> dict[str, Any]:
    newest = queries.newest_responses(assessment.pk)
    return {
        row.question_type: newest[row.pk].answer
        for row in queries.snapshots(assessment.pk)
        if row.pk in newest
    }


def answer(assessment: Assessment, kind: str, given: Any) -> None:
    """Give an answer as another window would."""
    services.submit(
        by=assessment.user,
        assessment_id=assessment.pk,
        answers=[services.GivenAnswer(question_id_of(assessment, kind), given)],
        completed=False,
        now=timezone.now(),
    )


def said(answer: Any) -> list[str]:
    return [str(one) for one in get_messages(answer.wsgi_request)]


def test_every_question_is_shown_as_the_student_may_know_it(assessment: Assessment, browser: Client) -> None:
    page = page_of(browser, taking(assessment))

    for row in queries.snapshots(assessment.pk):
        assert f"Question {row.position}" in page
        assert row.prompt in page
    assert "How well you show reasoning." in page
    assert "0</span> of 7 answered" in page
    assert page.count("may be left out") == 1
    assert [word for word in CANARIES if word in page.lower()] == []


def test_what_is_saved_is_stored_and_stands_there_again(assessment: Assessment, browser: Client) -> None:
    answered = browser.post(taking(assessment), sent(assessment, **FIELDS))

    assert (answered.status_code, answered["Location"]) == (302, taking(assessment))
    assert said(answered) == ["Your answers are saved: 7 of 7 so far."]
    assert stored(assessment) == STORED
    page = page_of(browser, taking(assessment))
    assert GOOD_ESSAY in page
    assert page.count(" checked>") == 2
    assert page.count(" selected>") == 5
    assert 'value="42.5"' in page


def test_a_form_that_is_sent_twice_stores_nothing_twice(assessment: Assessment, browser: Client) -> None:
    fields = sent(assessment, **FIELDS)

    answers = [browser.post(taking(assessment), fields) for _ in range(2)]

    assert [one.status_code for one in answers] == [302, 302]
    assert AssessmentResponse.objects.filter(assessment=assessment).count() == 7


def test_an_assessment_of_many_long_questions_is_taken_whole(assessment: Assessment, browser: Client) -> None:
    many = {f"q{question}-pair-{at}": "" for question in range(8, 108) for at in range(100)}

    answered = browser.post(taking(assessment), many | sent(assessment, profile=FIELDS["profile"]))

    assert answered.status_code == 302
    assert stored(assessment) == {"profile": STORED["profile"]}


def test_what_cannot_be_stored_is_said_at_its_question_and_the_rest_is_stored(
    assessment: Assessment, browser: Client
) -> None:
    fields = sent(assessment, numeric={"value": "about 42"}, profile=FIELDS["profile"])

    answered = browser.post(taking(assessment), fields)

    page = answered.content.decode()
    assert answered.status_code == 400
    assert "Your answer must be a number written with a point, such as 42.5." in page
    assert 'value="about 42"' in page
    assert "Not everything could be saved. What you typed is still here:" in page
    assert stored(assessment) == {"profile": STORED["profile"]}


def test_an_answer_is_changed_but_not_taken_back(assessment: Assessment, browser: Client) -> None:
    answer(assessment, "numeric", 7)
    answer(assessment, "essay", "Something")
    shown = {
        f"q{row.position}-shown": mark_of(stored(assessment).get(row.question_type))
        for row in queries.snapshots(assessment.pk)
    }

    answered = browser.post(
        taking(assessment), {**shown, **sent(assessment, numeric={"value": ""}, essay={"text": ""})}
    )

    assert answered.status_code == 400
    assert "An answer can be changed, but not taken back." in answered.content.decode()
    assert stored(assessment) == {"numeric": {"value": "7", "unit": None}, "essay": {"text": ""}}


class TestTwoWindows:
    def test_what_was_not_touched_overwrites_nothing(self, assessment: Assessment, browser: Client) -> None:
        answer(assessment, "numeric", 7)
        old = {"numeric": {"value": "7", "shown": mark_of({"value": "7", "unit": None})}}
        answer(assessment, "numeric", 8)

        answered = browser.post(taking(assessment), sent(assessment, **old, profile=FIELDS["profile"]))

        assert answered.status_code == 302
        assert stored(assessment) == {"numeric": {"value": "8", "unit": None}, "profile": STORED["profile"]}

    def test_what_both_changed_is_shown_beside_each_other_first(
        self, assessment: Assessment, browser: Client
    ) -> None:
        answer(assessment, "numeric", 8)
        fields = sent(assessment, numeric={"value": "9"})

        first = browser.post(taking(assessment), fields)

        page = first.content.decode()
        assert first.status_code == 400
        assert "Another window has saved this answer:" in page
        assert '<p class="written">8</p>' in page
        assert 'value="9"' in page
        assert stored(assessment)["numeric"]["value"] == "8"

        shown = mark_of({"value": "8", "unit": None})
        assert f'value="{shown}"' in page
        again = browser.post(taking(assessment), sent(assessment, numeric={"value": "9", "shown": shown}))
        assert again.status_code == 302
        assert stored(assessment)["numeric"]["value"] == "9"

    def test_a_window_that_saves_at_the_very_same_moment_is_heeded(
        self, assessment: Assessment, browser: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        submit = services.submit

        def after_another(**given: Any) -> Assessment:
            monkeypatch.setattr(services, "submit", submit)
            answer(assessment, "numeric", 8)
            return submit(**given)

        monkeypatch.setattr(services, "submit", after_another)
        fields = sent(assessment, numeric={"value": "9"}, profile=FIELDS["profile"])

        answered = browser.post(taking(assessment), fields)

        assert answered.status_code == 400
        assert "Another window has saved this answer:" in answered.content.decode()
        assert stored(assessment) == {"numeric": {"value": "8", "unit": None}, "profile": STORED["profile"]}

    @pytest.mark.parametrize(("accept", "status"), [("application/json", 503), ("text/html", 409)])
    def test_where_others_save_all_the_while_what_was_typed_is_given_back(
        self,
        assessment: Assessment,
        browser: Client,
        monkeypatch: pytest.MonkeyPatch,
        accept: str,
        status: int,
    ) -> None:
        def late(**_: Any) -> None:
            raise services.ChangedMeanwhile("Other answers were given since.")

        monkeypatch.setattr(services, "submit", late)

        answer = browser.post(
            taking(assessment),
            sent(assessment, short_text={"text": "typed here"}),
            headers={"Accept": accept},
        )

        assert answer.status_code == status
        assert "Other windows are saving" in answer.content.decode()
        assert ("typed here" in answer.content.decode()) is (status == 409)
        assert stored(assessment) == {}

    def test_who_hands_in_what_another_window_has_changed_looks_again(
        self, assessment: Assessment, browser: Client
    ) -> None:
        browser.post(taking(assessment), sent(assessment, **FIELDS))
        version = queries.answers_version(assessment.pk)
        answer(assessment, "numeric", 8)

        answered = browser.post(handing_in(assessment), {"version": version})

        assert answered["Location"] == handing_in(assessment)
        assert said(answered)[-1] == "Answers were saved in another window since. Look through it again."
        assessment.refresh_from_db()
        assert assessment.status == "in_progress"


class TestSavingNowAndThen:
    def save(self, browser: Client, assessment: Assessment, fields: dict[str, str]) -> Any:
        return browser.post(taking(assessment), fields, headers={"Accept": "application/json"})

    def test_the_script_is_told_what_is_stored(self, assessment: Assessment, browser: Client) -> None:
        positions = {row.question_type: row.position for row in queries.snapshots(assessment.pk)}
        answer(assessment, "profile", "c1")
        fields = sent(
            assessment,
            essay={"text": "So far"},
            numeric={"value": "about"},
            profile={"choice": "c2"},
        )

        told = self.save(browser, assessment, fields).json()

        assert told["answered"] == sorted(f"q{positions[kind]}" for kind in ("essay", "profile"))
        assert told["unfinished"] == [positions["numeric"]]
        assert told["elsewhere"] == [positions["profile"]]
        assert told["shown"][f"q{positions['essay']}-shown"] == mark_of({"text": "So far"})
        assert f"q{positions['numeric']}-shown" not in told["shown"]
        assert stored(assessment)["essay"] == {"text": "So far"}

    def test_a_page_that_is_behind_is_not_taken_for_one_that_has_seen_the_answer(
        self, assessment: Assessment, browser: Client
    ) -> None:
        answer(assessment, "numeric", 8)
        (position,) = [
            row.position for row in queries.snapshots(assessment.pk) if row.question_type == "numeric"
        ]

        told = self.save(
            browser, assessment, sent(assessment, essay={"text": "So far"}, numeric={"value": ""})
        )

        assert told.json()["elsewhere"] == [position]
        assert f"q{position}-shown" not in told.json()["shown"]
        assert stored(assessment)["numeric"] == {"value": "8", "unit": None}

    def test_the_script_is_told_that_the_time_is_over(self, assessment: Assessment, browser: Client) -> None:
        Assessment.objects.filter(pk=assessment.pk).update(expires_at=timezone.now())

        told = self.save(browser, assessment, sent(assessment, essay={"text": "So far"}))

        assert told.status_code == 410
        assert told.json() == {
            "message": "The time for this assessment is over. What you had saved until then is kept.",
            "status": reverse("student:status", args=[assessment.pk]),
        }
        assert stored(assessment) == {}

    def test_the_script_is_told_that_it_was_handed_in(self, assessment: Assessment, browser: Client) -> None:
        Assessment.objects.filter(pk=assessment.pk).update(status="awaiting_async", stage="scoring")

        told = self.save(browser, assessment, {})

        assert told.status_code == 409
        assert told.json()["message"] == "You have handed this assessment in already; nothing was changed."


class TestHandingIn:
    def test_it_leads_over_a_page_that_names_what_has_no_answer(
        self, assessment: Assessment, browser: Client
    ) -> None:
        fields = sent(assessment, essay=FIELDS["essay"]) | {"hand_in": "yes"}

        answered = browser.post(taking(assessment), fields)

        assert answered["Location"] == handing_in(assessment)
        page = page_of(browser, handing_in(assessment))
        assert "You have answered 1 of 7 questions." in page
        assert (page.count("needs an answer</span>"), page.count("may be left out")) == (5, 1)
        assert page.index("needs an answer</span>") < page.index("may be left out")
        assert "Hand in now" not in page
        assert browser.post(handing_in(assessment), {"version": "answers-1"})["Location"] == handing_in(
            assessment
        )
        assert stored(assessment).keys() == {"essay"}

    def test_what_is_complete_is_handed_in_once(self, assessment: Assessment, browser: Client) -> None:
        browser.post(taking(assessment), sent(assessment, **FIELDS))
        assert "cannot be changed any more" in page_of(browser, handing_in(assessment))
        version = {"version": queries.answers_version(assessment.pk)}

        answers = [browser.post(handing_in(assessment), version) for _ in range(2)]

        status = reverse("student:status", args=[assessment.pk])
        assert [one["Location"] for one in answers] == [status, status]
        assessment.refresh_from_db()
        assert assessment.status == "awaiting_async"
        assert browser.get(taking(assessment))["Location"] == status

    def test_nothing_at_all_is_not_handed_in(self) -> None:
        question = published_question("profile", required=False)
        empty = started_assessment(role=question.role, now=timezone.now())

        answered = browser_of(empty.user).post(handing_in(empty), {"version": "answers-0"})

        assert answered.status_code == 400
        assert "Answer one question at least; then you can hand in." in answered.content.decode()


def test_when_the_time_is_over_it_is_said_where_it_stands(assessment: Assessment, browser: Client) -> None:
    Assessment.objects.filter(pk=assessment.pk).update(expires_at=timezone.now())

    answered = browser.post(taking(assessment), sent(assessment, essay={"text": "Late"}), follow=True)

    page = answered.content.decode()
    assert "The time for this assessment is over. What you had saved until then is kept." in page
    assert "The time was over" in page
    assert stored(assessment) == {}


@pytest.mark.parametrize("place", ["student:taking", "student:hand-in", "student:status"])
def test_others_have_no_such_page(assessment: Assessment, place: str) -> None:
    advisor = AdvisorAssignmentFactory(student=assessment.user).advisor
    people: list[User] = [UserFactory(), advisor, AdvisorFactory()]

    for person in people:
        assert browser_of(person).get(reverse(place, args=[assessment.pk])).status_code == 404
    missing = browser_of(assessment.user).get(reverse(place, args=[uuid.UUID(int=7)]))
    assert missing.status_code == 404
