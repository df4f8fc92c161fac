"""Traces that callers name, and spans within them."""

import pytest
import structlog

from microcred.tracing import span, trace_of

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize(
    "given",
    [
        f"00-{TRACE}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-00",
        f"cc-{TRACE}-{PARENT}-01",
        f"cc-{TRACE}-{PARENT}-01-more",
    ],
)
def test_a_well_formed_trace_is_gone_on_with_in_a_span_of_its_own(given: str) -> None:
    found = trace_of(given)

    assert (found["trace_id"], found["parent_span_id"]) == (TRACE, PARENT)
    assert len(bytes.fromhex(found["span_id"])) == 8
    assert found["span_id"] != PARENT


@pytest.mark.parametrize(
    "given",
    [
        "",
        "nonsense",
        f"00-{TRACE}-{PARENT}",
        f"00-{TRACE}-{PARENT}-01-more",
        f"00-{TRACE}-{PARENT}-1",
        f"ff-{TRACE}-{PARENT}-01",
        f"cc-{TRACE}-{PARENT}-01.more",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f" 00-{TRACE}-{PARENT}-01",
    ],
)
def test_anything_else_begins_a_new_one(given: str) -> None:
    found = trace_of(given)

    assert set(found) == {"trace_id", "span_id"}
    assert len(bytes.fromhex(found["trace_id"])) == 16
    assert found["trace_id"] not in (TRACE, trace_of(given)["trace_id"])


def test_spans_name_the_one_around_them() -> None:
    context = structlog.contextvars.get_contextvars
    with span():
        outer = context()["span_id"]
        with span():
            assert (context()["parent_span_id"], context()["span_id"] != outer) == (outer, True)
        assert (context()["span_id"], "parent_span_id" in context()) == (outer, False)
    assert "span_id" not in context()
