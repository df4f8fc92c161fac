"""The breaker opens after five failures in a row, probes after 30 s, and closes on success."""

from contextlib import suppress

import pytest
import structlog

from microcred.ai.base import FailureKind, ProviderError
from microcred.ai.breaker import Breaker, GuardedEmbedder, MemoryStore, not_counting_failures
from tests.microcred.ai.doubles import FailingEmbedder


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker("openai", clock=clock, store=MemoryStore())


def fail(breaker: Breaker, kind: FailureKind = "server", *, retryable: bool = True) -> None:
    with suppress(ProviderError), breaker.guard():
        raise ProviderError("no", retryable=retryable, kind=kind)


def refused(breaker: Breaker) -> ProviderError | None:
    """Try a call that would succeed; return the refusal, if any."""
    try:
        with breaker.guard():
            return None
    except ProviderError as error:
        return error


def test_four_failures_leave_it_closed_and_the_fifth_opens_it(breaker: Breaker, clock: Clock) -> None:
    for _ in range(4):
        fail(breaker)
    assert breaker._store.change("openai", lambda circuit: circuit)[0].refused_until is None

    fail(breaker)
    clock.now += 10

    error = refused(breaker)
    assert error is not None
    assert (error.kind, error.retryable, error.retry_after) == ("circuit_open", True, 20.0)
    assert str(error) == "openai is not called: it failed 5 times in a row"


def test_a_success_starts_the_count_again(breaker: Breaker) -> None:
    for _ in range(4):
        fail(breaker)
    assert refused(breaker) is None
    for _ in range(4):
        fail(breaker)

    assert refused(breaker) is None


@pytest.mark.parametrize(
    ("kind", "retryable", "opens"),
    [
        ("server", True, True),
        ("timeout", True, True),
        ("connection", True, True),
        ("rate_limit", True, True),
        ("bad_reply", True, True),
        ("auth", False, True),
        ("quota", False, True),
        ("refusal", False, False),
        ("truncated", False, False),
        ("bad_request", False, False),
    ],
)
def test_only_failures_of_the_provider_count(
    breaker: Breaker, kind: FailureKind, retryable: bool, opens: bool
) -> None:
    for _ in range(5):
        fail(breaker, kind, retryable=retryable)

    assert (refused(breaker) is not None) is opens


def test_an_unknown_exception_counts_and_passes_through(breaker: Breaker) -> None:
    for _ in range(5):
        with pytest.raises(ZeroDivisionError), breaker.guard():
            raise ZeroDivisionError

    assert refused(breaker) is not None


def test_failures_beside_another_call_do_not_count_and_successes_do(breaker: Breaker) -> None:
    for _ in range(4):
        fail(breaker)
    with not_counting_failures():
        fail(breaker)
    assert breaker._store.change("openai", lambda circuit: circuit)[0].failures == 4

    with not_counting_failures():
        assert refused(breaker) is None
    assert breaker._store.change("openai", lambda circuit: circuit)[0].failures == 0


def test_after_the_pause_one_call_probes_and_its_success_closes(breaker: Breaker, clock: Clock) -> None:
    for _ in range(5):
        fail(breaker)
    clock.now += 30

    with breaker.guard():
        assert refused(breaker) is not None, "while the probe runs the others wait"

    assert refused(breaker) is None


def test_a_failed_probe_opens_it_for_another_pause(breaker: Breaker, clock: Clock) -> None:
    for _ in range(5):
        fail(breaker)
    clock.now += 30
    fail(breaker)
    clock.now += 29

    error = refused(breaker)
    assert error is not None
    assert error.retry_after == 1.0
    clock.now += 1
    assert refused(breaker) is None


def test_a_probe_that_never_reports_is_replaced_after_another_pause(breaker: Breaker, clock: Clock) -> None:
    for _ in range(5):
        fail(breaker)
    clock.now += 30
    breaker.guard().__enter__()
    assert refused(breaker) is not None
    clock.now += 30

    assert refused(breaker) is None


def test_a_guarded_provider_is_not_called_while_open(breaker: Breaker) -> None:
    inner = FailingEmbedder()
    guarded = GuardedEmbedder(inner, breaker)
    for _ in range(7):
        with pytest.raises(ProviderError):
            guarded.embed(["text"])
        with pytest.raises(ProviderError):
            guarded.request(["text"])

    assert inner.calls == 5
    assert (guarded.provider, guarded.model, guarded.dimension) == ("failing", "none", 3)
    assert guarded.most_texts == 32


def test_each_call_is_a_span_of_its_own(breaker: Breaker) -> None:
    spans = []
    with structlog.contextvars.bound_contextvars(span_id="of-the-job"):
        for _ in range(2):
            with breaker.guard():
                spans.append(structlog.contextvars.get_contextvars())

    assert [found["parent_span_id"] for found in spans] == ["of-the-job"] * 2
    assert spans[0]["span_id"] != spans[1]["span_id"]
