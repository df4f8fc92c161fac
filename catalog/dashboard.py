"""What of the catalog waits for a curator."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from django.db.models import Count, F, Q
from django.urls import reverse

from catalog.models import Credential, JobRole, Question
from microcred.admin_dashboard import Alert, pluralize

_MOST_ROLES: Final = 5


def signs(*, now: dt.datetime) -> Iterator[Alert]:
    """Yield roles that cannot be assessed as they are meant to, and credentials that cannot be recommended so."""
    yield from _roles()
    active = Credential.objects.filter(active=True)
    listed = f"{reverse('admin:catalog_credential_changelist')}?active__exact=1"
    unskilled = active.filter(credential_skills=None).count()
    if unskilled:
        said = "credential brings no skill, so it is never recommended."
        yield Alert(
            pluralize(unskilled, said, "credentials bring no skill, so they are never recommended."),
            f"{listed}&credential_skills__isnull=True",
        )
    silent = active.filter(documents=None).count()
    if silent:
        said = "credential has no document, so nothing can be quoted from it."
        yield Alert(
            pluralize(silent, said, "credentials have no document, so nothing can be quoted from them."),
            f"{listed}&documents__isnull=True",
        )
    drafts = Question.objects.filter(active=True, version="").count()
    if drafts:
        said = pluralize(drafts, "question was never published.", "questions were never published.")
        yield Alert(said, f"{reverse('admin:catalog_question_changelist')}?published=no&active__exact=1")


def _roles() -> Iterator[Alert]:
    published = Q(questions__active=True) & ~Q(questions__version="")
    counted = JobRole.objects.filter(active=True).annotate(
        pool=Count("questions", filter=published, distinct=True),
        needs=Count("role_skills", distinct=True),
    )
    short = counted.filter(Q(pool__lt=F("assessment_size")) | Q(needs=0)).order_by("name")
    for role in short[:_MOST_ROLES]:
        where = reverse("admin:catalog_jobrole_change", args=[role.pk])
        if not role.needs:
            yield Alert(f"{role.name} asks for no skill, so nothing follows from its assessment.", where)
        if role.pool < role.assessment_size:
            has = pluralize(role.pool, "published question", "published questions")
            yield Alert(f"{role.name} has {has}; its assessment is to ask {role.assessment_size}.", where)
    more = short.count() - _MOST_ROLES
    if more > 0:
        said = pluralize(more, "more role is like that.", "more roles are like that.")
        yield Alert(said, reverse("admin:catalog_jobrole_changelist"))
