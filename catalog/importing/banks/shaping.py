"""Questions of other systems in the shape of this one's, with what is not quite the same said."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from catalog.enums import QuestionType
from catalog.importing.banks.closed import choice_shape, matching_shape, numeric_shape, short_text_shape
from catalog.importing.banks.composing import essay_shape, ordering_shape
from catalog.importing.banks.markup import LOSSES
from catalog.importing.banks.question import (
    WHOLE,
    BankQuestion,
    ChoiceTask,
    EssayItemTask,
    LeftOut,
    MatchingTask,
    NumericTask,
    OrderingTask,
    ShortTextTask,
    UnsupportedQuestion,
)
from catalog.importing.banks.shape import Shape
from catalog.question_checks import question_problems

_MOST_PROMPT: Final = 10_000
_MOST_WEIGHT: Final = Decimal("999.99")
_HUNDREDTH: Final = Decimal("0.01")
_SLUG: Final = 40
_CHECKED: Final = ("question_type", "choices", "answer_format", "rules", "rubric")


@dataclass(frozen=True)
class ShapedQuestion:
    """A question as it would be stored in the pool of a role.

    ``key`` is drawn from its content, so that the same question is found again; ``fields`` are those of
    catalog.models.Question; ``notes`` are for its curator. One that ``is_ready`` could be published as
    it stands; it is no essay, and nothing was lost that it may not be understood without.
    """

    place: str
    name: str
    key: str
    fields: Mapping[str, Any]
    notes: tuple[str, ...]
    is_ready: bool


def shaped(question: BankQuestion, *, pool: str) -> ShapedQuestion | LeftOut:
    """Return a question in the shape of this system, or why it has none; its key begins with that of its ``pool``."""
    try:
        shape = _shape(question)
        _ensure_readable(question.prompt)
        weight, weighing = _weight(question.weight)
        fields = _fields(question, shape, weight)
        _ensure_sound(fields)
    except UnsupportedQuestion as refusal:
        return LeftOut(question.place, question.name, sentence(str(refusal)))
    return ShapedQuestion(
        place=question.place,
        name=question.name,
        key=_key(pool, question, fields),
        fields=fields,
        notes=tuple(sentence(note) for note in (*question.notes, *shape.notes, *weighing)),
        is_ready=shape.question_type != QuestionType.ESSAY and LOSSES.isdisjoint(question.notes),
    )


def sentence(words: str) -> str:
    """Return words as a sentence, with a capital and an end."""
    text = words.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "”")) else ".")


def _ensure_readable(prompt: str) -> None:
    if not prompt.strip():
        raise UnsupportedQuestion("it asks nothing that can be read")
    if len(prompt) > _MOST_PROMPT:
        raise UnsupportedQuestion(f"its text is longer than {_MOST_PROMPT:,} characters")


def _ensure_sound(fields: Mapping[str, Any]) -> None:
    problems = question_problems(**{name: fields[name] for name in _CHECKED})
    # An essay waits for its rubric as a draft.
    found = [problem for problem in problems if not problem.startswith("rubric")]
    if found:
        raise UnsupportedQuestion("; ".join(found))


def _shape(question: BankQuestion) -> Shape:
    match question.task:
        case ChoiceTask() as task:
            return choice_shape(task)
        case NumericTask() as task:
            return numeric_shape(task)
        case ShortTextTask() as task:
            return short_text_shape(task)
        case MatchingTask() as task:
            return matching_shape(task)
        case OrderingTask() as task:
            return ordering_shape(task)
        case EssayItemTask() as task:
            return essay_shape(task)


def _fields(question: BankQuestion, shape: Shape, weight: Decimal) -> dict[str, Any]:
    # What other systems tell students after an answer often names the key, and a question is asked again.
    told = "\n".join(part for part in (question.feedback, *shape.remarks) if part)
    return {
        "question_type": shape.question_type.value,
        "prompt": question.prompt,
        "choices": shape.choices,
        "answer_format": shape.answer_format,
        "rules": shape.rules,
        "rubric": shape.rubric,
        "feedback": {"student": "", "staff": told} if told else {},
        "weight": str(weight),
    }


def _weight(weight: Decimal) -> tuple[Decimal, tuple[str, ...]]:
    rounded = weight.quantize(_HUNDREDTH) if 0 < weight <= _MOST_WEIGHT else Decimal(0)
    if rounded > 0:
        return rounded, ()
    return WHOLE, (
        f"It counts {WHOLE} point: {weight} is no number of points that a question can have here.",
    )


def _key(pool: str, question: BankQuestion, fields: Mapping[str, Any]) -> str:
    asked = {name: fields[name] for name in (*_CHECKED, "prompt")}
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:10]
    slug = _slug(question.name) or _slug(question.prompt)
    return "-".join(part for part in (pool[:45].rstrip("-"), slug, digest) if part)


def _slug(text: str) -> str:
    words = re.findall(r"[a-z0-9]+", text[:200].lower())
    taken: list[str] = []
    for word in words:
        if len("-".join([*taken, word])) > _SLUG:
            break
        taken.append(word)
    return "-".join(taken)


def without_doubles(
    found: Sequence[ShapedQuestion | LeftOut],
) -> list[ShapedQuestion | LeftOut]:
    """Leave out what stands in the list before, word for word."""
    seen: set[str] = set()
    kept: list[ShapedQuestion | LeftOut] = []
    for one in found:
        if isinstance(one, ShapedQuestion) and one.key in seen:
            kept.append(LeftOut(one.place, one.name, "the same question stands in the file before"))
            continue
        if isinstance(one, ShapedQuestion):
            seen.add(one.key)
        kept.append(one)
    return kept
