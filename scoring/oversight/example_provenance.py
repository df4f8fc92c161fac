"""Whether an example was copied from an answer, so that it goes when its author's answers go."""

import re
import uuid
from typing import Final

from assessments import queries as assessments
from scoring.models import CalibrationExample

# So many words in a row are hardly ever written twice by chance.
RUN: Final = 8
# Whoever shortens a copy, or takes names out of it, leaves most of its runs of words.
SHARE: Final = 0.5


def is_copied(example: str, answer: str) -> bool:
    """Whether half of the example's runs of eight words, or all of a shorter one, stand in the answer."""
    wanted, there = _runs(example), _runs(answer)
    return bool(wanted) and len(wanted & there) >= SHARE * len(wanted)


def origin_of(*, question_id: uuid.UUID, text: str) -> uuid.UUID | None:
    """Return the assessment in which the question was answered with this text, None if in none."""
    written = assessments.texts_on(question_id)
    return next((assessment_id for assessment_id, answer in written if is_copied(text, answer)), None)


def erase_copies(person_id: uuid.UUID) -> int:
    """Delete the examples that were copied from a person's answers, whether or not that was noted; return how many.

    They are deleted and not emptied: what is agreed on about an answer means nothing without it. Reviewers pass the
    examples that are left anew.
    """
    noted = CalibrationExample.objects.filter(assessment__user=person_id)
    answered = CalibrationExample.objects.filter(
        assessment=None, question__snapshots__assessment__user=person_id
    ).distinct()
    found = [example.pk for example in answered if _stands_in_answers(example, person_id)]
    return noted.delete()[0] + CalibrationExample.objects.filter(pk__in=found).delete()[0]


def _stands_in_answers(example: CalibrationExample, person_id: uuid.UUID) -> bool:
    written = assessments.texts_on(example.question_id, by=person_id)
    return any(is_copied(example.text, answer) for _, answer in written)


def _runs(text: str) -> frozenset[str]:
    words = re.findall(r"\w+", text.casefold())
    last = max(len(words) - RUN, 0)
    return frozenset(" ".join(words[place : place + RUN]) for place in range(last + 1)) - {""}
