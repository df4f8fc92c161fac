"""Practice items as they were read or made, before any of them is stored."""

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog import queries as catalog
from microcred.admin_dashboard import pluralize
from practice.generators import GENERATORS, GeneratorFailed, make
from practice.item_schema import file_problems, item_problems


class BankInvalid(ValueError):
    """Items that cannot be used; ``problems`` names every file, item and place and what is wrong there."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(
            pluralize(len(problems), "problem in the practice items", "problems in the practice items")
        )
        self.problems = problems


@dataclass(frozen=True)
class BankItem:
    """An item of a skill, in the shape of `practice.item_schema.ITEM`; ``seed`` is None where people wrote it."""

    skill: str
    content: Mapping[str, Any]
    generator: str = ""
    seed: int | None = None

    @property
    def key(self) -> str:
        """What the item is called."""
        return str(self.content["key"])


def read_bank(folder: Path, *, generated: int) -> list[BankItem]:
    """Read a folder of practice items and make so many of each generator and difficulty.

    A generator for a skill that the catalog does not have is left out; a file for one is a problem.

    Raises:
        BankInvalid: naming everything that is wrong, not only the first.
    """
    problems: list[str] = []
    paths = sorted(folder.glob("*.json"))
    named = {path.stem for path in paths} | {generator.skill for generator in GENERATORS.values()}
    skills = catalog.skill_ids(sorted(named))
    items = [item for path in paths for item in _read(path, skills, problems)]
    items += _made(generated, skills, problems)
    counted = Counter(item.key for item in items)
    problems += [f"item {key}: stands {times} times" for key, times in sorted(counted.items()) if times > 1]
    if problems:
        raise BankInvalid(problems)
    return items


def _read(path: Path, skills: Collection[str], problems: list[str]) -> list[BankItem]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        problems.append(f"{path.name}: {error}")
        return []
    wrong = file_problems(content)
    if wrong:
        problems += [f"{path.name}: {problem}" for problem in wrong]
        return []
    skill = content["skill"]
    if skill != path.stem:
        problems.append(f"{path.name}: is for the skill {skill!r}, so it must be called {skill}.json")
    elif skill not in skills:
        problems.append(f"{path.name}: the catalog has no skill {skill!r}")
    found = []
    for at, item in enumerate(content["items"]):
        wrong = item_problems(item)
        key = item.get("key", f"items[{at}]") if isinstance(item, Mapping) else f"items[{at}]"
        problems += [f"{path.name}: {key}: {problem}" for problem in wrong]
        found += [] if wrong else [BankItem(skill, item)]
    return found


def _made(count: int, skills: Collection[str], problems: list[str]) -> list[BankItem]:
    found = []
    for name, generator in GENERATORS.items():
        if generator.skill not in skills:
            continue
        for difficulty in generator.levels:
            for seed in range(1, count + 1):
                try:
                    item = make(name, difficulty, seed)
                except GeneratorFailed as error:
                    problems.append(f"generator {error}")
                    continue
                problems += [f"generator {item['key']}: {problem}" for problem in item_problems(item)]
                found.append(BankItem(generator.skill, item, name, seed))
    return found
