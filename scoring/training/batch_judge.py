"""A judge of many answers to one question, which compares them with each other.

Where nobody has scored an answer yet, how an answer stands among the others tells more than the
rubric's wording and the answer do by themselves: the batch shows how long, how rich and how near
to the subject answers to this very question are. So an answer's whole is half its standing by the
fixed weighing of `zero_shot`, half its standing by what the rubric's judge finds, both standardised in
the batch, and placed on the scale by the stated bell of `prior`. Criteria are moved to that whole
as with a trained scorer. The bell is a guess, so the judgement says that it is unsure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from microcred.ai.base import Embedder
from scoring.essays.judgement import Judgement
from scoring.essays.other_questions import Prompts, no_others
from scoring.essays.task import EssayTask
from scoring.training.batch import standardised, standing
from scoring.training.judge import Whole, WholeJudge
from scoring.training.prior import STATED
from scoring.training.reading import Reader
from scoring.training.rubric import Rubric
from scoring.training.zero_shot import weighed

Vector = NDArray[np.float64]

VERSION: Final = "batch-3"
# Below this many answers their mean and spread say too little.
LEAST_ANSWERS: Final = 20
# A fifth of the range: no score was there to measure an error by, and it says "unsure".
STATED_ERROR: Final = 0.2


@dataclass(frozen=True, slots=True)
class BatchJudge:
    """`reader` is called when a batch is large enough to compare: it may load a model. `others` gives the prompts
    of other questions."""

    embedder: Embedder
    reader: Callable[[], Reader]
    others: Prompts = no_others

    def judge(self, tasks: Sequence[EssayTask]) -> list[Judgement]:
        """One judgement per task, in order.

        Answers to the same wording of the same question are one batch; in one of fewer than
        `LEAST_ANSWERS` different answers each is judged by the rubric alone.
        """
        judge = WholeJudge(self.embedder, self.others)
        alone = [judge.by_rubric(task) for task in tasks]
        judged = list(alone)
        for rows in _batches(tasks, alone):
            wholes = self._wholes([tasks[row] for row in rows], [alone[row] for row in rows])
            for row, whole in zip(rows, wholes, strict=True):
                judged[row] = judge.with_whole(tasks[row], whole, VERSION)
        return judged

    def _wholes(self, tasks: Sequence[EssayTask], alone: Sequence[Judgement]) -> list[Whole]:
        task = tasks[0]
        reading = self.reader()([one.answer for one in tasks], task.prompt, _rubric(task))
        stand = standing(reading)
        by_rubric = standardised(np.array([_quality(judged.raw) for judged in alone]))
        value = standardised(standardised(weighed(stand)) + by_rubric)
        spread = STATED.spread_at(max(len(criterion.levels) for criterion in task.criteria))
        shares = np.clip(STATED.mean + spread * np.minimum(value, stand.most), 0.0, 1.0)
        return [
            Whole(float(share), STATED_ERROR, bool(strange), 0)
            for share, strange in zip(shares, stand.strange, strict=True)
        ]


def _batches(tasks: Sequence[EssayTask], alone: Sequence[Judgement]) -> list[list[int]]:
    """Rows of answers to the same wording that code has not decided, where there are enough."""
    found: dict[tuple[object, ...], list[int]] = {}
    for row, (task, judged) in enumerate(zip(tasks, alone, strict=True)):
        if judged.outcome != "decided_by_code":
            found.setdefault((task.question_id, task.prompt, task.criteria), []).append(row)
    return [rows for rows in found.values() if len({tasks[row].answer for row in rows}) >= LEAST_ANSWERS]


def _quality(raw: Mapping[str, Mapping[str, Mapping[str, float]]]) -> float:
    """The mean quality that the rubric's judge read in the criteria."""
    qualities = [criterion["quality"] for criterion in raw["criteria"].values()]
    return sum(qualities) / len(qualities)


def _rubric(task: EssayTask) -> Rubric:
    lowest = "\n".join(criterion.levels[0].description for criterion in task.criteria)
    highest = "\n".join(criterion.levels[-1].description for criterion in task.criteria)
    return Rubric(f"{lowest}\n{highest}", lowest, highest)
