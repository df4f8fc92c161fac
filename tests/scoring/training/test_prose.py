"""An answer cut into sentences and words."""

from scoring.training.prose import read_prose, syllables


def test_sentences_words_and_paragraphs_are_found() -> None:
    prose = read_prose("It’s late. Go home!\n\nWe stay (for now)")

    assert [sentence.words for sentence in prose.sentences] == [
        ("it's", "late"),
        ("go", "home"),
        ("we", "stay", "for", "now"),
    ]
    assert prose.paragraphs == 2


def test_syllables_are_groups_of_vowels_without_a_silent_e() -> None:
    assert [syllables(word) for word in ("table", "make", "library", "hmm", "idea")] == [2, 1, 3, 1, 2]
