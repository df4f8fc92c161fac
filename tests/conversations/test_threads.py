"""What student and advisors write to each other below a question that was handed over."""

import datetime as dt
import uuid
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import AdvisorAssignment, User
from conversations import queries, services
from conversations.models import ThreadMessage, Turn
from conversations.services.threads import MOST_IN_A_ROW
from ops.models import AuditLog
from tests.clients import client_of
from tests.factories.accounts import AdminFactory, AdvisorAssignmentFactory, AdvisorFactory, UserFactory
from tests.factories.conversations import NOW, ConversationFactory, EscalatedTurnFactory, TurnFactory

pytestmark = pytest.mark.django_db
THREADS = "/api/v1/qa/threads"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def link() -> AdvisorAssignment:
    found: AdvisorAssignment = AdvisorAssignmentFactory(student__name="Ada Quill", advisor__name="Robin")
    return found


@pytest.fixture
def turn(link: AdvisorAssignment) -> Turn:
    found: Turn = EscalatedTurnFactory(conversation__user=link.student, waits_since=NOW)
    return found


def write(by: User, turn: Turn, text: str = "When is it?", **fields: Any) -> Any:
    return client_of(by).post(f"{THREADS}/{turn.pk}/messages", {"text": text, **fields}, format="json")


def mark(by: User, turn: Turn, up_to: Any, do: str = "read") -> Any:
    return client_of(by).post(f"{THREADS}/{turn.pk}/{do}", {"up_to": up_to}, format="json")


def stands(by: User, turn: Turn) -> tuple[str, int, int]:
    one = client_of(by).get(f"{THREADS}/{turn.pk}").json()
    return one["escalation"], one["messages"], one["unread"]


class TestATalk:
    def test_both_sides_write_in_turn_and_see_what_is_new(self, link: AdvisorAssignment, turn: Turn) -> None:
        student, advisor = link.student, link.advisor
        assert (stands(student, turn), stands(advisor, turn)) == (("waiting", 0, 0), ("waiting", 0, 1))

        first = write(advisor, turn, " Which of them? ")
        write(advisor, turn, "There are two.")

        assert (first.status_code, {**first.json(), "sent_at": ""}) == (
            201, {"number": 1, "author": "advisor", "text": "Which of them?", "sent_at": ""}
        )  # fmt: skip
        assert (stands(student, turn), stands(advisor, turn)) == (("replied", 2, 2), ("replied", 2, 0))

        write(student, turn, "The one in May.")

        assert (stands(student, turn), stands(advisor, turn)) == (("waiting", 3, 0), ("waiting", 3, 1))
        listed = client_of(student).get(f"{THREADS}/{turn.pk}/messages").json()
        assert [(one["number"], one["author"], one["text"]) for one in listed["items"]] == [
            (1, "advisor", "Which of them?"), (2, "advisor", "There are two."), (3, "student", "The one in May."),
        ]  # fmt: skip
        assert AuditLog.objects.filter(action="thread.message_added", resource_id=turn.pk).count() == 3

    def test_the_question_shows_the_latest_reply_as_before(self, link: AdvisorAssignment, turn: Turn) -> None:
        write(link.advisor, turn, "In May.")
        write(link.advisor, turn, "On the 3rd.")
        write(link.student, turn, "Thank you.")

        shown = client_of(link.student).get(f"/api/v1/qa/query/{turn.pk}").json()

        assert (shown["escalation"], shown["reply"]["text"]) == ("waiting", "On the 3rd.")

    def test_a_reply_by_the_old_address_is_a_message_too(self, link: AdvisorAssignment, turn: Turn) -> None:
        services.reply(by=link.advisor, turn_id=turn.pk, text="In May.", now=NOW)

        message = ThreadMessage.objects.get()
        assert (message.number, message.side, message.author, message.text) == (
            1,
            "advisor",
            link.advisor,
            "In May.",
        )

    def test_the_student_is_not_told_who_of_the_advisors_it_was(
        self, link: AdvisorAssignment, turn: Turn
    ) -> None:
        write(link.advisor, turn)

        shown = client_of(link.student).get(f"{THREADS}/{turn.pk}/messages").content.decode()

        assert "Robin" not in shown
        assert str(link.advisor.pk) not in shown

    def test_the_same_request_writes_once(self, link: AdvisorAssignment, turn: Turn) -> None:
        client = client_of(link.student)
        body, headers = {"text": "When?"}, {"Idempotency-Key": "k"}

        for _ in range(2):
            client.post(f"{THREADS}/{turn.pk}/messages", body, format="json", headers=headers)

        assert ThreadMessage.objects.count() == 1

    @pytest.mark.parametrize("text", ["", "  ", "a" * 4001, None])
    def test_a_message_says_something(self, link: AdvisorAssignment, turn: Turn, text: Any) -> None:
        assert write(link.student, turn, text).status_code == 400
        assert not ThreadMessage.objects.exists()

    def test_a_student_writes_no_more_than_twenty_in_a_row(self, link: AdvisorAssignment, turn: Turn) -> None:
        for number in range(MOST_IN_A_ROW):
            services.write(by=link.student, turn_id=turn.pk, text=f"{number}", now=NOW)

        refused = write(link.student, turn)

        assert (refused.status_code, refused.json()["error_code"]) == (409, "MESSAGES_409")
        write(link.advisor, turn)
        assert write(link.student, turn).status_code == 201


