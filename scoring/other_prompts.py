"""The prompts of other essay questions in use, which an answer that a judge reads might belong to."""

from typing import Final

from catalog import queries as catalog
from scoring.essays.other_questions import Prompts
from scoring.essays.task import EssayTask

# Each is embedded once in a process, which takes ten milliseconds.
MOST_OTHERS: Final = 300


def others_in_use() -> Prompts:
    """Return what gives the prompts of all questions but the one that is judged; it reads them once."""
    known: list[tuple[str, str]] = []

    def others(task: EssayTask) -> list[str]:
        if not known:
            known.extend((str(key), prompt) for key, prompt in catalog.essay_prompts(most=MOST_OTHERS))
        return [prompt for key, prompt in known if key != task.question_id]

    return others
