"""Changes to questions, credentials and roles."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from accounts.models import User
from catalog.events import catalog_published
from catalog.models import Credential, JobRole, Question, QuestionVersion
from catalog.question_checks import question_problems
from catalog.versions import content_hash, frozen_content
from microcred.bulk_inserts import insert_rows
from microcred.errors import Invalid
from ops import audit


class QuestionInvalid(Invalid):
    """A question contradicts itself, for example a key that names no choice."""

    default_code = "QUESTION_400"


@transaction.atomic
def publish_question(*, by: User | None, question: Question, now: dt.datetime) -> QuestionVersion:
    """Freeze a question as its next version, which assessments started from now on ask.

    Publishing what is published already changes nothing.

    Raises:
        QuestionInvalid: naming what contradicts what.
    """
    locked = Question.objects.select_for_update().get(pk=question.pk)
    problems = question_problems(
        question_type=locked.question_type,
        choices=locked.choices,
        answer_format=locked.answer_format,
        rules=locked.rules,
        rubric=locked.rubric,
    )
    if problems:
        raise QuestionInvalid("The question cannot be published.", details={"problems": problems})
    content = frozen_content(locked)
    digest = content_hash(content)
    newest = locked.versions.order_by("-published_at").first()
    if newest is not None and newest.content_hash == digest:
        return newest
    label = str(locked.versions.count() + 1)
    version = QuestionVersion.objects.create(
        question=locked, version=label, content=content, content_hash=digest, published_at=now
    )
    Question.objects.filter(pk=locked.pk).update(version=label)
    audit.record(
        by=by,
        action="question.published",
        resource_type="question",
        resource_id=locked.pk,
        metadata={"version": label},
    )
    return version


@transaction.atomic
def set_question_active(*, by: User | None, question: Question, active: bool) -> None:
    """Take a question out of the pool, or put it back; assessments already started keep it."""
    Question.objects.filter(pk=question.pk).update(active=active)
    audit.record(
        by=by,
        action="question.activated" if active else "question.retired",
        resource_type="question",
        resource_id=question.pk,
    )


@transaction.atomic
def set_credential_active(*, by: User | None, credential: Credential, active: bool) -> None:
    """Stop recommending a credential, or start again; recommendations already made keep it."""
    Credential.objects.filter(pk=credential.pk).update(active=active)
    audit.record(
        by=by,
        action="credential.activated" if active else "credential.retired",
        resource_type="credential",
        resource_id=credential.pk,
    )
    announce_catalog_change()


@transaction.atomic
def retire_credentials(*, by: User | None, credentials: Sequence[Credential]) -> None:
    """Stop recommending several credentials at once; recommendations already made keep them."""
    Credential.objects.filter(pk__in=[one.pk for one in credentials]).update(active=False)
    insert_rows(
        [
            audit.line(by=by, action="credential.retired", resource_type="credential", resource_id=one.pk)
            for one in credentials
        ]
    )
    announce_catalog_change()


@transaction.atomic
def set_role_active(*, by: User | None, role: JobRole, active: bool) -> None:
    """Take a role off offer, or put it back; assessments already started go on."""
    JobRole.objects.filter(pk=role.pk).update(active=active)
    audit.record(
        by=by,
        action="job_role.activated" if active else "job_role.retired",
        resource_type="job_role",
        resource_id=role.pk,
    )


def announce_catalog_change() -> None:
    """Tell those who index the catalog that credentials or documents have changed."""
    catalog_published.send(sender=None)
