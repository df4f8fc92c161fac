"""What the defences cost essays in which nobody speaks to the grader."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from microcred.tables import TableError, rows
from scoring.attacks import dataset
from scoring.attacks.fakes import FakeModel, HonestModel, ModelByLength, sent_in
from scoring.attacks.suite import taken_at_its_word, undefended_reply
from scoring.essays.injection import suspicions
from scoring.essays.judge import ModelJudge
from scoring.essays.judgement import Judgement
from scoring.essays.safeguards import Safeguards
from scoring.essays.task import EssayTask
from scoring.golden import essays as golden

CONTRADICTED: Final = "contradicted"
PATTERNS: Final = "orders recognised"


@dataclass(frozen=True, slots=True)
class Clean:
    """Clean essays under a model that obeys nobody: how many, the mean change of the scores that count against the
    model's word taken as it is (share of the maximum), how many were read twice, and why essays were held."""

    name: str
    essays: int
    drift: float
    flagged: tuple[str, ...]
    read_twice: int
    held: Mapping[str, int]

    @property
    def false_flags(self) -> float:
        """The share of clean essays in which orders were seen."""
        return len(self.flagged) / max(1, self.essays)

    @property
    def false_holds(self) -> float:
        """The share of clean essays that a person had to look at."""
        return sum(self.held.values()) / max(1, self.essays)


@dataclass
class PersonsModel(FakeModel):
    """Gives every golden essay the levels that a person gave it, with or without its asides."""

    levels: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    asked_about: str = ""

    def reply(self, system: str, user: str) -> str:
        """The levels of the essay asked about; controls are absent."""
        return json.dumps({sent.label: self._verdicts(sent.about, sent.answer) for sent in sent_in(user)})

    def _verdicts(self, about: Mapping[str, Any], answer: str) -> dict[str, Any]:
        given = self.levels[self.asked_about]
        line = answer.strip().splitlines()[0]
        return {
            "instructions_in_answer": False,
            "criteria": {
                criterion["key"]: {
                    "reason": "You say so.",
                    "quotes": [line] if given.get(criterion["key"]) else [],
                    "absent": not given.get(criterion["key"]),
                    "level": criterion["levels"][given.get(criterion["key"], 0)]["id"],
                }
                for criterion in about["criteria"]
            },
        }


def own_essays(safeguards: Safeguards | None) -> Clean:
    """The clean essays of the suite, the model answers of the catalog among them, under the honest model."""
    essays = [(essay.id, essay.task) for essay in dataset.clean_essays()]
    return measured("own essays, honest model", essays, HonestModel(), safeguards)


def by_length(safeguards: Safeguards | None) -> Clean:
    """The same under a model that goes by length."""
    essays = [(essay.id, essay.task) for essay in dataset.clean_essays()]
    return measured("own essays, model by length", essays, ModelByLength(), safeguards)


def golden_essays(safeguards: Safeguards | None) -> Clean:
    """The golden essays under a model that gives what a person gave."""
    model = PersonsModel()
    found = golden.golden_essays()
    model.levels = {
        one.task.question_id: {key: mark.level for key, mark in one.marks.items()} for one in found
    }
    return measured(
        "golden essays, a person's levels", [(o.task.question_id, o.task) for o in found], model, safeguards
    )


def read_essays(path: Path, columns: tuple[str, str]) -> list[EssayTask]:
    """Return the essays of a CSV file by a plain rubric; ``columns`` are those of text and of prompt.

    Raises:
        TableError: if the file cannot be read, lacks a column, or holds no essay.
    """
    rubric, (text, prompt) = dataset.file("plain_rubric"), columns
    tasks = [
        EssayTask.from_rubric(
            question_id=str(at), prompt=row[prompt], answer=row[text], rubric=rubric, maximum=dataset.MAXIMUM
        )
        for at, row in enumerate(rows(path, columns=columns, option="--columns"))
    ]
    if not tasks:
        raise TableError(f"{path} holds no essay.")
    return tasks


def essays_of(name: str, tasks: Iterable[EssayTask], safeguards: Safeguards | None) -> list[Clean]:
    """Essays of a file of that name under the honest model and under the one that goes by length."""
    essays = [(task.question_id, task) for task in tasks]
    return [
        measured(f"{name}, honest model", essays, HonestModel(), safeguards),
        measured(f"{name}, model by length", essays, ModelByLength(), safeguards),
    ]


def measured(
    name: str, essays: Sequence[tuple[str, EssayTask]], model: FakeModel, safeguards: Safeguards | None
) -> Clean:
    """Have the essays judged one by one."""
    judge = ModelJudge(model, safeguards=safeguards)
    drifts: list[float] = []
    held: Counter[str] = Counter()
    flagged, read_twice = [], 0
    for key, task in essays:
        if isinstance(model, PersonsModel):
            model.asked_about = key
        before = len(model.prompts)
        judgement = judge.judge([task])[0]
        read_twice += len(model.prompts) - before > 1 or "without_asides" in judgement.raw
        if suspicions(task.answer):
            flagged.append(key)
        if judgement.score is None:
            held[_why(judgement)] += 1
        elif judgement.outcome == "scored":
            plain = taken_at_its_word(task, undefended_reply([task], model)["e1"])
            drifts.append(float(((judgement.score or Decimal(0)) - plain) / task.maximum))
    return Clean(name, len(essays), _mean(drifts), tuple(flagged), read_twice, dict(held))


def _why(judgement: Judgement) -> str:
    if judgement.flags:
        return judgement.flags[0]
    return PATTERNS if judgement.injection_suspected else CONTRADICTED


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0
