"""Tasks of other systems that are arranged or written."""

from typing import Final

from catalog.enums import QuestionType
from catalog.importing.banks.closed import mixed
from catalog.importing.banks.question import EssayItemTask, OrderingTask, UnsupportedQuestion
from catalog.importing.banks.shape import Shape

WITHOUT_RUBRIC: Final = "It has no rubric yet: write its criteria and levels before you publish it."
_MOST_NOTES: Final = 10_000
_MOST_ANSWER: Final = 50_000


def ordering_shape(task: OrderingTask) -> Shape:
    """The shape of an order; the ids stand in another one.

    Raises:
        NotTaken: where two texts are alike, so that nobody could tell which comes first.
    """
    if len(set(task.texts)) != len(task.texts):
        raise UnsupportedQuestion("two of the texts to be put in order are the same")
    shown = mixed(task.texts)
    if shown == list(task.texts):
        shown = [*shown[1:], *shown[:1]]
    ids = {text: f"c{at:02}" for at, text in enumerate(shown, start=1)}
    return Shape(
        QuestionType.ORDERING,
        choices=[{"id": ids[text], "text": text} for text in shown],
        rules={"kind": "ordering", "order": [ids[text] for text in task.texts], "scoring": "pairs"},
    )


def essay_shape(task: EssayItemTask) -> Shape:
    """The shape of an essay without criteria, which other systems do not keep; it cannot be published like that."""
    bounds = {"min_words": task.min_words, "max_words": task.max_words}
    said = {"model_answer": task.model_answer[:_MOST_ANSWER], "grader_notes": task.looked_for[:_MOST_NOTES]}
    return Shape(
        QuestionType.ESSAY,
        answer_format={name: bound for name, bound in bounds.items() if bound},
        rubric={"criteria": [], **{name: text for name, text in said.items() if text}},
        notes=(WITHOUT_RUBRIC,),
    )