class TestWhatIsUnread:
    def test_reading_marks_nothing_and_saying_so_does(self, link: AdvisorAssignment, turn: Turn) -> None:
        for text in ("One.", "Two."):
            write(link.advisor, turn, text)
        client_of(link.student).get(f"{THREADS}/{turn.pk}/messages")
        assert stands(link.student, turn) == ("replied", 2, 2)

        assert mark(link.student, turn, 1).json()["unread"] == 1
        assert mark(link.student, turn, 9).json()["unread"] == 0
        assert mark(link.student, turn, 0).json()["unread"] == 0

    def test_an_advisor_who_has_read_it_has_for_all_of_them(
        self, link: AdvisorAssignment, turn: Turn
    ) -> None:
        colleague = AdvisorAssignmentFactory(student=link.student).advisor

        mark(link.advisor, turn, 0)

        assert [stands(one, turn)[2] for one in (colleague, AdminFactory(), link.student)] == [0, 0, 0]

    def test_what_is_written_later_is_not_read(self, link: AdvisorAssignment, turn: Turn) -> None:
        mark(link.advisor, turn, 5)
        write(link.student, turn)

        assert stands(link.advisor, turn) == ("waiting", 1, 1)

    @pytest.mark.parametrize("up_to", [-1, None, "two", 2**31])
    def test_the_mark_is_a_number(self, link: AdvisorAssignment, turn: Turn, up_to: Any) -> None:
        assert mark(link.student, turn, up_to).status_code == 400


class TestClosing:
    def test_a_closed_thread_is_opened_by_the_next_message(self, link: AdvisorAssignment, turn: Turn) -> None:
        write(link.advisor, turn, "In May.")

        closed = mark(link.advisor, turn, 1, "close")

        assert (closed.status_code, closed.json()["escalation"]) == (200, "closed")
        assert closed.json()["closed_at"] is not None
        write(link.student, turn, "Of which year?")
        turn.refresh_from_db()
        assert (turn.escalation, turn.closed_at) == ("waiting", None)
        assert turn.waits_since is not None

    def test_it_is_closed_once(self, link: AdvisorAssignment, turn: Turn) -> None:
        first, second = (mark(link.advisor, turn, 0, "close") for _ in range(2))

        assert (first.status_code, second.status_code) == (200, 409)
        assert second.json()["error_code"] == "THREAD_CLOSED_409"

    def test_not_over_what_the_advisor_has_not_seen(self, link: AdvisorAssignment, turn: Turn) -> None:
        write(link.student, turn)

        refused = mark(link.advisor, turn, 0, "close")

        assert (refused.status_code, refused.json()["error_code"]) == (409, "THREAD_MOVED_409")
        assert stands(link.advisor, turn)[0] == "waiting"

    def test_nor_is_written_where_a_colleague_was_faster(self, link: AdvisorAssignment, turn: Turn) -> None:
        write(AdminFactory(), turn, "In May.")

        refused = write(link.advisor, turn, "In June.", up_to=0)

        assert (refused.status_code, refused.json()["error_code"]) == (409, "THREAD_MOVED_409")
        assert ThreadMessage.objects.count() == 1

    def test_a_student_closes_nothing(self, link: AdvisorAssignment, turn: Turn) -> None:
        assert mark(link.student, turn, 0, "close").status_code == 403


