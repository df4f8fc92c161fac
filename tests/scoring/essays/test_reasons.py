"""What a student reads under a criterion."""

from dataclasses import replace

import pytest

from scoring.essays.judgement import Quote
from scoring.essays.reasons import Finding, reason

FOUND = Finding(
    level="Sound",
    is_best=False,
    quotes=[Quote("Staff get\n a free morning.", 0, 26)],
    relevance=1.0,
    content=0.8,
    words=90,
    asked=40,
    disordered=False,
)
BASIS = "Judged “Sound”. It rests above all on the words “Staff get a free morning”."


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (FOUND, f"{BASIS} Reasons, examples and a clear order for these points would raise it."),
        (replace(FOUND, is_best=True), BASIS),
        # As much content, relevance and as many words as are asked for.
        (
            replace(FOUND, content=0.6, relevance=0.5, words=40),
            f"{BASIS} Reasons, examples and a clear order for these points would raise it.",
        ),
        (
            replace(FOUND, words=3, asked=None),
            f"{BASIS} Reasons, examples and a clear order for these points would raise it.",
        ),
        (
            replace(FOUND, content=0.4),
            f"{BASIS} More points that belong to this criterion, each made concrete, would raise it.",
        ),
        (
            replace(FOUND, words=30),
            f"{BASIS} Your answer has 30 words of its own; the task asks for at least 40.",
        ),
        (replace(FOUND, relevance=0.3), f"{BASIS} Much of your answer does not seem to be about the task."),
        (replace(FOUND, disordered=True), f"{BASIS} The words do not form sentences that can be followed."),
        (
            replace(FOUND, quotes=[], relevance=0.0, level="Absent"),
            "Judged “Absent”. Hardly anything in the answer speaks to it. "
            "Much of your answer does not seem to be about the task.",
        ),
    ],
)
def test_a_reason_names_level_evidence_and_the_next_step(found: Finding, expected: str) -> None:
    assert reason(found) == expected


def test_a_long_sentence_is_cut_between_words() -> None:
    said = reason(replace(FOUND, is_best=True, quotes=[Quote("free morning " * 30, 0, 390)]))

    assert said.endswith("free morning …”.")
    assert len(said) < 250


def test_a_sentence_of_160_characters_is_shown_whole() -> None:
    whole, longer = "free morning " * 12 + "rest", "free morning " * 12 + "rests"

    assert f"“{whole}”" in reason(replace(FOUND, quotes=[Quote(whole, 0, 160)]))
    assert f"“{('free morning ' * 12).strip()} …”" in reason(replace(FOUND, quotes=[Quote(longer, 0, 161)]))
