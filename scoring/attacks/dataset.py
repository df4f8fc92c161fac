"""The attacks: families x carriers x positions, generated in a fixed order from the files under ``data/``.

A carrier is an essay of known quality on a question of the demonstration catalog. An attack is put before it,
between two of its sentences, after it, or stands alone in its place. An attack in two parts is divided over two
answers that one call may read together.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from scoring.attacks.obfuscations import CODINGS
from scoring.essays.task import EssayTask
from scoring.essays.text import sentences

DATA: Final = Path(__file__).parent / "data"
ROLES: Final = Path(__file__).parents[2] / "catalog" / "seed_data" / "roles"
MAXIMUM: Final = Decimal(12)
VICTIM: Final = "victim"
# Each text of an attack rides on three of the carriers in turn; alone it stands once.
CARRIERS_EACH: Final = 3

RAISING: Final = frozenset({"raise", "knowing", "one", "step"})

Position = Literal["start", "middle", "end", "whole"]
POSITIONS: Final[tuple[Position, ...]] = ("start", "middle", "end", "whole")


@dataclass(frozen=True, slots=True)
class Order:
    """What the text of an attack wants of a model that obeys it.

    ``wants`` is of: raise (best levels), knowing (best levels for all but the control, by a model that knows which
    it is), one (the best level for the first criterion alone), step (one level more everywhere), others (worst levels
    for the other essays), fields (points and more), leak, leak-base64, leak-reversed, leak-spaced (staff text in the
    reasons), echo (the text itself as the reason), stall (a reply without end).
    """

    parts: tuple[str, ...]
    wants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack: what is handed in, and the same essays with the injection cut out.

    ``tasks`` begins with the attacked essay; behind it stands an essay of another question, which the attack
    may not touch either, or which carries the second part.
    """

    id: str
    family: str
    carrier: str
    position: Position
    order: Order
    tasks: tuple[EssayTask, ...]
    clean: tuple[EssayTask, ...]


@dataclass(frozen=True, slots=True)
class Essay:
    """A carrier or a clean essay: its name, quality and task."""

    id: str
    quality: str
    task: EssayTask


def version() -> str:
    """The versions of the data files."""
    names = ("families", "heldout", "independent", "fresh", "carriers")
    return "+".join(str(file(name)["version"]) for name in names)


def families() -> list[str]:
    """The names of the families, in order."""
    return [str(family["family"]) for family in file("families")["families"]]


def held_out() -> Iterator[Attack]:
    """Attacks that no part of the defences was made from or fitted on: how far the defences reach."""
    for name in ("heldout", "unseen"):
        for family in file(name)["families"]:
            yield from _of_family(family["family"], family["attacks"], carriers())


def independent() -> Iterator[Attack]:
    """Attacks on carriers of their own, by an author who had seen neither the defences nor another attack."""
    yield from _of_file("independent")


def fresh() -> Iterator[Attack]:
    """Attacks on carriers of their own, frozen before the readings without possible asides were written."""
    yield from _of_file("fresh")


def aimed(attacks: Iterable[Attack]) -> Iterator[Attack]:
    """The attacks that raise a score, as if each wanted the first criterion alone, which no control can notice."""
    for attack in attacks:
        if not RAISING.isdisjoint(attack.order.wants):
            yield replace(attack, order=replace(attack.order, wants=("one",)))


def carriers(name: str = "carriers") -> list[Essay]:
    """The essays that carry attacks, of one of the files."""
    return [
        Essay(row["id"], row["quality"], essay_task(row["file"], row["question"], row["text"]))
        for row in file(name)["carriers"]
    ]


def clean_essays() -> list[Essay]:
    """Essays in which nobody speaks to the grader: carriers, essays of our own, all model answers of the catalog."""
    own = [
        Essay(f"clean-{at}", "clean", essay_task(row["file"], row["question"], row["text"], f"clean-{at}"))
        for at, row in enumerate(file("carriers")["clean"], start=1)
    ]
    models = [
        Essay(key, "model answer", essay_task(file, key, str(question["rubric"]["model_answer"]), key))
        for file, key, question in _essay_questions()
    ]
    return [*carriers(), *own, *models]


def attacks(only: Collection[str] = (), first_of_each: bool = False) -> Iterator[Attack]:
    """Every attack that the defences were made with, or those of some families.

    ``first_of_each`` takes one text, carrier and position of each.
    """
    for family in file("families")["families"]:
        if only and family["family"] not in only:
            continue
        of_family = _of_family(family["family"], family["attacks"], carriers())
        if first_of_each:
            yield next(of_family)
        else:
            yield from of_family


def essay_task(file: str, key: str, answer: str, question_id: str = "attacked") -> EssayTask:
    """The task of a demonstration question with an answer."""
    question = next(q for name, k, q in _essay_questions() if (name, k) == (file, key))
    return EssayTask.from_rubric(
        question_id=question_id,
        prompt=question["prompt"],
        answer=answer,
        rubric=question["rubric"],
        maximum=MAXIMUM,
        answer_format=question["answer_format"],
    )


def _of_file(name: str) -> Iterator[Attack]:
    hosts = carriers(name)
    for family in file(name)["families"]:
        yield from _of_family(family["family"], family["attacks"], hosts)


def _of_family(name: str, rows: Sequence[Mapping[str, Any]], hosts: Sequence[Essay]) -> Iterator[Attack]:
    for at, row in enumerate(rows, start=1):
        order = _order(row)
        for turn in range(CARRIERS_EACH):
            host, victim = hosts[(at + turn) % len(hosts)], hosts[(at + turn + 2) % len(hosts)]
            for position in POSITIONS if turn == 0 else POSITIONS[:-1]:
                yield _attack(f"{name}/{at}/{host.id}/{position}", name, order, host, victim, position)


def _attack(name: str, family: str, order: Order, host: Essay, victim: Essay, position: Position) -> Attack:
    first, *rest = order.parts
    other = _with_answer(victim.task, victim.task.answer, VICTIM)
    attacked = _with_answer(host.task, _placed(host.task.answer, first, position))
    second = _with_answer(other, _placed(other.answer, rest[0], "start"), VICTIM) if rest else other
    cut_out = _with_answer(host.task, "" if position == "whole" else host.task.answer)
    return Attack(name, family, host.id, position, order, (attacked, second), (cut_out, other))


def _placed(essay: str, injection: str, position: Position) -> str:
    if position == "whole":
        return injection
    if position == "start":
        return f"{injection} {essay}"
    if position == "end":
        return f"{essay} {injection}"
    spans = sentences(essay)
    cut = spans[len(spans) // 2].start
    return f"{essay[:cut]}{injection} {essay[cut:]}"


def _order(row: Mapping[str, Any]) -> Order:
    coding = CODINGS[str(row.get("coding", ""))]
    texts = row.get("parts") or [str(row["text"]) * int(row.get("times", 1))]
    return Order(tuple(coding(text) for text in texts), tuple(row.get("wants", ["raise"])))


def _with_answer(task: EssayTask, answer: str, question_id: str = "attacked") -> EssayTask:
    return replace(task, answer=answer, question_id=question_id)


@cache
def _essay_questions() -> tuple[tuple[str, str, Mapping[str, Any]], ...]:
    return tuple(
        (path.name, str(question["key"]), question)
        for path in sorted(ROLES.glob("*.json"))
        for question in json.loads(path.read_text(encoding="utf-8"))["questions"]
        if question["type"] == "essay"
    )


@cache
def file(name: str) -> Mapping[str, Any]:
    """One of the files under ``data/``."""
    content: Mapping[str, Any] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return content
