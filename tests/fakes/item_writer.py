"""What the fake OpenAI server says as a writer of practice items, and as somebody who answers them without the key.

It answers what it has written itself, and by the item that it wrote, so that sound items pass and those that a test
spoils do not.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from tests.fakes.openai_server import Received

Item = dict[str, Any]


def written(**changed: Any) -> Item:
    """An item as a model writes it, on the wire: a choice of four, of which the third is right."""
    return {
        "type": "multiple_choice",
        "prompt": "A report lists every region with its number of orders. Which clause keeps only regions with more "
        "than five orders?",
        "choices": [
            {"id": "c1", "text": "WHERE count(*) > 5", "side": ""},
            {"id": "c2", "text": "ORDER BY count(*) > 5", "side": ""},
            {"id": "c3", "text": "HAVING count(*) > 5", "side": ""},
            {"id": "c4", "text": "LIMIT 5", "side": ""},
        ],
        "correct": ["c3"], "value": "", "tolerance": "", "unit": "", "accepted": [], "pairs": [],
        "hints": ["Rows are filtered before they are grouped.", "What is wanted is a filter of groups."],
        "solution": "HAVING filters groups after they are made; WHERE sees single rows, before there is a count.",
        "difficulty": 4, "seconds": 60,
    } | changed  # fmt: skip


class ItemWriter:
    """A script for `FakeOpenAI`: hands out these items, one call after the other, and solves what it is asked.

    ``knows`` is what it believes to be right, by prompt; by default what it wrote. ``problem`` is what it says is wrong
    with a question.
    """

    def __init__(self, *items: Item, problem: Callable[[Mapping[str, Any]], str] = lambda _: "none") -> None:
        self.left = [deepcopy(one) for one in items]
        self.knows = {one["prompt"]: deepcopy(one) for one in reversed(items)}
        self.problem = problem
        self.asked: list[Mapping[str, Any]] = []

    def __call__(self, request: Received) -> str:
        schema = request.body["response_format"]["json_schema"]["name"]
        if schema == "practice_items":
            wanted = json.loads(request.prompt.splitlines()[0])["items"]
            handed, self.left = self.left[:wanted], self.left[wanted:]
            return json.dumps({"items": handed})
        question = json.loads("\n".join(request.prompt.splitlines()[1:-1]))
        self.asked.append(question)
        return json.dumps(self._answer(question))

    def _answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        known = self.knows[question["prompt"]]
        texts = {one["id"]: one["text"] for one in known["choices"]}
        shown = {one["text"]: one["id"] for one in question.get("choices", ())}

        def ids(names: Sequence[str]) -> list[str]:
            return [shown[texts[name]] for name in names]

        pairs = [
            dict(zip(("left", "right"), ids([one["left"], one["right"]]), strict=True))
            for one in known["pairs"]
        ]
        return {
            "ids": ids(known["correct"]), "value": known["value"], "unit": known["unit"],
            "text": (known["accepted"] or [""])[0], "pairs": pairs, "problem": self.problem(question),
        }  # fmt: skip
