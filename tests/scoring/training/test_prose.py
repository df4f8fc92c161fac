"""What counts as the student's own words."""

from scoring.training.prose import own_prose, read_prose, syllables

PROMPT = "Should the town library open on Sundays and how could it be tried out first?"


def test_sentences_words_and_paragraphs_are_found() -> None:
    prose = read_prose("It’s late. Go home!\n\nWe stay (for now)")

    assert [sentence.words for sentence in prose.sentences] == [
        ("it's", "late"),
        ("go", "home"),
        ("we", "stay", "for", "now"),
    ]
    assert prose.paragraphs == 2


def test_a_sentence_said_again_counts_once() -> None:
    assert own_prose(read_prose("It is open. It is open. It is shut.")).words == [
        "it",
        "is",
        "open",
        "it",
        "is",
        "shut",
    ]


def test_a_pasted_prompt_counts_as_nothing() -> None:
    assert own_prose(read_prose(f"{PROMPT} Yes, it should."), PROMPT).words == ["yes", "it", "should"]


def test_text_without_repetitions_stays_as_it_is() -> None:
    text = "First line,  with spaces.\n\n  Second line."

    assert own_prose(read_prose(text), PROMPT).text == text


def test_syllables_are_groups_of_vowels_without_a_silent_e() -> None:
    assert [syllables(word) for word in ("table", "make", "library", "hmm", "idea")] == [2, 1, 3, 1, 2]
