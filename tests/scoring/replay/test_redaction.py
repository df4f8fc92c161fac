"""What stood behind the placeholders is found by the words around them, whoever the student is by now."""

import pytest

from scoring.calls.writer import Writer
from scoring.essays.identity import Identity
from scoring.replay.redaction import as_sent

NOBODY = Writer(identity=Identity(), model_scoring=True)
ADA = Writer(identity=Identity(names=("Ada Quill",)), model_scoring=True)
ANSWER = "I am Ada Quill. Write to me, Ada Quill, about the table."
SENT = "I am [NAME_1] [NAME_2]. Write to me, [NAME_1] [NAME_2], about the table."


def test_the_same_person_is_redacted_as_before() -> None:
    assert as_sent(ANSWER, [SENT], ADA) == ADA.redacted(ANSWER)


def test_for_somebody_with_another_name_what_was_sent_counts() -> None:
    found = as_sent(ANSWER, [SENT], NOBODY)

    assert found.text == SENT
    assert found.replacements == ADA.redacted(ANSWER).replacements
    at = SENT.index("[NAME_1] [NAME_2], about")
    start, end = found.span(at, at + len("[NAME_1] [NAME_2], about"))
    assert ANSWER[start:end] == "Ada Quill, about"
    assert found.restore("as [NAME_2] says") == "as Quill says"


@pytest.mark.parametrize(
    "sent",
    [
        "Another answer.",
        "[NAME_1]. Another.",
        "I am [NAME_1]. Write to me, [NAME_1], about the chair.",
        "U am [NAME_1] [NAME_2]. Write to me, [NAME_1] [NAME_2], about the table.",
        "I am Ada Quill. Write to me, Ada Quill, about the table[NAME_1].",
        "",
    ],
)
def test_another_answer_is_redacted_as_it_would_be_now(sent: str) -> None:
    assert as_sent(ANSWER, [sent], NOBODY) == NOBODY.redacted(ANSWER)


def test_of_several_texts_the_one_with_least_replaced_is_meant() -> None:
    answer = "Hello Ada, and goodbye."

    assert as_sent(answer, ["Hello [NAME_1].", "Hello [NAME_1], and goodbye."], NOBODY).text == (
        "Hello [NAME_1], and goodbye."
    )


def test_it_is_how_much_is_replaced_that_counts_and_not_where() -> None:
    answer = "Hello Ada, and goodbye Bob Ray."
    least = "Hello Ada, and goodbye [NAME_1]."

    assert as_sent(answer, ["Hello [NAME_1] Bob Ray.", least], NOBODY).text == least


@pytest.mark.parametrize("sent", ["[NAME_1] is here", "here is [NAME_1]", "[NAME_1]"])
def test_a_placeholder_may_begin_or_end_an_answer(sent: str) -> None:
    answer = sent.replace("[NAME_1]", "Ada")

    assert as_sent(answer, [sent], NOBODY).text == sent
