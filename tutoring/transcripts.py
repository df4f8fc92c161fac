"""Reading what was said in a session: lines with numbers, each with who says it.

A transcript is a list of lines, a text in which lines begin with who speaks ("Tutor: …"), or WebVTT (<v Name>; W3C,
webvtt1, section 3). What is long is cut between sentences, so that a line can be quoted.
"""

import html
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from microcred.storable_json import storable
from recommendations.names import folded
from tutoring.enums import Speaker

MOST_LINES: Final = 4000
LONGEST_LINE: Final = 300
LONGEST_LABEL: Final = 40
TUTORS: Final = frozenset({"tutor", "teacher", "coach", "instructor", "mentor", "trainer", "lecturer"})
STUDENTS: Final = frozenset({"student", "learner", "pupil", "apprentice", "trainee"})
_LABEL: Final = re.compile(r"\s*(?:\[[\d:.,]+\]\s*)?([^\W\d_][\w .'’-]{0,39}?)\s*:\s+(?=\S)")
_CUE: Final = re.compile(r"(?:\d+:)?\d{2}:\d{2}\.\d{3}\s+-->")
# Bounded, so that what looks like the beginning of a tag a hundred thousand times takes no longer than other text.
_VOICE: Final = re.compile(r"<v(?:\.[^\s<>]{1,60})?[ \t]([^<>]{1,200})>")
_TAG: Final = re.compile(r"</?(?:[cibuv]|ruby|rt|lang|\d)[^<>]{0,200}>")
_SENTENCE: Final = re.compile(r"(?<=[.!?…])\s+(?=\S)")


class UnreadableTranscript(ValueError):
    """What was sent or fetched is no transcript."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line, by its number from 1."""

    number: int
    speaker: Speaker
    text: str


@dataclass(frozen=True, slots=True)
class People:
    """What tutor and student are called, empty where that is not known."""

    tutor: str = ""
    student: str = ""


def read(said: str | Sequence[Mapping[str, Any]] | None, people: People) -> tuple[Line, ...]:
    """Return the lines of a transcript; ``people`` tell names at the beginning of lines apart.

    Raises:
        UnreadableTranscript: if a list is not of lines.
    """
    if said is None:
        return ()
    pairs = _of_text(said, people) if isinstance(said, str) else [_of_entry(one) for one in said]
    lines: list[Line] = []
    for speaker, text in pairs:
        for part in _parts(" ".join(text.split())):
            if len(lines) < MOST_LINES:
                lines.append(Line(len(lines) + 1, speaker, part))
    return tuple(lines)


def fetched(body: bytes, kind: str) -> str | list[dict[str, Any]]:
    """Return the transcript in a file of this content type.

    Raises:
        UnreadableTranscript: if it is no text, or JSON of another form.
    """
    try:
        text = body.decode("utf-8-sig")
        given = storable(json.loads(text) if kind == "application/json" else text)
    except (ValueError, RecursionError) as error:
        raise UnreadableTranscript("the file cannot be read") from error
    if isinstance(given, dict):
        given = given.get("transcript")
    if isinstance(given, str):
        return given
    if not isinstance(given, list):
        raise UnreadableTranscript("the file holds no transcript")
    return [{"speaker": str(speaker), "text": text} for speaker, text in map(_of_entry, given)]


def _of_entry(entry: Any) -> tuple[Speaker, str]:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("text"), str):
        raise UnreadableTranscript("a line has a speaker and a text")
    named = str(entry.get("speaker", "")).casefold()
    return Speaker(named) if named in Speaker.values else Speaker.OTHER, entry["text"]


def _of_text(text: str, people: People) -> list[tuple[Speaker, str]]:
    if text.lstrip("\ufeff \n\r\t").startswith("WEBVTT"):
        return _of_cues(text, people)
    rows = [row for row in text.splitlines() if row.strip()]
    labels = Counter(found[1].casefold() for row in rows if (found := _LABEL.match(row)))
    said: list[tuple[Speaker, list[str]]] = []
    speaker = Speaker.OTHER
    for row in rows:
        found = _LABEL.match(row)
        if found and _is_label(found[1], people, labels):
            speaker = _speaker(found[1], people)
            said.append((speaker, [row[found.end() :]]))
        elif said and speaker is not Speaker.OTHER:
            said[-1][1].append(row.strip())
        else:
            said.append((speaker, [row]))
    return [(speaker, " ".join(parts)) for speaker, parts in said]


def _of_cues(text: str, people: People) -> list[tuple[Speaker, str]]:
    said: list[tuple[Speaker, str]] = []
    for block in re.split(r"\r?\n\s*\r?\n", text):
        rows = block.strip().splitlines()
        start = next((place for place, row in enumerate(rows) if _CUE.match(row.strip())), None)
        if start is None:
            continue
        body = " ".join(rows[start + 1 :])
        voice = _VOICE.search(body)
        plain = html.unescape(_TAG.sub(" ", body))
        label = None if voice else _LABEL.match(plain)
        if voice:
            said.append((_speaker(html.unescape(voice[1]), people), plain))
        elif label and _speaker(label[1], people) is not Speaker.OTHER:
            said.append((_speaker(label[1], people), plain[label.end() :]))
        else:
            said.append((Speaker.OTHER, plain))
    return said


def _is_label(label: str, people: People, labels: Counter[str]) -> bool:
    """Whether who speaks is named so, and not what they speak of."""
    return _speaker(label, people) is not Speaker.OTHER or (
        labels[label.casefold()] > 1 and len(label.split()) <= 3 and label[0].isupper()
    )


def _speaker(label: str, people: People) -> Speaker:
    words = set(folded(label).split())
    for speaker, known, name in (
        (Speaker.TUTOR, TUTORS, people.tutor),
        (Speaker.STUDENT, STUDENTS, people.student),
    ):
        if words & known or (words and words <= set(folded(name).split())):
            return speaker
    return Speaker.OTHER


def _parts(text: str) -> list[str]:
    """Cut a text between sentences into parts that are not too long; a sentence that is longer is cut within."""
    parts: list[str] = []
    for sentence in _SENTENCE.split(text):
        for start in range(0, len(sentence), LONGEST_LINE):
            piece = sentence[start : start + LONGEST_LINE].strip()
            if parts and len(parts[-1]) + len(piece) < LONGEST_LINE:
                parts[-1] = f"{parts[-1]} {piece}"
            elif piece:
                parts.append(piece)
    return parts
