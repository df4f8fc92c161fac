"""Erasing a person's account: shut out first, emptied last."""

import uuid
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db.models import F, Q

from accounts.enums import UserStatus
from accounts.models import (
    AdvisorAssignment,
    GuardianLink,
    InstitutionLink,
    PageSession,
    PasswordLink,
    SecondFactor,
    TokenFamily,
    User,
)
from accounts.personal_data.models import DataExport

NOWHERE: Final = "erased.invalid"


def shut_out(person_id: uuid.UUID) -> dict[str, int]:
    """Let nobody act as the person any more: what is erased must not be written anew meanwhile."""
    families = TokenFamily.objects.filter(user=person_id).delete()[0]
    sessions = PageSession.objects.filter(person=person_id).delete()[0]
    factors = SecondFactor.objects.filter(person=person_id).delete()[0]
    shut = User.objects.filter(pk=person_id).update(
        status=UserStatus.DISABLED, token_version=F("token_version") + 1, password=make_password(None)
    )
    # Who makes one of these holds the person, as the line above does: it is here by now, or is not made any more.
    links = PasswordLink.objects.filter(person=person_id).delete()[0]
    institution = InstitutionLink.objects.filter(person=person_id).delete()[0]
    return {
        "users": shut,
        "token_families": families,
        "second_factors": factors,
        "password_links": links,
        "page_sessions": sessions,
        "institution_links": institution,
    }


def erase(person_id: uuid.UUID) -> dict[str, int]:
    """Delete what hangs on the account and empty it; the row stays, since others' decisions name it."""
    advised = AdvisorAssignment.objects.filter(Q(student=person_id) | Q(advisor=person_id)).delete()[0]
    guarded = GuardianLink.objects.filter(Q(student=person_id) | Q(guardian=person_id)).delete()[0]
    exports = DataExport.objects.filter(user=person_id).delete()[0]
    person = User.objects.get(pk=person_id)
    person.groups.clear()
    person.user_permissions.clear()
    emptied = User.objects.filter(pk=person_id).update(
        email=f"erased-{person_id}@{NOWHERE}",
        name="",
        profile={},
        last_login=None,
        is_superuser=False,
        status=UserStatus.ERASED,
    )
    return {"users": emptied, "advisors": advised, "guardians": guarded, "data_exports": exports}
