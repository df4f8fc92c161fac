"""What is known of learning platforms and of who comes from them."""

import datetime as dt
import uuid

from django.db.models import Prefetch, QuerySet

from accounts.models import User
from assessments import queries as assessments
from assessments.enums import AssessmentStatus
from catalog import queries as catalog
from partners.lti.models import LtiGrade, LtiLink, LtiPlatform


def named(issuer: str, client_id: str) -> LtiPlatform | None:
    """Return the active platform of these names; without a client id, of an issuer that has only one."""
    found = LtiPlatform.objects.filter(issuer=issuer, active=True)
    if client_id:
        return found.filter(client_id=client_id).first()
    several = list(found[:2])
    return several[0] if len(several) == 1 else None


def active_platform(platform_id: str | uuid.UUID) -> LtiPlatform | None:
    """Return a platform that lets people in."""
    return LtiPlatform.objects.filter(pk=platform_id, active=True).first()


def link_of(platform: LtiPlatform, subject: str) -> LtiLink | None:
    """Return whose account a person of a platform opens."""
    found = LtiLink.objects.filter(platform=platform, subject=subject)
    return found.select_related("person", "platform").first()


def link_with(platform: LtiPlatform, person: User) -> LtiLink | None:
    """Return how an account is linked to a platform."""
    return LtiLink.objects.filter(platform=platform, person=person).first()


def courses_of(person_id: uuid.UUID) -> QuerySet[LtiLink]:
    """Return a person's links to platforms, the newest first, each with what its gradebooks were ``told`` of them."""
    told = LtiGrade.objects.filter(person=person_id, sent_score__isnull=False).select_related("role")
    shown = Prefetch("platform__grades", told.order_by("role__name", "pk"), to_attr="told")
    return LtiLink.objects.filter(person=person_id).select_related("platform").prefetch_related(shown)


def untold_places() -> QuerySet[LtiGrade]:
    """Return the places in gradebooks of active platforms that could not be told what they are to be told."""
    return LtiGrade.objects.filter(platform__active=True, sent_at=None).exclude(last_error="")


def has_account(email: str) -> bool:
    """Whether somebody here has this address."""
    return User.objects.filter(email=email).exists()


def role_named(name: str) -> uuid.UUID | None:
    """Return the id of the role that may be assessed and has this key or id."""
    roles = catalog.active_roles()
    try:
        found = roles.filter(pk=uuid.UUID(name))
    except ValueError:
        found = roles.filter(key=name)
    return found.values_list("pk", flat=True).first()


def open_assessment(person: User, role_id: uuid.UUID, *, now: dt.datetime) -> uuid.UUID | None:
    """Return the student's assessment for a role that they can still answer, the newest."""
    own = assessments.visible_to(person).order_by("-pk")
    is_open = AssessmentStatus.IN_PROGRESS
    standing = assessments.narrow(own, now=now, status=is_open, role_id=role_id)
    return standing.values_list("pk", flat=True).first()
