"""Examples with agreed levels that a reviewer marks before reviewing a question."""

import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import User
from catalog import queries as catalog
from microcred.errors import Invalid, Missing
from ops import audit
from scoring.essays.task import Criterion, EssayTask
from scoring.models import CalibrationExample, ReviewerCalibration
from scoring.oversight import example_provenance

Marks = Mapping[str, Mapping[str, str]]
THOUSANDTH = Decimal("0.001")


class CalibrationMissing(Missing):
    """The question has no examples to be marked."""

    default_code = "CALIBRATION_404"


class CalibrationIncomplete(Invalid):
    """Every criterion of every example needs a level."""

    default_code = "CALIBRATION_400"


class ExampleInvalid(Invalid):
    """The agreed levels are not levels of the question's rubric."""

    default_code = "CALIBRATION_400"


@dataclass(frozen=True, slots=True)
class CalibrationSheet:
    """What a reviewer marks: a question, its rubric, and the examples' texts by id, without their levels."""

    question_id: uuid.UUID
    prompt: str
    criteria: tuple[Criterion, ...]
    examples: tuple[tuple[str, str], ...]
    needed: float


def sheet(question_id: uuid.UUID) -> CalibrationSheet:
    """Return the examples of a question, to be marked by the rubric published last.

    Raises:
        CalibrationMissing: if there are none.
    """
    examples = _examples([question_id]).get(question_id, [])
    task = _task(question_id)
    if not examples or task is None:
        raise CalibrationMissing("This question has no examples.")
    return CalibrationSheet(
        question_id=question_id,
        prompt=task.prompt,
        criteria=task.criteria,
        examples=tuple((str(example.pk), example.text) for example in examples),
        needed=settings.CALIBRATION_AGREEMENT,
    )


@transaction.atomic
def calibrate(*, by: User, question_id: uuid.UUID, marks: Marks) -> ReviewerCalibration:
    """Store how near a reviewer's ``marks`` (level ids by example and criterion) come to what was agreed.

    Raises:
        CalibrationMissing: if the question has no examples.
        CalibrationIncomplete: if a criterion of an example has no level.
    """
    examples = _examples([question_id]).get(question_id, [])
    if not examples:
        raise CalibrationMissing("This question has no examples.")
    pairs = [
        (agreed, marks.get(str(example.pk), {}).get(key))
        for example in examples
        for key, agreed in example.levels.items()
    ]
    if any(given is None for _, given in pairs):
        raise CalibrationIncomplete("Give every criterion of every example a level.")
    exact = sum(1 for agreed, given in pairs if agreed == given)
    agreement = Decimal(exact) / len(pairs)
    run = ReviewerCalibration.objects.create(
        reviewer=by,
        question_id=question_id,
        examples_hash=examples_hash(question_id, examples),
        marks={key: dict(given) for key, given in marks.items()},
        agreement=agreement.quantize(THOUSANDTH),
        passed=agreement >= Decimal(str(settings.CALIBRATION_AGREEMENT)),
    )
    audit.record(
        by=by, action="review.calibrated", resource_type="question", resource_id=question_id,
        metadata={"agreement": str(run.agreement), "passed": run.passed},
    )  # fmt: skip
    return run


@transaction.atomic
def add_example(
    *, by: User | None, question_id: uuid.UUID, text: str, levels: Mapping[str, str], note: str = ""
) -> CalibrationExample:
    """Store an answer with the levels that staff agreed on (ids by criterion); who passed before has to pass anew.

    Raises:
        ExampleInvalid: if the levels are not those of the rubric published last.
    """
    problems = example_problems(question_id, dict(levels))
    if problems:
        raise ExampleInvalid("The example does not fit the rubric.", details={"problems": problems})
    example = CalibrationExample.objects.create(
        question_id=question_id,
        assessment_id=example_provenance.origin_of(question_id=question_id, text=text),
        text=text,
        levels=dict(levels),
        note=note,
    )
    audit.record(
        by=by, action="calibration_example.created", resource_type="calibration_example", resource_id=example.pk
    )  # fmt: skip
    return example


def passed_questions(by: User, question_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Return those of the questions that a reviewer may review: the examples, as they and the rubric now are, were
    passed. A question with examples has no other way in; an essay without may be reviewed, unless the setting wants
    examples for each.
    """
    examples = _examples(question_ids)
    runs = ReviewerCalibration.objects.filter(reviewer=by, question_id__in=list(examples), passed=True)
    passed = set(runs.values_list("question_id", "examples_hash"))
    return {
        question_id
        for question_id in question_ids
        if _may_review(question_id, examples.get(question_id), passed)
    }


def _may_review(
    question_id: uuid.UUID,
    examples: Sequence[CalibrationExample] | None,
    passed: Collection[tuple[uuid.UUID, str]],
) -> bool:
    if examples is None:
        return bool(settings.CALIBRATION_WITHOUT_EXAMPLES) or _task(question_id) is None
    return (question_id, examples_hash(question_id, examples)) in passed


def questions_with_examples(question_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Return those of the questions that have examples to be marked."""
    return set(_examples(question_ids))


def examples_hash(question_id: uuid.UUID, examples: Sequence[CalibrationExample]) -> str:
    """Return the SHA-256 that names what was passed: the examples' texts and agreed levels, and the rubric that they
    were marked by, which is the one published last."""
    version = catalog.newest_version(question_id)
    rubric = version.content.get("rubric") if version else None
    content = sorted(_canonical([example.text, example.levels]) for example in examples)
    return hashlib.sha256("\n".join([*content, _canonical(rubric)]).encode()).hexdigest()


def _canonical(content: Any) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False)


def example_problems(question_id: uuid.UUID, levels: Any) -> list[str]:
    """Return what is wrong with agreed levels, for whoever writes them; empty where nothing is."""
    task = _task(question_id)
    if task is None:
        return ["The question has no published rubric."]
    if not isinstance(levels, dict):
        return ["Levels are an object: criterion key to level id."]
    missing = [one.key for one in task.criteria if one.key not in levels]
    keys = {one.key: one for one in task.criteria}
    unknown = [key for key in levels if key not in keys]
    odd = [key for key, level in levels.items() if key in keys and keys[key].level(str(level)) is None]
    return [
        *(f"Criterion {key} has no level." for key in missing),
        *(f"The rubric has no criterion {key}." for key in unknown),
        *(f"Criterion {key} has no level {levels[key]}." for key in odd),
    ]


def _examples(question_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[CalibrationExample]]:
    found: dict[uuid.UUID, list[CalibrationExample]] = defaultdict(list)
    for row in CalibrationExample.objects.filter(question_id__in=list(question_ids), active=True):
        found[row.question_id].append(row)
    return dict(found)


def _task(question_id: uuid.UUID) -> EssayTask | None:
    version = catalog.newest_version(question_id)
    if version is None or not version.content.get("rubric"):
        return None
    return EssayTask.from_rubric(
        question_id=str(question_id),
        prompt=version.content["prompt"],
        answer="",
        rubric=version.content["rubric"],
        maximum=Decimal(version.content["weight"]),
    )
