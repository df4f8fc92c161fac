"""Staff reads what students handed over, with the conversation around it, and replies."""

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import CredentialDocument
from companion import inquiries
from conversations import services
from conversations.models import Turn
from tests.factories.accounts import AdminFactory, AdvisorAssignmentFactory, AdvisorFactory
from tests.factories.catalog import CredentialDocumentFactory
from tests.factories.conversations import ConversationFactory, EscalatedTurnFactory, TurnFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 11, 12, tzinfo=dt.UTC)


@pytest.fixture
def turn() -> Turn:
    """A question that waits for an advisor, after one that was answered."""
    student = AdvisorAssignmentFactory(student__name="Ada Quill", advisor__name="Robin").student
    conversation = ConversationFactory(user=student, asked=2)
    document = CredentialDocumentFactory(
        title="SQL Joins in Practice", text="Joins are statements about rows."
    )
    citation = {
        "mark": "1", "credential_id": str(document.credential_id), "title": document.title, "heading": "What it covers",
        "source_uri": document.uri, "start": 0, "end": 5, "snippet": "Joins",
    }  # fmt: skip
    TurnFactory(conversation=conversation, citations=[citation])
    return EscalatedTurnFactory(
        conversation=conversation, number=2, question="And is it <b>worth</b> it for me?"
    )


@pytest.fixture
def client(turn: Turn) -> Client:
    found = Client()
    found.force_login(turn.conversation.user.advisor_links.get().advisor)
    return found


def page(client: Client, turn: Turn) -> str:
    return client.get(reverse("advisor:question", args=[turn.pk])).content.decode()


def test_what_waits_is_listed_before_what_has_a_reply(client: Client, turn: Turn) -> None:
    EscalatedTurnFactory(
        conversation=turn.conversation, number=3, question="Who teaches it?", escalated_at=NOW + dt.timedelta(days=1),
        escalation="replied", reply="Robin does.", replied_at=NOW + dt.timedelta(days=2), advisor_read=1,
    )  # fmt: skip
    EscalatedTurnFactory(question="Of somebody else’s student")

    listed = client.get(reverse("advisor:questions")).content.decode()

    assert listed.index("And is it &lt;b&gt;worth&lt;/b&gt; it for me?") < listed.index("Who teaches it?")
    assert "2 found" in listed
    assert "Ada Quill" in listed
    assert "somebody else" not in listed


def test_without_questions_the_list_says_when_there_are() -> None:
    client = Client()
    client.force_login(AdvisorFactory())

    assert (
        "They appear here when the catalog cannot answer"
        in client.get(reverse("advisor:questions")).content.decode()
    )


def test_the_conversation_around_it_is_shown_with_what_answers_rest_on(client: Client, turn: Turn) -> None:
    document = CredentialDocument.objects.get()

    shown = page(client, turn)

    assert "Which course covers outer joins?" in shown
    assert "Answered in the catalog’s own words" in shown
    assert (
        "Confidence from relevance of what was found 0.80, clarity of the question 1.00, completeness 0.50."
        in shown
    )
    assert f"{reverse('advisor:document', args=[document.pk])}?start=0&amp;end=5#passage" in shown
    assert "Overview only" in shown


def test_a_passage_that_was_changed_since_is_not_opened_in_its_document(client: Client, turn: Turn) -> None:
    CredentialDocument.objects.update(text="Something else.")

    shown = page(client, turn)

    assert "<strong>[1]</strong> SQL Joins in Practice" in shown
    assert "#passage" not in shown


def test_a_message_is_sent_and_stands_in_the_thread(client: Client, turn: Turn) -> None:
    sent = client.post(
        reverse("advisor:question", args=[turn.pk]),
        {"do": "write", "text": " It is. ", "up_to": "0"},
        follow=True,
    )

    shown = sent.content.decode()
    turn.refresh_from_db()
    assert (turn.reply, turn.escalation) == ("It is.", "replied")
    assert "Your message is sent." in shown
    assert '<p class="written prose">It is.</p>' in shown
    assert "Mark as read" not in shown


