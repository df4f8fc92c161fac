"""How a student wants to be told, and that they do not want to be told any more."""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any, Final

from django.db import transaction

from accounts.enums import Role, UserStatus
from accounts.locking import lock_person
from accounts.models import User
from microcred.errors import PreconditionFailed
from microcred.zones import zone_named
from nudges.models import NudgePreference
from ops import audit

CHANGEABLE: Final = ("email", "in_app", "quiet_from", "quiet_until", "time_zone")


class PreferencesChangedMeanwhile(PreconditionFailed):
    """The preferences have changed since the version that the change was made from."""


@transaction.atomic
def preference_of(*, by: User, now: dt.datetime) -> NudgePreference:
    """Return how a student wants to be told: as everybody, until they say otherwise."""
    if found := NudgePreference.objects.filter(user=by).first():
        return found
    lock_person(by.pk)
    defaults = {"look_at": now, "created_at": now, "updated_at": now}
    return NudgePreference.objects.get_or_create(user=by, defaults=defaults)[0]


@transaction.atomic
def prefer(
    *,
    by: User,
    now: dt.datetime,
    expected: Collection[str] | None = None,
    stopped: bool | None = None,
    **fields: Any,
) -> NudgePreference:
    """Change what ``fields``, of ``CHANGEABLE``, say; ``stopped`` stops nudges or takes them up again.

    Raises:
        ZoneUnknown: if there is no such time zone.
        PreferencesChangedMeanwhile: if ``expected`` names versions, and none of them is the present one.
    """
    if fields.get("time_zone"):
        zone_named(fields["time_zone"])
    preference = _locked(preference_of(by=by, now=now).user_id)
    if expected is not None and str(preference.version) not in expected:
        raise PreferencesChangedMeanwhile("Your preferences have changed since. Read them again.")
    differing: dict[str, Any] = {name: fields[name] for name in CHANGEABLE if name in fields}
    if stopped is not None and stopped != (preference.stopped_at is not None):
        differing["stopped_at"] = now if stopped else None
    return _changed(by, preference, differing, now)


@transaction.atomic
def stop(*, user_id: uuid.UUID, now: dt.datetime) -> bool:
    """Stop nudges for who holds the link out of a letter; return whether there is such a student.

    Doing it again changes nothing.
    """
    student = User.objects.filter(pk=user_id, role=Role.STUDENT, status=UserStatus.ACTIVE).first()
    if student is None:
        return False
    preference = _locked(preference_of(by=student, now=now).user_id)
    if preference.stopped_at is None:
        _changed(student, preference, {"stopped_at": now}, now, by_link=True)
    return True


def _locked(user_id: uuid.UUID) -> NudgePreference:
    return NudgePreference.objects.select_for_update().get(user=user_id)


def _changed(
    by: User, preference: NudgePreference, fields: dict[str, Any], now: dt.datetime, **facts: Any
) -> NudgePreference:
    """Write what differs, with a line in the trail, and have the student looked at anew; nothing where nothing does."""
    differing = {name: value for name, value in fields.items() if getattr(preference, name) != value}
    if not differing:
        return preference
    for name, value in differing.items():
        setattr(preference, name, value)
    preference.look_at = now if preference.stopped_at is None else None
    preference.updated_at, preference.version = now, preference.version + 1
    preference.save()
    audit.record(
        by=by, action="nudge_preference.changed", resource_type="nudge_preference", resource_id=preference.pk,
        metadata={
            "fields": sorted(differing), "stopped": preference.stopped_at is not None,
            "version": preference.version, **facts,
        },
    )  # fmt: skip
    return preference
