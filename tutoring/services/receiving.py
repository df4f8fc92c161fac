"""Taking down what a tutoring system tells of a session."""

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.db import IntegrityError, transaction

from accounts.enums import Role, UserStatus
from accounts.locking import lock_if_present
from accounts.models import User
from microcred.errors import Conflict, Unprocessable
from ops import audit, jobs
from ops.jobs import Ensured
from tutoring.models import SessionSummary, SessionTranscript

KIND: Final = "tutoring.summarize"


class StudentUnknown(Unprocessable):
    """Nobody of this id is a student here; the answer says no more than that."""

    default_code = "SUMMARY_422"


class OtherMessage(Conflict):
    """A message of this id said something else."""

    default_code = "SUMMARY_409"


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it was signed."""

    source_id: uuid.UUID
    webhook_id: str
    body: bytes

    @property
    def sha256(self) -> str:
        """The hash of the body."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Session:
    """What a message tells: who was taught by whom and when, and what was said, or where that lies."""

    session_id: str
    student_id: uuid.UUID
    started_at: dt.datetime
    ended_at: dt.datetime
    tutor: str = ""
    subject: str = ""
    transcript: str | list[dict[str, Any]] | None = None
    transcript_url: str = ""


def receive(*, message: Message, session: Session, now: dt.datetime) -> SessionSummary:
    """Have a session summarised; a message that has come before changes nothing and gets the same answer.

    Raises:
        OtherMessage: if a message of this id said something else.
        StudentUnknown: if there is no active student of this id.
    """
    try:
        with transaction.atomic():
            return _known(message) or _taken_down(message, session, now)
    except IntegrityError:
        # The same message came twice at the same moment, or another one of its id about somebody else.
        known = _known(message)
        if known is None:
            raise
        return known


def ensure_summarising(summary: SessionSummary) -> Ensured:
    """Have a job of a session that waits for its summary."""
    return jobs.ensure(KIND, unique_key=_key(summary), payload={"summary_id": str(summary.pk)})


def _known(message: Message) -> SessionSummary | None:
    found = SessionSummary.objects.filter(source=message.source_id, webhook_id=message.webhook_id).first()
    if found is not None and found.body_sha256 != message.sha256:
        raise OtherMessage("A message of this webhook-id said something else.")
    return found


def _taken_down(message: Message, session: Session, now: dt.datetime) -> SessionSummary:
    lock_if_present(session.student_id)
    students = User.objects.filter(role=Role.STUDENT, status=UserStatus.ACTIVE)
    if not students.filter(pk=session.student_id).exists():
        raise StudentUnknown("There is no such student.", details={"field": "data.student_id"})
    summary = SessionSummary.objects.create(
        source_id=message.source_id, webhook_id=message.webhook_id, body_sha256=message.sha256,
        user_id=session.student_id, session_id=session.session_id, tutor=session.tutor, subject=session.subject,
        started_at=session.started_at, ended_at=session.ended_at, received_at=now,
    )  # fmt: skip
    SessionTranscript.objects.create(
        summary=summary, said=session.transcript, url=session.transcript_url, received_at=now
    )
    jobs.enqueue(
        KIND,
        payload={"summary_id": str(summary.pk)},
        unique_key=_key(summary),
        share=str(session.student_id),
    )
    audit.record(
        by=None, action="summary.received", resource_type="session_summary", resource_id=summary.pk,
        metadata={"source_id": str(message.source_id), "student_id": str(session.student_id)},
    )  # fmt: skip
    return summary


def _key(summary: SessionSummary) -> str:
    return f"summary:{summary.pk}"
