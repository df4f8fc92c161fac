"""A small catalog, and questions about it, for tests."""

from functools import cache
from typing import Any

import pytest

from accounts.models import User
from catalog.models import Credential
from conversations import services
from conversations.models import Turn
from microcred.ai import providers
from microcred.db import database_now
from ops import jobs
from tests.factories.recommendations import WordEmbedder, embed_all, offered

JOINS = "Outer joins keep rows without a partner. Each course day begins with profiling queries on the keys"
KANBAN = "Kanban boards limit work in progress. Swimlanes separate urgent tickets from planned work"
ABOUT_JOINS = "Which course covers outer joins with rows and keys?"
ABOUT_RAIN = "Will umbrellas rust tomorrow?"


def catalog(monkeypatch: pytest.MonkeyPatch, embedder: WordEmbedder | None = None) -> dict[str, Credential]:
    """Offer two credentials, embedded by words."""
    found = {
        "joins": offered("outer-joins-in-practice", text=JOINS),
        "kanban": offered("kanban-for-teams", text=KANBAN),
    }
    chosen = embed_all()
    monkeypatch.setattr(providers, "embedder", cache(lambda: embedder or chosen))
    return found


def asked(by: User, question: str, **fields: Any) -> Turn:
    """Ask and have it answered."""
    turn = services.ask(by=by, question=question, now=database_now(), **fields)
    jobs.drain(skip_waits=True)
    turn.refresh_from_db()
    return turn
