"""The judge that the released prompt and model make; light enough to be imported everywhere."""

import uuid
from collections.abc import Mapping

from microcred.ai import providers
from scoring.calls.judge import AccountedJudge
from scoring.calls.outgoing import Payer
from scoring.calls.writer import Writer
from scoring.essays.judge import ModelJudge
from scoring.essays.prompt import AVAILABLE
from scoring.models import ScorerRelease
from scoring.releasing import released
from scoring.safeguarding import safeguards


def model_judge(
    writer: Writer, *, payer: Payer, snapshots: Mapping[str, uuid.UUID], release: ScorerRelease | None = None
) -> AccountedJudge | None:
    """Return the judge of a writer's essays that asks the released model; None where no model is released.

    Only for workers and commands: it loads the embedder. ``snapshots`` gives the frozen question of each essay,
    ``release`` what is released, where that is known.
    """
    release = release or released()
    chat = providers.chat_model(release.model) if release and release.kind == "model" else None
    if release is None or chat is None:
        return None
    judge = ModelJudge(
        chat,
        redact=writer.redacted,
        instructions=AVAILABLE[release.version],
        safeguards=safeguards(),
    )
    return AccountedJudge(judge, chat, payer=payer, snapshots=snapshots)
