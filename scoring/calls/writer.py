"""Who wrote the essays of an assessment: what must not leave with them, and whether they may leave at all."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings

from accounts.models import User
from assessments import queries as assessments
from microcred.pipelining import PipelinedQuery
from scoring.essays.identity import Identity
from scoring.essays.redaction import Redacted, redact

_NAME_KEYS = re.compile(r"(^|_)(name|nickname)$")
_MARK_KEYS = re.compile(r"(^|_)(id|number|login|username|handle|phone|email)$")
# A log-in such as "anna.berg" or "s1234567" is as good as a name, "info" is not.
_TELLING_LOGIN = re.compile(r"\w+[._-]\w+|\w*\d\w*")


@dataclass(frozen=True, slots=True)
class Writer:
    """A student as the author of essays."""

    identity: Identity
    model_scoring: bool

    def redacted(self, answer: str) -> Redacted:
        """Return an answer of the writer's as it may leave for a provider."""
        return redact(answer, self.identity)


def writer_read(assessment_id: uuid.UUID) -> PipelinedQuery[Any]:
    """Return what `writer_of` asks."""
    return assessments.author_read(assessment_id)


def writer_of(assessment_id: uuid.UUID) -> Writer:
    """Return who wrote the essays of an assessment."""
    author = assessments.author(assessment_id)
    return Writer(_identity(author.name, author.email, author.profile), author.model_scoring)


def writer_by(person: User, *, with_whom: str = "") -> Writer:
    """Return a person as who writes something outside an assessment, or speaks with somebody of another name."""
    own = _identity(person.name, person.email, person.profile)
    return Writer(replace(own, names=(*own.names, *filter(None, [with_whom]))), person.model_scoring)


def _identity(name: str, email: str, profile: Mapping[str, Any]) -> Identity:
    facts = {key: str(value) for key, value in profile.items() if isinstance(value, str | int)}
    login = email.partition("@")[0]
    marks = [email, *(value for key, value in facts.items() if _MARK_KEYS.search(key.lower()))]
    if _TELLING_LOGIN.fullmatch(login):
        marks.append(login)
    return Identity(
        names=(name, *(value for key, value in facts.items() if _NAME_KEYS.search(key.lower()))),
        marks=tuple(marks),
        also=tuple(settings.MODEL_REDACT_NAMES),
    )
