"""The questions of one assessment as a student fills them in, and what is stored of that.

A page says of each question which answer it was made with. What was not touched there is never sent, so that a window
that was left open overwrites nothing; what was changed in two windows is shown beside each other, and nothing of it is
stored before the student has seen both.
"""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from accounts.models import User
from assessments import queries as assessments
from assessments import services
from assessments.answers import Answer, is_blank
from assessments.serializers import student_rubric
from companion.student.answer_fields import AnswerForm, AskedQuestion, in_words

# Another window would have to save between reading and storing, each time.
ATTEMPTS: Final = 5
NOT_TAKEN_BACK: Final = "An answer can be changed, but not taken back."


@dataclass(slots=True)
class SheetLine:
    """One question: as the student reads it, the answer stored, and the form.

    ``mark`` stands for the stored answer, as far as the form can show it. ``is_stored`` says whether that is what the
    page sent, ``is_behind`` that the page was left as it was and something else has been stored since. ``elsewhere`` is
    what another window has stored, in words, where the page has changed the answer as well.
    """

    position: int
    question_id: uuid.UUID
    prompt: str
    is_required: bool
    criteria: list[dict[str, Any]]
    asked: AskedQuestion
    stored: Mapping[str, Any] | None
    form: AnswerForm
    mark: str
    elsewhere: list[str]
    is_stored: bool = False
    is_behind: bool = False

    @property
    def name(self) -> str:
        """What the fields of the question begin with, and where it stands on the page."""
        return f"q{self.position}"

    @property
    def is_answered(self) -> bool:
        """Whether there is an answer that can earn something."""
        return self.stored is not None and not is_blank(self.stored)

    @property
    def is_clear(self) -> bool:
        """Whether nothing has to be said about what was sent."""
        return not self.form.problems and not self.elsewhere


@dataclass(slots=True)
class Sheet:
    """All questions of an assessment; ``version`` changes with every answer that is stored."""

    version: str
    lines: list[SheetLine]

    @property
    def answered(self) -> int:
        """How many questions have an answer."""
        return sum(line.is_answered for line in self.lines)

    @property
    def open_lines(self) -> list[SheetLine]:
        """The questions without an answer, those first that need one."""
        return sorted(
            (line for line in self.lines if not line.is_answered), key=lambda one: not one.is_required
        )

    @property
    def lacks_required(self) -> bool:
        """Whether a question that needs an answer has none."""
        return any(line.is_required for line in self.open_lines)

    @property
    def unclear(self) -> list[SheetLine]:
        """The questions of which what was sent is not stored."""
        return [line for line in self.lines if not line.is_clear]


def mark_of(answer: Mapping[str, Any] | None) -> str:
    """Return what stands for an answer: the same for the same; empty for none."""
    if answer is None:
        return ""
    return hashlib.sha256(json.dumps(answer, sort_keys=True).encode()).hexdigest()[:16]


def read_sheet(assessment_id: uuid.UUID, data: Any = None) -> Sheet:
    """Return the questions with what is stored, and with ``data`` what was sent; whose it is was looked at before."""
    # Before the answers, so that it is never newer than they are.
    version = assessments.answers_version(assessment_id)
    newest = assessments.newest_responses(assessment_id)
    rows = assessments.snapshots(assessment_id)
    return Sheet(version, [_line(row, newest.get(row.pk), data) for row in rows])


def save(*, by: User, assessment_id: uuid.UUID, data: Any, now: dt.datetime) -> Sheet:
    """Store what was changed on a page, as far as it can be, and return the sheet as it then stands.

    Raises:
        AssessmentMissing, AssessmentClosed, AssessmentExpired.
        ChangedMeanwhile: if other windows store answers all the time.
    """
    for left in reversed(range(ATTEMPTS)):
        sheet = read_sheet(assessment_id, data)
        changed = [(line, answer) for line in sheet.lines if (answer := _changed(line, data)) is not None]
        if not changed:
            return sheet
        try:
            services.submit(
                by=by,
                assessment_id=assessment_id,
                answers=[services.GivenAnswer(line.question_id, answer) for line, answer in changed],
                completed=False,
                now=now,
                expected=[sheet.version],
            )
        except services.ChangedMeanwhile:
            if not left:
                raise
        else:
            break
    for line, answer in changed:
        line.stored, line.mark, line.is_stored = answer, mark_of(answer), True
    return sheet


def _line(row: Any, response: Any, data: Any) -> SheetLine:
    asked = AskedQuestion(row.question_type, row.choices or (), row.answer_format)
    stored = response.answer if response else None
    form = _form(asked, row.position, stored, data)
    return SheetLine(
        position=row.position,
        question_id=row.question_id,
        prompt=row.prompt,
        is_required=row.required,
        criteria=student_rubric(row.rubric)["criteria"],
        asked=asked,
        stored=stored,
        form=form,
        mark=mark_of(stored) if form.initial else "",
        elsewhere=[],
    )


def _form(asked: AskedQuestion, position: int, stored: Mapping[str, Any] | None, data: Any) -> AnswerForm:
    label = f"Your answer to question {position}"
    return AnswerForm(asked, data, prefix=f"q{position}", answer=stored, label=label)


def _changed(line: SheetLine, data: Any) -> Answer | None:
    """Return the answer to store; None where nothing was changed on the page, or it cannot be stored as it is."""
    begun_with = data.get(f"{line.name}-shown", "")
    if not line.form.is_valid():
        return None
    given = line.form.answer
    if given is None and begun_with and line.form.kind == "text":
        given = {"text": ""}
    line.is_stored = mark_of(given) == line.mark
    if line.is_stored:
        return None
    if mark_of(given) == begun_with:
        line.form, line.is_behind = _form(line.asked, line.position, line.stored, None), True
    elif given is None:
        line.form.add_error(None, NOT_TAKEN_BACK)
    elif begun_with != line.mark:
        line.elsewhere = in_words(line.asked, line.stored or {}) or ["Nothing."]
    else:
        return given
    return None
