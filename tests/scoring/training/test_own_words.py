"""What counts as the student's own words."""

import itertools

import pytest

from scoring.training.own_words import own_prose
from scoring.training.prose import Prose, read_prose

PROMPT = "Sunday hours. Should the town library open on Sundays and how could it be tried out first? Explain."
ENDINGS = [
    "They like it.",
    "They like it",
    'They call it "a gift"',
    "They like it :)",
    "They like it,",
    "Yes",
]
BEGINNINGS = [
    "My view\n\nI like libraries.",
    "I like libraries.",
    '"Books" are what I like.',
    "- I like books.",
]
MIDDLE = " People read there, and it is warm.\n\n  Children do their homework in it! "
ESSAYS = [f"{begin}{MIDDLE}{end}" for begin, end in itertools.product(BEGINNINGS, ENDINGS)]
UNSTOPPED = " ".join(f"and then word{at} came to the library again" for at in range(9))


def own(text: str, prompt: str = PROMPT) -> Prose:
    return own_prose(read_prose(text), prompt)


def test_a_sentence_said_again_counts_once() -> None:
    assert own("It is open. It is open. It is shut.").words == ["it", "is", "open", "it", "is", "shut"]


def test_a_pasted_prompt_counts_as_nothing() -> None:
    assert own(f"{PROMPT} Yes, it should.").words == ["yes", "it", "should"]


def test_text_without_repetitions_stays_as_it_is() -> None:
    text = "First line,  with spaces.\n\n  Second line.\n***\nThird line."

    assert own(text).text == text


def test_a_dropped_sentence_leaves_the_paragraphs_of_the_others() -> None:
    assert own("One line.\n\nOne line.\n\nAnother line.").text == "One line.\n\nAnother line."


@pytest.mark.parametrize("essay", [*ESSAYS, UNSTOPPED])
@pytest.mark.parametrize("between", [" ", "\n", "\n\n"])
def test_what_is_pasted_behind_an_essay_changes_nothing(essay: str, between: str) -> None:
    alone = own(essay)

    for behind in (PROMPT, essay, f"{PROMPT} {PROMPT}", f"{essay} {essay}", f"{essay} {PROMPT}"):
        assert own(f"{essay}{between}{behind}") == alone


@pytest.mark.parametrize("essay", [*ESSAYS, UNSTOPPED])
def test_cutting_twice_cuts_no_more(essay: str) -> None:
    once = own(essay)

    assert own(once.text).words == once.words


def test_a_prompt_without_a_full_stop_pasted_before_an_essay_counts_as_nothing() -> None:
    prompt = "Should the town library open on Sundays"

    assert own(f"{prompt} We could try it in May.", prompt).words == ["we", "could", "try", "it", "in", "may"]


def test_a_few_words_that_the_prompt_has_too_may_end_a_sentence() -> None:
    text = "I would like longer Sunday hours. They help us."

    assert own(text).text == text
