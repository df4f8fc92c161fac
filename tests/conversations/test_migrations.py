"""Replies become the first messages of threads, and threads single replies again."""

from importlib import import_module

import pytest
from django.db import connection

from conversations.models import ThreadMessage, Turn
from conversations.services import close, write
from microcred.db import drop_append_only_sql
from tests.factories.accounts import AdvisorAssignmentFactory
from tests.factories.conversations import NOW, EscalatedTurnFactory, TurnFactory

pytestmark = pytest.mark.django_db
replies = import_module("conversations.migrations.0003_replies_in_threads")


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql)


def test_a_reply_is_the_first_message_and_was_read() -> None:
    advisor = AdvisorAssignmentFactory().advisor
    replied = EscalatedTurnFactory(escalation="replied", reply="Take it.", replied_by=advisor, replied_at=NOW)
    waiting, answered = EscalatedTurnFactory(), TurnFactory()

    run(replies.FORWARD)

    message = ThreadMessage.objects.get()
    assert (message.turn, message.number, message.side) == (replied, 1, "advisor")
    assert (message.author, message.text, message.sent_at) == (advisor, "Take it.", NOW)
    told = Turn.objects.in_bulk()
    marks = [(told[one.pk].waits_since, told[one.pk].written_at) for one in (replied, waiting, answered)]
    assert marks == [(None, NOW), (NOW, None), (None, None)]
    assert (told[replied.pk].student_read, told[replied.pk].advisor_read) == (1, 1)
    assert told[waiting.pk].advisor_read is None


def test_back_again_the_latest_reply_stays() -> None:
    link = AdvisorAssignmentFactory()
    asked_again, closed, closed_unsaid = (
        EscalatedTurnFactory(conversation__user=link.student) for _ in range(3)
    )
    for text in ("In May.", "On the 3rd."):
        write(by=link.advisor, turn_id=asked_again.pk, text=text, now=NOW)
        write(by=link.advisor, turn_id=closed.pk, text=text, now=NOW)
    write(by=link.student, turn_id=asked_again.pk, text="Of which year?", now=NOW)
    close(by=link.advisor, turn_id=closed.pk, up_to=2, now=NOW)
    close(by=link.advisor, turn_id=closed_unsaid.pk, up_to=0, now=NOW)

    run(drop_append_only_sql("thread_messages"))
    run(replies.BACKWARD)

    told = Turn.objects.in_bulk()
    stands = [(told[one.pk].escalation, told[one.pk].reply) for one in (asked_again, closed, closed_unsaid)]
    assert stands == [("replied", "On the 3rd."), ("replied", "On the 3rd."), ("waiting", "")]
    assert not ThreadMessage.objects.exists()
