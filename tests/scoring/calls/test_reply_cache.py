"""Which essays have been answered, or failed, before: asked of many at once."""

import pytest

from scoring.calls import ledger, reply_cache
from scoring.enums import CallContent
from scoring.models import ModelCallContent
from tests.factories.scoring import handed_in
from tests.scoring.calls.entries import answer_of, outgoing, payer, reply

pytestmark = pytest.mark.django_db
FIRST, SECOND = "a" * 64, "b" * 64


def test_answered_is_what_a_reply_is_kept_of_in_that_reading() -> None:
    assessment = handed_in()
    call = ledger.reserve(
        outgoing(answers=[answer_of(assessment, fingerprint=FIRST)]), payer=payer(assessment)
    )
    assert reply_cache.answered([FIRST, SECOND], reading=1) == set()

    ledger.settle(call, reply())

    assert reply_cache.answered([FIRST, SECOND], reading=1) == {FIRST}
    assert [one.call_id for one in reply_cache.find(FIRST, reading=1)] == [call.pk]
    assert reply_cache.answered([FIRST], reading=2) == set()
    assert reply_cache.answered([], reading=1) == set()


def test_a_reply_that_is_no_more_and_a_failure_answer_nothing() -> None:
    assessment = handed_in()
    for fingerprint in (FIRST, SECOND):
        answers = [answer_of(assessment, fingerprint=fingerprint)]
        call = ledger.reserve(outgoing(answers=answers), payer=payer(assessment))
        if fingerprint == FIRST:
            ledger.settle_failure(call, "server", latency_ms=3)
        else:
            ledger.settle(call, reply(), outcome="bad_reply")

    assert reply_cache.answered([FIRST, SECOND], reading=1) == set()
    assert not reply_cache.has_failed([FIRST])
    assert reply_cache.has_failed([FIRST, SECOND])
    assert ModelCallContent.objects.filter(kind=CallContent.REPLY).count() == 1
