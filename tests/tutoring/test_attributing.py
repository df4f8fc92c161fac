"""Who is told to have said something said it."""

import pytest

from recommendations.citing import Sentence
from recommendations.names import Names
from tutoring import attributing, grounding, template_narrative
from tutoring import topics as finding
from tutoring.enums import Speaker
from tutoring.transcripts import Line

T, S = Speaker.TUTOR, Speaker.STUDENT
BOAST = "I have mastered joins completely and solved every exercise without any help."
LINES = [
    Line(1, T, "Today we look at joins of tables."),
    Line(2, S, BOAST),
    Line(3, T, "Let us see the left join first."),
    Line(4, S, "It keeps all rows of the left table."),
    Line(5, T, "Exactly, very good."),
    Line(6, S, "And an inner join drops rows without a partner."),
    Line(7, T, "Yes, from both tables."),
    Line(8, Speaker.OTHER, "A full join keeps everything."),
]
NOT_THEIRS = "who it has say so does not"


@pytest.mark.parametrize(
    ("text", "lines", "why"),
    [
        ("The tutor said that the student has mastered joins completely.", [2], NOT_THEIRS),
        ("The tutor said that the student has mastered joins completely.", [2, 3], NOT_THEIRS),
        ("The tutor then explicitly stated that the student has mastered joins.", [2, 3], NOT_THEIRS),
        ("The tutor, who said that all joins were mastered completely, was there.", [2, 3], NOT_THEIRS),
        ("The tutor confirmed that the student has mastered joins completely.", [2, 3], NOT_THEIRS),
        ("The tutor praised the student, who solved every exercise without help.", [2], NOT_THEIRS),
        ("The student was praised by the tutor and solved every exercise.", [2, 3], NOT_THEIRS),
        ("According to the tutor, the student mastered joins completely.", [2, 3], NOT_THEIRS),
        ("In the tutor's view every exercise was solved without any help.", [2, 3], NOT_THEIRS),
        ("The tutor was impressed that every exercise was solved without help.", [2], NOT_THEIRS),
        ("The student explained that today they look at joins of tables.", [1], NOT_THEIRS),
        ("The tutor said that a full join keeps everything.", [8], NOT_THEIRS),
        ("The student said that they have mastered joins completely.", [2], ""),
        ("The tutor said that they look at joins of tables.", [1], ""),
        ("The student and the tutor looked at joins of tables.", [1], ""),
        ("The student told the tutor that a left join keeps all rows of the left table.", [4], ""),
        ("The tutor praised the student for saying that it keeps all rows of the left table.", [4, 5], ""),
        ("The tutor confirmed that an inner join drops rows without a partner.", [6, 7], ""),
        ("The tutor confirmed that an inner join drops rows without a partner.", [6], NOT_THEIRS),
        ("The student said that it keeps all rows, and the tutor called for the left join first.", [3, 4], ""),
        ("A full join keeps everything.", [8], ""),
    ],
)  # fmt: skip
def test_words_are_not_put_into_anybodys_mouth(text: str, lines: list[int], why: str) -> None:
    sources = {str(line.number): template_narrative.source_of(line, ["SQL"]) for line in LINES}
    speakers = {str(line.number): line.speaker for line in LINES}
    grounds = grounding.GroundingContext(sources, speakers, ("SQL",), Names(()), finding.doubted(LINES))

    assert grounding.fault(Sentence(text, tuple(map(str, lines))), grounds) == why


def test_what_corrects_need_not_repeat_what_was_wrong() -> None:
    said = [Line(1, S, "A left join drops rows."), Line(2, T, "No, look again."), Line(3, T, "Look here.")]
    sources = {str(line.number): template_narrative.source_of(line) for line in said}
    speakers = {str(line.number): line.speaker for line in said}
    text = "The tutor corrected that a left join drops rows."

    assert attributing.is_theirs(text, attributing.Lines(sources, speakers, ("1", "2")), frozenset())
    assert not attributing.is_theirs(text, attributing.Lines(sources, speakers, ("1", "3")), frozenset())
