"""Lines of a transcript, in whatever form it was sent."""

import pytest

from tutoring.enums import Speaker
from tutoring.transcripts import LONGEST_LINE, People, UnreadableTranscript, fetched, read

ADA = People("Ada Okafor", "Zelda Quint")


def pairs(said: object, people: People = ADA) -> list[tuple[str, str]]:
    return [(one.speaker.value, one.text) for one in read(said, people)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (None, []),
        ("", []),
        ("Tutor: Hello.\nStudent: Hi.", [("tutor", "Hello."), ("student", "Hi.")]),
        ("TUTOR:  Hello.\n\nstudent: Hi.", [("tutor", "Hello."), ("student", "Hi.")]),
        ("Ada Okafor: Hello.\nZelda: Hi.", [("tutor", "Hello."), ("student", "Hi.")]),
        ("[00:01:02] Tutor: Hello.", [("tutor", "Hello.")]),
        ("Tutor: One.\nand two.\nStudent: Hi.", [("tutor", "One. and two."), ("student", "Hi.")]),
        ("Tutor: Note: sums ignore nulls.", [("tutor", "Note: sums ignore nulls.")]),
        ("Note: sums ignore nulls.", [("other", "Note: sums ignore nulls.")]),
        ("Bob: One.\nBob: Two.", [("other", "One."), ("other", "Two.")]),
        ([{"speaker": "tutor", "text": " Hello \n there. "}], [("tutor", "Hello there.")]),
        ([{"speaker": "guest", "text": "Hello."}], [("other", "Hello.")]),
        (
            "WEBVTT\n\n1\n00:00.000 --> 00:01.000\n<v Ada Okafor>Hello &amp; welcome.</v>\n\nNOTE nothing\n\n"
            "00:00:02.000 --> 00:00:03.000 align:left\nStudent: <i>Hi</i>\nthere.",
            [("tutor", "Hello & welcome."), ("student", "Hi there.")],
        ),
    ],
)
def test_who_says_what(said: object, expected: list[tuple[str, str]]) -> None:
    assert pairs(said) == expected


def test_lines_are_numbered_and_long_ones_cut_between_sentences() -> None:
    long = " ".join(f"This is sentence {number} of many." for number in range(30))

    lines = read(f"Tutor: {long}\nStudent: Yes.", ADA)

    assert [one.number for one in lines] == list(range(1, len(lines) + 1))
    assert all(len(one.text) <= LONGEST_LINE for one in lines)
    assert all(one.text.endswith(".") for one in lines)
    assert " ".join(one.text for one in lines[:-1]) == long
    assert lines[-1].speaker == Speaker.STUDENT


def test_a_word_without_end_is_cut_all_the_same() -> None:
    assert [len(text) for _, text in pairs("Tutor: " + "x" * 700)] == [300, 300, 100]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xfe", "text/plain"),
        (b"{", "application/json"),
        (b"3", "application/json"),
        (b"[3]", "application/json"),
    ],
)
def test_what_is_no_transcript_is_refused(body: bytes, kind: str) -> None:
    with pytest.raises(UnreadableTranscript):
        fetched(body, kind)


def test_what_lies_in_a_file() -> None:
    assert fetched("\ufeffTutor: Hé\0llo".encode(), "text/plain") == "Tutor: Héllo"
    assert fetched(b'{"transcript": "Tutor: Hi"}', "application/json") == "Tutor: Hi"
    assert fetched(b'[{"speaker": "tutor", "text": "Hi", "x": 1}]', "application/json") == [
        {"speaker": "tutor", "text": "Hi"}
    ]


@pytest.mark.parametrize(
    "text", ["<v." * 60_000, "<v" + " " * 190_000 + "x", "<c" * 95_000, "a" + " " * 190_000]
)
def test_what_looks_like_tags_over_and_over_is_read_all_the_same(text: str) -> None:
    """Each took minutes with patterns that had no bounds."""
    assert read(f"WEBVTT\n\n00:00.000 --> 00:02.000\n{text}", People())
    assert read(f"Tutor: {text}", People())[0].speaker == "tutor"


def test_a_turn_of_as_many_rows_as_a_file_may_hold_is_one() -> None:
    found = read("Tutor: We begin.\n" + "y\n" * 400_000, People())

    assert (len(found), found[0].text) == (2668, "We begin.")
    assert {one.speaker for one in found} == {Speaker.TUTOR}
    assert sum(one.text.count("y") for one in found) == 400_000


def test_a_line_in_a_file_may_leave_out_who_speaks_and_hold_what_cannot_be_stored() -> None:
    body = b'[{"text": "hi\\u0000 there"}, {"speaker": "tutor", "text": "\\ud800 yes"}]'

    assert fetched(body, "application/json") == [
        {"speaker": "other", "text": "hi there"},
        {"speaker": "tutor", "text": "? yes"},
    ]
