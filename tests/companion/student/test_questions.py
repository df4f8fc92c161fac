"""Students ask, read their answers, and write with their advisor."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from conversations import services
from conversations.models import ThreadMessage, Turn
from ops.models import AsyncJob
from tests.factories.accounts import AdvisorAssignmentFactory, UserFactory
from tests.factories.catalog import CredentialDocumentFactory
from tests.factories.conversations import (
    ConversationFactory,
    EscalatedTurnFactory,
    ThreadMessageFactory,
    TurnFactory,
    WaitingTurnFactory,
)

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 11, 12, tzinfo=dt.UTC)
CITED = {
    "mark": "1", "credential_id": str(uuid.UUID(int=5)), "title": "SQL Joins in Practice", "heading": "What it covers",
    "source_uri": "catalog/sql-joins.md", "start": 0, "end": 5, "snippet": "Joins are <b>statements</b> about rows.",
}  # fmt: skip


@pytest.fixture
def turn() -> Turn:
    """A question that was answered from one passage."""
    return TurnFactory(citations=[CITED])


@pytest.fixture
def client(turn: Turn) -> Client:
    return browser_of(turn.conversation.user)


def browser_of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def shown(client: Client, turn: Turn) -> str:
    return client.get(reverse("student:question", args=[turn.pk])).content.decode()


def handed_over(turn: Turn) -> Turn:
    """The question, handed to an advisor who has written about it."""
    services.escalate(by=turn.conversation.user, turn_id=turn.pk, now=NOW)
    advisor = AdvisorAssignmentFactory(student=turn.conversation.user, advisor__name="Robin").advisor
    services.write(by=advisor, turn_id=turn.pk, text="Take the <i>second</i> one.", now=NOW)
    turn.refresh_from_db()
    return turn


def test_who_has_asked_nothing_is_told_how_to_begin() -> None:
    page = browser_of(UserFactory()).get(reverse("student:questions")).content.decode()

    assert "No questions yet" in page
    assert f'name="seen" value="{uuid.UUID(int=0)}"' in page


def test_a_question_is_asked_and_waits_on_its_own_page() -> None:
    student = UserFactory()
    client = browser_of(student)
    address = reverse("student:questions")

    asked = client.post(address, {"question": " Which course\r\ncovers joins? ", "seen": uuid.UUID(int=0)})

    turn = Turn.objects.get()
    assert asked["Location"] == reverse("student:question", args=[turn.pk])
    assert (turn.question, turn.conversation.user) == ("Which course\ncovers joins?", student)
    assert AsyncJob.objects.get().kind == "conversations.answer"
    page = shown(client, turn)
    assert "This page looks for the answer by itself." in page
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert "Hand it to my advisor" not in page
    assert "Ask on" not in page


def test_a_form_that_is_sent_twice_asks_once() -> None:
    client = browser_of(UserFactory())
    sent = {"question": "Which course covers joins?", "seen": uuid.UUID(int=0)}

    first, second = (client.post(reverse("student:questions"), sent) for _ in range(2))

    assert first["Location"] == second["Location"]
    assert Turn.objects.count() == 1


def test_the_same_words_are_asked_anew_from_a_newer_page(client: Client, turn: Turn) -> None:
    client.post(reverse("student:questions"), {"question": turn.question, "seen": turn.pk})

    assert Turn.objects.count() == 2


@pytest.mark.parametrize(
    ("question", "said"), [("  ", "Write your question."), ("x" * 1001, "at most 1000 characters")]
)
def test_a_question_that_cannot_be_asked_is_kept_with_the_reason(question: str, said: str) -> None:
    refused = browser_of(UserFactory()).post(
        reverse("student:questions"), {"question": question, "seen": uuid.UUID(int=0)}
    )

    page = refused.content.decode()
    assert refused.status_code == 400
    assert said in page
    assert question.strip() in page
    assert Turn.objects.count() == 0


def test_new_lines_count_once_as_on_the_page() -> None:
    client = browser_of(UserFactory())

    asked = client.post(
        reverse("student:questions"), {"question": "a\r\n" * 499 + "ab", "seen": uuid.UUID(int=0)}
    )

    assert asked.status_code == 302


def test_who_asks_too_much_at_once_is_told_so_in_the_services_words() -> None:
    student = UserFactory()
    WaitingTurnFactory.create_batch(5, conversation__user=student)

    refused = browser_of(student).post(
        reverse("student:questions"), {"question": "And this?", "seen": uuid.UUID(int=0)}
    )

    page = refused.content.decode()
    assert "5 of your questions are being answered. Wait for one of them." in page
    assert "And this?</textarea>" in page


def test_an_answer_leads_to_its_sources_and_says_how_sure_it_is(client: Client, turn: Turn) -> None:
    page = shown(client, turn)

    assert '<a class="cite" href="#source-1" aria-label="Source [1]: SQL Joins in Practice">[1]</a>' in page
    assert '<li class="trace" id="source-1">' in page
    assert "Joins are &lt;b&gt;statements&lt;/b&gt; about rows." in page
    assert '<span class="badge warn">Medium confidence</span>' in page
    assert "The sources below bear most of this answer out." in page
    assert "This may be incomplete. Read the passages that are cited, or ask your advisor." in page
    assert "http-equiv" not in page


@pytest.mark.parametrize("changed", ["nothing", "its text", "it is off offer"])
def test_a_source_is_opened_in_its_description_while_it_stands_there(changed: str) -> None:
    document = CredentialDocumentFactory(
        text="Joins are statements.", credential__active=changed != "it is off offer"
    )
    cited = {"credential_id": str(document.credential_id), "source_uri": document.uri, "snippet": "Joins"}
    turn = TurnFactory(citations=[CITED | cited | ({"snippet": "Groups"} if changed == "its text" else {})])
    client = browser_of(turn.conversation.user)
    place = (
        f"{reverse('student:document', args=[document.pk])}?start=0&amp;end=5&amp;question={turn.pk}#passage"
    )

    assert (place in shown(client, turn)) == (changed == "nothing")
    if changed == "nothing":
        opened = client.get(place.replace("&amp;", "&")).content.decode()
        assert (
            f'<a href="{reverse("student:question", args=[turn.pk])}">Which course covers outer joins?</a>'
            in opened
        )
        assert f'<a href="{reverse("student:questions")}" aria-current="true">' in opened
        assert f'<a href="{reverse("student:home")}">Assessments</a>' in opened
        others = browser_of(UserFactory()).get(place.replace("&amp;", "&")).content.decode()
        assert turn.question not in others


@pytest.mark.parametrize(
    ("outcome", "said"),
    [("unclear", "Asks back"), ("out_of_scope", "Answered"), ("overview", "With your advisor")],
)
def test_what_is_no_answer_claims_no_confidence(outcome: str, said: str) -> None:
    turn = TurnFactory(outcome=outcome, band="low")

    page = shown(browser_of(turn.conversation.user), turn)

    assert f"{said}</span>" in page
    assert "confidence" not in page


def test_a_page_that_has_waited_too_long_looks_no_more_by_itself(client: Client, turn: Turn) -> None:
    late = WaitingTurnFactory(conversation=turn.conversation, number=2)
    fresh = WaitingTurnFactory(conversation__user=turn.conversation.user, asked_at=timezone.now())

    assert "This takes longer than usual." in shown(client, late)
    assert "http-equiv" not in shown(client, late)
    assert "http-equiv" in shown(client, fresh)


def test_the_next_question_is_asked_in_the_same_conversation(client: Client, turn: Turn) -> None:
    address = reverse("student:ask-on", args=[turn.pk])

    for _ in range(2):
        asked = client.post(address, {"question": "How long is it?", "seen": turn.pk})

    made = turn.conversation.turns.get(number=2)
    assert asked["Location"] == reverse("student:question", args=[made.pk])
    assert turn.question in shown(client, made)
    refused = client.post(address, {"question": "And who gives it?", "seen": made.pk})
    assert refused.status_code == 400
    assert "Your last question here is still being answered." in refused.content.decode()


def test_a_question_is_handed_over_once(client: Client, turn: Turn) -> None:
    for _ in range(2):
        page = client.post(reverse("student:hand-over", args=[turn.pk]), follow=True).content.decode()

    turn.refresh_from_db()
    assert turn.escalation == "waiting"
    assert "Your advisor has your question now." in page
    assert "With your advisor</span>" in page


def test_what_is_being_answered_is_not_handed_over_yet() -> None:
    turn = WaitingTurnFactory()
    client = browser_of(turn.conversation.user)

    page = client.post(reverse("student:hand-over", args=[turn.pk]), follow=True).content.decode()

    assert "The question is still being answered." in page


def test_what_the_advisor_wrote_is_unread_until_the_student_says_so(client: Client, turn: Turn) -> None:
    handed_over(turn)
    listed = client.get(reverse("student:questions")).content.decode()
    page = shown(client, turn)
    assert "Your advisor has written to you" in listed
    assert '<span class="badge accent">1 unread</span>' in listed
    assert "Take the &lt;i&gt;second&lt;/i&gt; one." in page
    assert "<strong>Your advisor</strong>" in page
    assert "Robin" not in page

    address = reverse("student:note-read", args=[turn.pk])
    page = client.post(address, {"up_to": "1"}, follow=True).content.decode()

    assert "Unread" not in page
    assert "unread" not in client.get(reverse("student:questions")).content.decode()
    assert client.post(address, {"up_to": "1", "by_itself": "1"}).status_code == 204


def test_a_message_is_sent_once_however_often_its_form_is(client: Client, turn: Turn) -> None:
    handed_over(turn)
    sent = {"text": " Thank you.\r\nWhen? ", "up_to": "1"}

    for _ in range(2):
        page = client.post(reverse("student:question", args=[turn.pk]), sent, follow=True).content.decode()

    assert [one.text for one in turn.messages.all()] == ["Take the <i>second</i> one.", "Thank you.\nWhen?"]
    assert "Your message is sent." in page
    assert "<strong>You</strong>" in page


def test_who_writes_past_what_they_have_not_read_keeps_their_words(client: Client, turn: Turn) -> None:
    handed_over(turn)

    refused = client.post(reverse("student:question", args=[turn.pk]), {"text": "When?", "up_to": "0"})

    page = refused.content.decode()
    assert refused.status_code == 400
    assert "Something was written meanwhile. Read it first." in page
    assert "When?</textarea>" in page
    assert 'name="up_to" value="1"' in page
    assert ThreadMessage.objects.count() == 1


def test_an_empty_message_is_refused(client: Client, turn: Turn) -> None:
    handed_over(turn)

    refused = client.post(reverse("student:question", args=[turn.pk]), {"text": " ", "up_to": "1"})

    assert refused.status_code == 400
    assert "Write something." in refused.content.decode()


def test_a_closed_thread_says_that_a_message_opens_it(client: Client, turn: Turn) -> None:
    handed_over(turn)
    advisor = turn.conversation.user.advisor_links.get().advisor
    services.close(by=advisor, turn_id=turn.pk, up_to=1, now=NOW)

    assert "Your advisor has closed this. A message opens it again." in shown(client, turn)


@pytest.mark.parametrize("what", ["question", "ask-on", "hand-over", "note-read"])
def test_questions_of_others_are_not_there(turn: Turn, what: str) -> None:
    handed_over(turn)
    stranger = browser_of(UserFactory())
    sent = {"text": "Mine?", "question": "Mine?", "up_to": "1", "seen": uuid.UUID(int=0)}

    answer = stranger.post(reverse(f"student:{what}", args=[turn.pk]), sent)

    assert answer.status_code == 404
    assert ThreadMessage.objects.count() == 1
    assert Turn.objects.count() == 1


def test_lists_hold_nothing_of_others(turn: Turn) -> None:
    assert turn.question not in browser_of(UserFactory()).get(reverse("student:questions")).content.decode()


def test_a_list_takes_as_many_queries_however_long_it_is(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    student = UserFactory()
    client = browser_of(student)
    for number in (1, 2, 3):
        turn = EscalatedTurnFactory(conversation=ConversationFactory(user=student))
        ThreadMessageFactory(turn=turn, side="advisor")
        if number in {1, 3}:
            with django_assert_num_queries(8):
                page = client.get(reverse("student:questions")).content.decode()
            assert page.count("1 unread</span>") == number