class TestWhoSeesIt:
    @pytest.mark.parametrize("who", ["another student", "another advisor"])
    def test_others_find_nothing(self, turn: Turn, who: str) -> None:
        by = UserFactory() if who == "another student" else AdvisorFactory()

        answers = [
            client_of(by).get(f"{THREADS}/{turn.pk}"),
            client_of(by).get(f"{THREADS}/{turn.pk}/messages"),
            write(by, turn),
            mark(by, turn, 0),
        ]

        assert {(one.status_code, one.json()["error_code"]) for one in answers} == {(404, "THREAD_404")}
        assert client_of(by).get(THREADS).json()["items"] == []

    def test_what_was_handed_to_nobody_is_no_thread(self, link: AdvisorAssignment) -> None:
        turn = TurnFactory(conversation__user=link.student)

        assert write(link.student, turn).status_code == 404
        assert client_of(link.student).get(THREADS).json()["total"] == 0

    def test_guardians_read_none(self, turn: Turn) -> None:
        assert client_of(UserFactory(role="guardian")).get(THREADS).status_code == 403

    def test_who_advises_no_more_reads_no_more(self, link: AdvisorAssignment, turn: Turn) -> None:
        write(link.advisor, turn)
        link.delete()

        assert client_of(link.advisor).get(f"{THREADS}/{turn.pk}/messages").status_code == 404


class TestTheList:
    def test_what_is_unread_comes_first_and_what_waits_longest_before_the_rest(
        self, link: AdvisorAssignment
    ) -> None:
        conversation = ConversationFactory(user=link.student)

        def one(number: int, **fields: Any) -> Turn:
            found: Turn = EscalatedTurnFactory(conversation=conversation, number=number, **fields)
            return found

        replied = {"escalation": "replied", "reply": "In May.", "replied_at": NOW, "advisor_read": 1}
        old = one(1, **replied, written_at=NOW)
        latest = one(2, **replied, written_at=NOW + HOUR)
        waits = one(3, waits_since=NOW + HOUR, advisor_read=0)
        new = one(4, waits_since=NOW + 3 * HOUR)
        longest_new = one(5, waits_since=NOW + 2 * HOUR)

        mine = client_of(link.advisor).get(THREADS).json()
        unread = client_of(link.advisor).get(f"{THREADS}?unread=true").json()
        settled = client_of(link.advisor).get(f"{THREADS}?unread=false&escalation=replied").json()

        order = [longest_new, new, waits, latest, old]
        assert [one["query_id"] for one in mine["items"]] == [str(one.pk) for one in order]
        assert mine["items"][0]["student"] == {"user_id": str(link.student.pk), "name": "Ada Quill"}
        assert (unread["total"], settled["total"]) == (2, 2)

    def test_it_takes_as_many_queries_however_many_there_are(
        self, link: AdvisorAssignment, turn: Turn, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(3):
            if number in {0, 2}:
                with django_assert_num_queries(2):
                    assert len(queries.threads(link.advisor)[:25]) == 1 + number
            EscalatedTurnFactory(conversation__user=link.student)

    def test_a_page_counts_what_stands_in_its_own_threads(self, link: AdvisorAssignment, turn: Turn) -> None:
        services.write(by=link.student, turn_id=turn.pk, text="When?", now=NOW)
        for number in range(1, 11):
            EscalatedTurnFactory(conversation__user=link.student, waits_since=NOW - number * HOUR)

        page = client_of(link.advisor).get(f"{THREADS}?page=2&page_size=10").json()

        assert page["total"] == 11
        assert [(one["query_id"], one["messages"], one["unread"]) for one in page["items"]] == [
            (str(turn.pk), 1, 2)
        ]
        assert list(client_of(link.advisor).get(f"{THREADS}?page=3&page_size=10").json()["items"]) == []

    def test_messages_come_by_page(self, link: AdvisorAssignment, turn: Turn) -> None:
        for number in range(12):
            services.write(by=link.student, turn_id=turn.pk, text=f"{number}", now=NOW)

        page = client_of(link.student).get(f"{THREADS}/{turn.pk}/messages?page=2&page_size=10").json()

        assert ([one["number"] for one in page["items"]], page["total"]) == ([11, 12], 12)

    def test_what_waits_again_waits_since_then(self, link: AdvisorAssignment, turn: Turn) -> None:
        services.write(by=link.advisor, turn_id=turn.pk, text="In May.", now=NOW)
        services.write(by=link.student, turn_id=turn.pk, text="Of which year?", now=NOW + 3 * HOUR)
        between = EscalatedTurnFactory(
            conversation__user=link.student, escalated_at=NOW + 2 * HOUR, waits_since=NOW + 2 * HOUR
        )

        waiting = client_of(link.advisor).get("/api/v1/qa/escalations").json()["items"]

        assert [one["query_id"] for one in waiting] == [str(between.pk), str(turn.pk)]


def test_what_is_not_there_cannot_be_read() -> None:
    assert client_of(AdminFactory()).get(f"{THREADS}/{uuid.uuid4()}/messages").status_code == 404
