"""What learners took and what they took next, from files."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from microcred.tables import TableError, rows
from recommendations.collaborative.interactions import Interactions, Rows

ITEM: Final = ("item_id", "title", "text")
PAIR: Final = ("user_id", "item_id")
COLUMNS: Final = frozenset({*ITEM, *PAIR, "tags", "timestamp"})


@dataclass(frozen=True, slots=True)
class Item:
    """An item that may be recommended."""

    title: str = ""
    text: str = ""
    tags: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """All it says, the title first; empty where it says nothing."""
        return "\n".join(part for part in (self.title, ", ".join(self.tags), self.text) if part)


@dataclass(frozen=True, slots=True)
class LearnerSet:
    """Items, who took which of them, and by user what came next of what they had not taken before.

    ``targets`` has an entry for each user, an empty one for users who are not asked about. ``untimed`` says why times
    that were given are not used. ``unlisted`` counts the items that users name and the items' file does not.
    """

    items: Sequence[Item]
    history: Interactions
    targets: Sequence[Rows]
    untimed: str = ""
    unlisted: int = 0

    @property
    def asked(self) -> Rows:
        """The users with targets."""
        return np.array([user for user, wanted in enumerate(self.targets) if len(wanted)], np.intp)


def read_learners(
    items: Path, history: Path, targets: Path, *, by_name: Mapping[str, str] | None = None
) -> LearnerSet:
    """Read the three files. An item named by a user and not among the items is one without words.

    ``by_name`` says what `COLUMNS` are called in the files, where they are not called so.

    Raises:
        TableError: a file cannot be used, or there is nothing to measure.
    """
    known = _items(items, by_name)
    took, wanted = _pairs(history, by_name), _pairs(targets, by_name)
    if not took:
        raise TableError(f"{history}: nobody took anything there, so there is nothing to learn from.")
    listed = len(known)
    for _, item, _ in (*took, *wanted):
        known.setdefault(item, Item())
    places = {name: place for place, name in enumerate(known)}
    times, untimed = _times(took)
    users = {name: place for place, name in enumerate(dict.fromkeys(user for user, _, _ in (*took, *wanted)))}
    interactions = Interactions.of(
        [users[user] for user, _, _ in took],
        [places[item] for _, item, _ in took],
        shape=(len(users), len(known)),
        times=times,
    )
    after: list[set[int]] = [set() for _ in users]
    for user, item, _ in wanted:
        after[users[user]].add(places[item])
    left = [
        np.array(sorted(one - set(interactions.taken.indices[interactions.of_user(user)].tolist())), np.intp)
        for user, one in enumerate(after)
    ]
    if not any(map(len, left)):
        raise TableError(f"{targets}: nobody took anything there that is not in {history}.")
    return LearnerSet(list(known.values()), interactions, left, untimed, len(known) - listed)


def _items(path: Path, by_name: Mapping[str, str] | None) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for row in rows(path, columns=ITEM, optional=("tags",), ids=("item_id",), by_name=by_name):
        tags = tuple(tag.strip() for tag in row["tags"].split("|") if tag.strip())
        if row["item_id"] in found:
            raise TableError(f"{path}: item {row['item_id']} stands there twice.")
        found[row["item_id"]] = Item(row["title"].strip(), row["text"].strip(), tags)
    return found


def _pairs(path: Path, by_name: Mapping[str, str] | None) -> list[tuple[str, str, str]]:
    read = rows(path, columns=PAIR, optional=("timestamp",), ids=PAIR, by_name=by_name)
    return [(row["user_id"], row["item_id"], row["timestamp"].strip()) for row in read]


def _times(took: Sequence[tuple[str, str, str]]) -> tuple[NDArray[np.float64] | None, str]:
    """Times as numbers; None unless every row has one that can be read, and they differ, and then why."""
    given = dict.fromkeys(time for _, _, time in took)
    if not any(given):
        return None, ""
    try:
        seconds = {time: _seconds(time) for time in given}
    except ValueError:
        return None, "timestamps are not used: some are missing or neither numbers nor ISO 8601 dates"
    if len(seconds) < 2:
        return None, "timestamps are not used: they are all the same"
    return np.array([seconds[time] for _, _, time in took]), ""


def _seconds(time: str) -> float:
    try:
        seconds = float(time)
    except ValueError:
        moment = dt.datetime.fromisoformat(time)
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()
    if not math.isfinite(seconds):
        raise ValueError(time)
    return seconds
