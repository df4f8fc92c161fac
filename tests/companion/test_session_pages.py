"""Staff reads sessions of students with their tutors, and what the summaries rest on."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.companion.scenes import advised_student, finished_assessment
from tests.factories.accounts import AdvisorAssignmentFactory, AdvisorFactory, UserFactory
from tests.factories.catalog import SkillFactory
from tests.factories.tutoring import (
    NOW,
    SessionTranscriptFactory,
    SummaryFactory,
    SummaryVersionFactory,
    WaitingSummaryFactory,
    line,
    step,
)
from tutoring.enums import Standing
from tutoring.models import SessionSummary

pytestmark = pytest.mark.django_db


@pytest.fixture
def summary() -> SessionSummary:
    """A session about joins, of a student with an advisor."""
    student = AdvisorAssignmentFactory(student__name="Ada Quill", advisor__name="Robin").student
    found: SessionSummary = SummaryVersionFactory(
        summary=SummaryFactory(user=student, tutor="Mo <b>Bold</b>", subject="SQL"),
        narrative=[{"text": "The tutor said: “A join repeats rows.”", "lines": [2]}],
        topics=[{"skill": "sql", "name": "SQL", "share": 0.75, "lines": [2]}],
        steps=[step(1, "Write three joins.") | {"lines": [4]}],
        lines=[line(2, "A join repeats rows."), line(4, "For next time, write three joins.", "student")],
    ).summary
    return found


@pytest.fixture
def client(summary: SessionSummary) -> Client:
    found = Client()
    found.force_login(summary.user.advisor_links.get().advisor)
    return found


def page(client: Client, summary: SessionSummary) -> str:
    return client.get(reverse("advisor:session", args=[summary.pk])).content.decode()


def listed(client: Client) -> str:
    return client.get(reverse("advisor:sessions")).content.decode()


def test_sessions_are_listed_the_latest_first_and_what_was_replaced_is_not(
    client: Client, summary: SessionSummary
) -> None:
    WaitingSummaryFactory(user=summary.user, tutor="Kim", ended_at=NOW + dt.timedelta(days=1))
    SummaryFactory(user=summary.user, tutor="Replaced", standing=Standing.SUPERSEDED)
    SummaryFactory(tutor="Of somebody else’s student")

    text = listed(client)

    assert "2 found" in text
    assert text.index("Being summarised") < text.index("Mo &lt;b&gt;Bold&lt;/b&gt;")
    assert ("Replaced" in text, "somebody else" in text) == (False, False)


def test_where_there_is_no_session_the_page_says_how_one_comes() -> None:
    client = Client()
    client.force_login(AdvisorFactory())

    assert "They appear here when a tutoring system tells of sessions" in listed(client)


def test_each_sentence_and_step_leads_to_its_line(client: Client, summary: SessionSummary) -> None:
    text = page(client, summary)

    assert 'The tutor said: “A join repeats rows.” <a class="cite" href="#line-2"' in text
    assert "Write three joins." in text
    assert 'href="#line-4" aria-label="Source [4]: what was said">[4]</a>' in text
    assert '<li id="line-2" value="2"><strong>Tutor</strong> A join repeats rows.</li>' in text
    assert '<li id="line-4" value="4"><strong>Student</strong> For next time, write three joins.</li>' in text
    assert 'SQL <span class="soft small">75&nbsp;% of the lines</span>' in text
    assert "The rest of the transcript is held no longer" in text


def test_as_long_as_the_transcript_is_held_all_of_it_is_there(
    client: Client, summary: SessionSummary
) -> None:
    SessionTranscriptFactory(
        summary=summary,
        said="Tutor: Hello.\nTutor: A join repeats rows.\nStudent: <script>\nStudent: For next time, write.",
    )

    text = page(client, summary)

    assert '<li id="line-1" value="1"><strong>Tutor</strong> Hello.</li>' in text
    assert "&lt;script&gt;" in text
    assert "Held until" in text
    assert text.count('id="line-2"') == 1


def test_a_session_that_has_no_summary_says_why(client: Client, summary: SessionSummary) -> None:
    failed = WaitingSummaryFactory(user=summary.user, status="failed", failure="unreachable", settled_at=NOW)

    assert "The transcript could not be fetched." in page(client, failed)


def test_one_that_was_replaced_leads_to_the_one_that_counts(client: Client, summary: SessionSummary) -> None:
    old = SummaryFactory(user=summary.user, standing=Standing.SUPERSEDED, replaced_by=summary)

    assert f'<a href="{reverse("advisor:session", args=[summary.pk])}">Its summary</a>' in page(client, old)


def test_the_page_of_an_assessment_shows_the_latest_sessions() -> None:
    advisor, student = advised_student()
    assessment = finished_assessment(student)
    version = SummaryVersionFactory(
        summary__user=assessment.user, topics=[{"skill": "sql", "name": "SQL", "share": 0.5, "lines": []}]
    )
    client = Client()
    client.force_login(advisor)

    text = client.get(reverse("advisor:assessment", args=[assessment.pk])).content.decode()

    assert reverse("advisor:session", args=[version.summary.pk]) in text
    assert "What the student has gone through with tutors lately." in text


def test_for_who_does_not_look_after_the_student_there_is_no_page(summary: SessionSummary) -> None:
    address = reverse("advisor:session", args=[summary.pk])

    for person in (AdvisorFactory(), summary.user, UserFactory(role="guardian")):
        client = Client()
        client.force_login(person)
        assert client.get(address).status_code == 404
    assert client.get(reverse("advisor:session", args=[uuid.uuid4()])).status_code == 404


def decide(client: Client, summary: SessionSummary, **fields: object) -> Any:
    """Send a form of the page as it stands there, but for these fields."""
    body = {
        "do": "correct", "narrative": "The tutor said: “A join repeats rows.”", "steps": "Write three joins.",
        "topics": ["sql"], "version": 1, "reason": "It was not so.", **fields,
    }  # fmt: skip
    return client.post(reverse("advisor:session", args=[summary.pk]), body)


class TestCorrecting:
    @pytest.fixture(autouse=True)
    def _skills(self) -> None:
        for key in ("sql", "python"):
            SkillFactory(key=key)

    def test_what_is_sent_differently_alone_is_changed(self, client: Client, summary: SessionSummary) -> None:
        reply = decide(client, summary, steps="Write three joins.\r\n\r\nRead on.", topics=["sql", "python"])

        version = summary.versions.get(number=2)
        assert (reply.status_code, version.kind, version.reason) == (302, "corrected", "It was not so.")
        assert [(one["number"], one["text"], one["said_by"]) for one in version.steps] == [
            (1, "Write three joins.", "tutor"),
            (2, "Read on.", "advisor"),
        ]
        assert [one["skill"] for one in version.topics] == ["sql", "python"]
        assert version.narrative[0]["lines"] == [2]
        text = page(client, summary)
        assert "Corrected by Robin" in text
        assert "Worked on: SQL</p>" in text
        assert "<ol><li>Write three joins.</li></ol>" in text
        assert "It was not so." in text

    def test_new_words_are_kept_beside_the_old_ones(self, client: Client, summary: SessionSummary) -> None:
        decide(client, summary, narrative="They talked about <i>joins</i>.")

        text = page(client, summary)

        assert "They talked about &lt;i&gt;joins&lt;/i&gt;." in text
        assert text.index("&lt;i&gt;joins") < text.index("Before") < text.rindex("A join repeats rows.")

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({}, "The summary says so already."),
            ({"reason": " "}, "State a reason; the student reads it."),
            (
                {"steps": "\n".join(f"Step {number}" for number in range(11))},
                "There are at most 10 next steps.",
            ),
            ({"steps": "x" * 301}, "A next step has at most 300 characters."),
            ({"topics": ["unheard-of"]}, "is not one of the available choices"),
        ],
    )
    def test_what_cannot_be_is_refused_and_what_was_written_stays(
        self, client: Client, summary: SessionSummary, fields: dict[str, object], said: str
    ) -> None:
        reply = decide(client, summary, **fields)

        assert (reply.status_code, said in reply.content.decode()) == (400, True)
        assert summary.versions.count() == 1

    def test_one_that_is_withdrawn_cannot_be_corrected_any_more(
        self, client: Client, summary: SessionSummary
    ) -> None:
        body = {"do": "withdraw", "withdraw-version": 1, "withdraw-reason": "It was of somebody else."}
        reply = client.post(reverse("advisor:session", args=[summary.pk]), body)

        summary.refresh_from_db()
        text = page(client, summary)
        assert (reply.status_code, summary.standing) == (302, "withdrawn")
        assert "It was of somebody else." in text
        assert 'id="correct"' not in text
        assert decide(client, summary, steps="").status_code == 302
        assert "Only a summary that is there and counts can be corrected. You had written" in page(
            client, summary
        )

    def test_who_comes_second_does_not_undo_what_the_first_has_corrected(
        self, client: Client, summary: SessionSummary
    ) -> None:
        decide(client, summary, narrative="They talked about joins.")

        reply = decide(client, summary, steps="Read on.")

        assert (reply.status_code, "was corrected meanwhile" in reply.content.decode()) == (400, True)
        assert "Read on." in reply.content.decode()
        assert summary.versions.count() == 2

    def test_who_comes_second_does_not_withdraw_what_they_have_not_seen(
        self, client: Client, summary: SessionSummary
    ) -> None:
        shown = '<input type="hidden" name="withdraw-version" value="{}" id="id_withdraw-version">'
        assert shown.format(1) in page(client, summary)
        decide(client, summary, narrative="They talked about joins.")
        body = {"do": "withdraw", "withdraw-version": 1, "withdraw-reason": "It was of somebody else."}

        reply = client.post(reverse("advisor:session", args=[summary.pk]), body)

        summary.refresh_from_db()
        assert (reply.status_code, "was corrected meanwhile" in reply.content.decode()) == (400, True)
        assert summary.standing == "current"
        assert shown.format(2) in page(client, summary)


BY_A_MODEL = {
    "author": "model", "model": "gpt-4o-mini", "prompt_version": "summaries-1@0", "call_id": uuid.UUID(int=1),
    "lines_left_out": 1,
}  # fmt: skip


def test_the_page_says_that_a_model_wrote_it_and_what_that_was_not_given(client: Client) -> None:
    summary = SummaryVersionFactory(summary__user=_student_of(client), **BY_A_MODEL).summary

    text = page(client, summary)

    assert "Written by a language model, from the session’s lines." in text
    assert "The model was not given 1 line of the session." in text


def test_the_page_says_where_a_model_was_to_write_and_could_not(client: Client) -> None:
    summary = SummaryVersionFactory(summary__user=_student_of(client), degraded=True).summary

    text = page(client, summary)

    assert "Written in the session’s own words." in text
    assert "A language model was to write it, and could not." in text


def test_what_a_person_left_of_a_model_is_still_a_models(client: Client) -> None:
    student = _student_of(client)
    person = {"author": "person", "kind": "corrected", "reason": "It was SQL.", "made_by": AdvisorFactory()}
    made = SummaryVersionFactory(summary__user=student, **BY_A_MODEL)
    SummaryVersionFactory(summary=made.summary, number=2, **BY_A_MODEL | person)
    alone = SummaryVersionFactory(summary__user=student, **person)

    assert "Written by a language model, and corrected by an advisor." in page(client, made.summary)
    assert "Written by an advisor." in page(client, alone.summary)


def _student_of(client: Client) -> User:
    advisor = User.objects.get(pk=client.session["_auth_user_id"])
    return User.objects.get(advisor_links__advisor=advisor)
