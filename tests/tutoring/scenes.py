"""Tutoring systems that tell of sessions, for tests."""

import json
import uuid
from functools import cache
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import Skill
from microcred.ai import providers
from microcred.db import database_now
from ops import jobs
from partners import signing
from tests.factories.recommendations import WordEmbedder
from tutoring import services
from tutoring.models import SessionSummary, TutoringSource

JOINS = [
    ("tutor", "Shall we go on with joins of tables in a query today?"),
    ("student", "Yes, the left join and the inner join of tables puzzle me in every query."),
    ("tutor", "An inner join keeps the rows that have a partner in both tables of the query."),
    ("student", "So a left join keeps all rows of the left tables in the query."),
    ("tutor", "Yes, and the query then has empty columns for rows that have no partner."),
    ("tutor", "For next time, please write three queries with a left join of two tables."),
    ("student", "Will do."),
]
RAIN = [
    ("tutor", "What terrible weather, it has been raining since Sunday evening."),
    ("student", "My umbrella broke on the bridge, and my shoes are still wet."),
    ("tutor", "Mine flew away last year, I never found it again."),
    ("student", "The forecast promises sunshine for the holidays at least."),
]


def catalog(monkeypatch: pytest.MonkeyPatch, embedder: WordEmbedder | None = None) -> None:
    """Offer two skills, embedded by words."""
    for key, name, about in (
        ("sql", "SQL", "left join and inner join of tables and rows in a query"),
        ("kanban", "Kanban", "limit work in progress on boards"),
    ):
        Skill.objects.update_or_create(key=key, defaults={"name": name, "description": about})
    chosen = embedder or WordEmbedder()
    monkeypatch.setattr(providers, "embedder", cache(lambda: chosen))


def lines(*said: tuple[str, str]) -> list[dict[str, Any]]:
    """A transcript as it is sent."""
    return [{"speaker": speaker, "text": text} for speaker, text in said]


def message(student: User | uuid.UUID, **data: Any) -> dict[str, Any]:
    """What a tutoring system sends."""
    told: dict[str, Any] = {
        "session_id": "s-1",
        "student_id": str(getattr(student, "pk", student)),
        "tutor": "Ada Okafor",
        "subject": "Databases",
        "started_at": "2026-03-12T15:00:00Z",
        "ended_at": "2026-03-12T16:00:00Z",
        "transcript": lines(*JOINS),
        **data,
    }
    told = {name: value for name, value in told.items() if value is not None}
    return {"type": "session.ended", "timestamp": "2026-03-12T16:00:05Z", "data": told}


def add_source(name: str = "Harbour Tutors") -> tuple[TutoringSource, str]:
    """Add a tutoring system; return it with its secret."""
    return services.add_source(by=None, name=name)


def send(
    source: Any, secret: str, said: Any, *, webhook_id: str = "msg_1", late: int = 0, **headers: str
) -> Any:
    """Send a message as a tutoring system does; return the answer."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    sent = signing.Message(webhook_id, int(database_now().timestamp()) + late, body)
    signed = {**signing.headers(sent, [secret]), **headers}
    return APIClient().generic(
        "POST",
        f"/api/v1/summaries?source={getattr(source, 'pk', source)}",
        body.decode(),
        content_type="application/json",
        headers=signed,
    )


def summarised(student: User, *, webhook_id: str = "msg_1", **data: Any) -> SessionSummary:
    """Have a session told of and summarised."""
    source = TutoringSource.objects.filter(name="Harbour Tutors").first() or add_source()[0]
    said = message(student, **data)
    body = json.dumps(said).encode()
    given = said["data"]
    summary = services.receive(
        message=services.Message(source.pk, webhook_id, body),
        session=services.Session(
            session_id=given["session_id"], student_id=student.pk, tutor=given["tutor"], subject=given["subject"],
            started_at=database_now(), ended_at=database_now(), transcript=given.get("transcript"),
            transcript_url=given.get("transcript_url", ""),
        ),
        now=database_now(),
    )  # fmt: skip
    jobs.drain()
    summary.refresh_from_db()
    return summary
