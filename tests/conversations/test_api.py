"""Asking, reading, escalating and replying over HTTP."""

import datetime as dt
import uuid
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from conversations.models import LONGEST_QUESTION, Conversation, Turn
from ops import jobs
from ops.models import AsyncJob, AuditLog
from tests.clients import client_of
from tests.conversations.scenes import ABOUT_JOINS, asked, catalog
from tests.factories.accounts import AdminFactory, AdvisorAssignmentFactory, UserFactory
from tests.factories.conversations import (
    NOW,
    ConversationFactory,
    EscalatedTurnFactory,
    TurnFactory,
    WaitingTurnFactory,
)

pytestmark = pytest.mark.django_db
ASK = "/api/v1/qa/query"


def ask(student: User, body: Any, **headers: str) -> Any:
    return client_of(student).post(ASK, body, format="json", headers=headers)


def reply(by: User, turn: Turn, text: str = "Take the one on joins.") -> Any:
    return client_of(by).post(f"{ASK}/{turn.pk}/reply", {"text": text}, format="json")


def test_a_question_is_taken_at_once_and_answered_later(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog(monkeypatch)
    student = UserFactory()

    taken = ask(student, {"question": f"  {ABOUT_JOINS} "})

    body = taken.json()
    address = f"{ASK}/{body['query_id']}"
    assert (taken.status_code, taken.headers["Retry-After"]) == (202, "1")
    assert taken.headers["Location"].endswith(address)
    assert (body["status"], body["question"], body["number"]) == ("waiting", ABOUT_JOINS, 1)
    assert [body[name] for name in ("outcome", "answer", "author", "confidence", "disclaimer", "reply")] == [
        None
    ] * 6
    assert client_of(student).get(address).status_code == 202
    jobs.drain()
    answered = client_of(student).get(address)
    assert (answered.status_code, answered.headers.get("Retry-After")) == (200, None)
    assert answered.json()["outcome"] == "answer"
    assert AsyncJob.objects.get().share == str(student.pk)


def test_a_question_that_is_sent_twice_says_both_times_where_its_answer_will_be() -> None:
    student = UserFactory()

    first, second = (ask(student, {"question": ABOUT_JOINS}, **{"Idempotency-Key": "one"}) for _ in range(2))

    assert second.headers["Idempotency-Replayed"] == "true"
    assert [reply.headers["Location"] for reply in (first, second)] == [
        f"{ASK}/{first.json()['query_id']}"
    ] * 2
    assert second.headers["Retry-After"] == "1"


def test_all_four_parts_are_shown_with_their_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog(monkeypatch)
    student = UserFactory()
    turn = asked(student, ABOUT_JOINS)

    body = client_of(student).get(f"{ASK}/{turn.pk}").json()

    parts = {one["name"]: (one["weight"], one["value"]) for one in body["confidence"]["parts"]}
    assert list(parts) == ["self_assessment", "relevance", "clarity", "completeness"]
    assert [weight for weight, _ in parts.values()] == [0.4, 0.3, 0.2, 0.1]
    assert parts["self_assessment"][1] is None
    assert body["confidence"]["band"] == "medium"
    counted = sum(weight * value for weight, value in parts.values() if value is not None)
    assert body["confidence"]["score"] == pytest.approx(counted / 0.6, abs=0.0001)
    assert (body["advisor_suggested"], body["disclaimer"][:21]) == (True, "This may be incomplet")


@pytest.mark.parametrize(
    "body",
    [
        {}, {"question": ""}, {"question": "  "}, {"question": None}, {"question": ["a"]},
        {"question": "a" * (LONGEST_QUESTION + 1)}, {"question": "a\x00b"},
        {"question": "Why SQL?", "conversation_id": "none"},
    ],
)  # fmt: skip
def test_what_is_no_question_is_refused(body: Any) -> None:
    assert ask(UserFactory(), body).status_code == 400
    assert Turn.objects.count() == Conversation.objects.count() == 0


def test_the_same_request_asks_once() -> None:
    student = UserFactory()

    first, second = (ask(student, {"question": ABOUT_JOINS}, **{"Idempotency-Key": "k"}) for _ in range(2))

    assert first.json()["query_id"] == second.json()["query_id"]
    assert (Turn.objects.count(), AsyncJob.objects.count()) == (1, 1)


@pytest.mark.parametrize("whose", ["nobody", "another"])
def test_only_in_a_conversation_of_ones_own(whose: str) -> None:
    known = ConversationFactory().pk if whose == "another" else uuid.uuid4()

    answer = ask(UserFactory(), {"question": ABOUT_JOINS, "conversation_id": str(known)})

    assert (answer.status_code, answer.json()["error_code"]) == (404, "CONVERSATION_404")


def test_five_questions_are_under_way_at_most() -> None:
    student = UserFactory()
    for number in range(5):
        WaitingTurnFactory(conversation__user=student, number=number)

    answer = ask(student, {"question": ABOUT_JOINS})

    assert (answer.status_code, answer.json()["error_code"]) == (409, "QUERIES_409")
    assert Conversation.objects.count() == 5


def test_the_next_question_of_a_conversation_waits_for_the_answer_to_the_last() -> None:
    turn = WaitingTurnFactory()
    body = {"question": "And SQL?", "conversation_id": str(turn.conversation_id)}

    answer = ask(turn.conversation.user, body)

    assert (answer.status_code, answer.json()["error_code"]) == (409, "QUERY_WAITING_409")
    assert Turn.objects.count() == 1


def test_ten_questions_are_kept_and_those_that_were_handed_to_the_advisor() -> None:
    conversation = ConversationFactory(asked=12)
    EscalatedTurnFactory(conversation=conversation, number=1)
    EscalatedTurnFactory(
        conversation=conversation, number=2, escalation="replied", reply="Take it.", replied_at=NOW
    )
    for number in range(3, 13):
        TurnFactory(conversation=conversation, number=number)

    assert (
        ask(conversation.user, {"question": "And SQL?", "conversation_id": str(conversation.pk)}).status_code
        == 202
    )

    found = client_of(conversation.user).get(f"/api/v1/qa/conversations/{conversation.pk}").json()
    assert [one["number"] for one in found["turns"]] == [1, 2, *range(4, 14)]
    assert found["asked"] == 13


def test_a_conversation_takes_as_many_queries_however_long_it_is(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    conversation = ConversationFactory(asked=10)
    for number in range(1, 11):
        TurnFactory(conversation=conversation, number=number)
    client = client_of(conversation.user)
    client.get(f"/api/v1/qa/conversations/{conversation.pk}")

    with django_assert_num_queries(3):
        client.get(f"/api/v1/qa/conversations/{conversation.pk}")


def test_a_student_hands_an_answer_to_the_advisor_once() -> None:
    turn = TurnFactory()
    student = client_of(turn.conversation.user)

    first, second = (student.post(f"{ASK}/{turn.pk}/escalate") for _ in range(2))

    assert (first.status_code, first.json()["escalation"]) == (200, "waiting")
    assert (second.status_code, second.json()["error_code"]) == (409, "ESCALATION_409")
    assert AuditLog.objects.filter(action="query.escalated", resource_id=turn.pk).count() == 1


def test_what_is_being_answered_is_not_handed_on() -> None:
    turn = WaitingTurnFactory()

    answer = client_of(turn.conversation.user).post(f"{ASK}/{turn.pk}/escalate")

    assert (answer.status_code, answer.json()["error_code"]) == (409, "QUERY_WAITING_409")


def test_the_first_reply_counts_and_the_student_reads_it() -> None:
    link = AdvisorAssignmentFactory()
    turn = EscalatedTurnFactory(conversation__user=link.student)

    first, second = reply(link.advisor, turn), reply(AdminFactory(), turn, "Or another.")

    assert (first.status_code, second.status_code, second.json()["error_code"]) == (200, 409, "REPLY_409")
    body = client_of(link.student).get(f"{ASK}/{turn.pk}").json()
    assert (body["escalation"], body["reply"]["text"]) == ("replied", "Take the one on joins.")
    assert str(link.advisor.pk) not in str(body)
    told = AuditLog.objects.get(action="query.replied")
    assert (told.actor_id, told.resource_id) == (link.advisor.pk, turn.pk)


@pytest.mark.parametrize("text", ["", "   ", "a" * 4001])
def test_a_reply_says_something(text: str) -> None:
    link = AdvisorAssignmentFactory()

    assert reply(link.advisor, EscalatedTurnFactory(conversation__user=link.student), text).status_code == 400


def test_nobody_replies_to_what_does_not_wait() -> None:
    link = AdvisorAssignmentFactory()

    answer = reply(link.advisor, TurnFactory(conversation__user=link.student))

    assert (answer.status_code, answer.json()["details"]) == (409, {"escalation": "none"})


def test_an_advisor_sees_what_waits_the_longest_first() -> None:
    link = AdvisorAssignmentFactory()
    late = EscalatedTurnFactory(conversation__user=link.student, escalated_at=NOW.replace(hour=13))
    early = EscalatedTurnFactory(conversation__user=link.student)
    others = EscalatedTurnFactory()
    TurnFactory(conversation__user=link.student)

    mine = client_of(link.advisor).get("/api/v1/qa/escalations").json()
    all_of_them = client_of(AdminFactory()).get("/api/v1/qa/escalations?page_size=10").json()

    assert ([one["query_id"] for one in mine["items"]], mine["total"]) == ([str(early.pk), str(late.pk)], 2)
    assert mine["items"][0]["student"] == {"user_id": str(link.student.pk), "name": link.student.name}
    assert {one["query_id"] for one in all_of_them["items"]} == {str(one.pk) for one in (late, early, others)}


def test_a_student_lists_what_they_asked_and_what_was_replied_to() -> None:
    conversation = ConversationFactory(asked=2)
    later = TurnFactory(conversation=conversation, number=2, asked_at=NOW + dt.timedelta(hours=1))
    replied = EscalatedTurnFactory(
        conversation=conversation, escalation="replied", reply="Take it.", replied_at=NOW
    )
    TurnFactory()
    client = client_of(conversation.user)

    mine = client.get("/api/v1/qa/query").json()
    with_reply = client.get("/api/v1/qa/query?escalation=replied").json()

    assert [one["query_id"] for one in mine["items"]] == [str(later.pk), str(replied.pk)]
    assert [one["reply"]["text"] for one in with_reply["items"]] == ["Take it."]


@pytest.mark.parametrize(
    ("fields", "suggested", "disclaimer"),
    [
        ({"band": "high"}, False, None),
        (
            {"band": "medium"},
            True,
            "This may be incomplete. Read the passages that are cited, or ask your advisor.",
        ),
        (
            {"outcome": "overview", "band": "low"},
            True,
            "This is no answer. Your advisor has the question and can give one.",
        ),
        ({"outcome": "out_of_scope", "band": "low"}, False, None),
        ({"outcome": "unclear", "band": "low"}, False, None),
    ],
)
def test_the_advisor_is_suggested_for_what_they_can_answer(
    fields: dict[str, str], suggested: bool, disclaimer: str | None
) -> None:
    turn = TurnFactory(**fields)

    shown = client_of(turn.conversation.user).get(f"/api/v1/qa/query/{turn.pk}").json()

    assert (shown["advisor_suggested"], shown["disclaimer"]) == (suggested, disclaimer)