def test_an_empty_message_is_refused_and_says_why(client: Client, turn: Turn) -> None:
    refused = client.post(reverse("advisor:question", args=[turn.pk]), {"text": "  "})

    assert refused.status_code == 400
    assert "Write something." in refused.content.decode()


def test_who_was_too_late_reads_what_was_written_and_keeps_their_words(client: Client, turn: Turn) -> None:
    services.write(by=AdminFactory(name="Sam"), turn_id=turn.pk, text="It is.", now=NOW)

    refused = client.post(
        reverse("advisor:question", args=[turn.pk]), {"do": "write", "text": "It is not.", "up_to": "0"}
    )

    shown = refused.content.decode()
    assert refused.status_code == 400
    assert "Something was written meanwhile. Read it first." in shown
    assert "<strong>Sam</strong>" in shown
    assert 'name="up_to" value="1"' in shown
    assert "It is not.</textarea>" in shown


def test_what_the_student_writes_is_unread_until_somebody_says_so(client: Client, turn: Turn) -> None:
    services.write(by=turn.conversation.user, turn_id=turn.pk, text="By <i>Monday</i>?", now=NOW)
    listed = client.get(reverse("advisor:questions")).content.decode()
    shown = page(client, turn)
    assert "2 unread" in listed
    assert "By &lt;i&gt;Monday&lt;/i&gt;?" in shown
    assert '<span class="badge accent">Unread</span>' in shown

    marked = client.post(
        reverse("advisor:question", args=[turn.pk]), {"do": "read", "up_to": "1"}, follow=True
    ).content.decode()

    assert "The thread is marked as read." in marked
    assert "Unread</span>" not in marked
    assert "unread" not in client.get(reverse("advisor:questions")).content.decode().split("<tbody")[1]


def test_a_thread_is_closed_and_says_that_a_message_opens_it(client: Client, turn: Turn) -> None:
    closed = client.post(
        reverse("advisor:question", args=[turn.pk]), {"do": "close", "up_to": "0"}, follow=True
    ).content.decode()

    assert '<span class="badge plain">Closed</span>' in closed
    assert "The thread is closed. A message opens it again." in closed
    assert "Close the thread" not in closed


def test_it_is_not_closed_over_what_the_student_wrote_meanwhile(client: Client, turn: Turn) -> None:
    services.write(by=turn.conversation.user, turn_id=turn.pk, text="And when?", now=NOW)

    refused = client.post(reverse("advisor:question", args=[turn.pk]), {"do": "close", "up_to": "0"})

    assert refused.status_code == 400
    assert "Something was written meanwhile. Read it first." in refused.content.decode()
    turn.refresh_from_db()
    assert turn.escalation == "waiting"


@pytest.mark.parametrize("other", ["not handed over", "of somebody else’s student", "not there"])
def test_what_is_not_for_them_is_not_there(client: Client, turn: Turn, other: str) -> None:
    own = TurnFactory(conversation=turn.conversation, number=3)
    ids = {
        "not handed over": own.pk,
        "of somebody else’s student": EscalatedTurnFactory().pk,
        "not there": uuid.uuid4(),
    }

    assert client.get(reverse("advisor:question", args=[ids[other]])).status_code == 404


def test_a_page_takes_as_many_queries_however_many_have_replied(
    turn: Turn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    admin = AdminFactory()
    for number in (3, 4, 5):
        replied = EscalatedTurnFactory(
            conversation=turn.conversation, number=number, escalation="replied", reply="So.",
            replied_by=AdvisorFactory(), replied_at=NOW,
        )  # fmt: skip
        if number in {3, 5}:
            with django_assert_num_queries(6):
                found = inquiries.inquiry(by=admin, turn_id=turn.pk)
            assert found.conversation[-1].replied_by == str(replied.replied_by)
