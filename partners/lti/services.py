"""Registering learning platforms, taking links away, and telling gradebooks again."""

import datetime as dt
import uuid
from typing import Final

from django.conf import settings
from django.db import transaction

from accounts import sessions
from accounts.locking import lock_person
from accounts.models import User
from microcred.errors import Conflict, Missing
from microcred.outbound_addresses import UrlRefused, parse_url
from ops import audit
from partners.lti import grade_sync, keys, links, queries, repairs
from partners.lti.errors import PlatformInvalid
from partners.lti.models import LtiGrade, LtiLink, LtiPlatform

ADDRESSES: Final = ("auth_url", "token_url", "jwks_url")


class LinkMissing(Missing):
    """The person has no such link to a platform."""

    default_code = "LTI_404"


class OnlyWay(Conflict):
    """Without the link nobody could come into the account."""

    default_code = "LTI_409"


@transaction.atomic
def save_platform(
    *, by: audit.Actor | None, platform: LtiPlatform, changed: frozenset[str], now: dt.datetime
) -> None:
    """Store a new platform, or the ``changed`` fields of one; switching one off logs out whoever it has let in.

    Raises:
        PlatformInvalid: for an address that nothing is asked of.
    """
    for field in ADDRESSES:
        check_address(getattr(platform, field), field=field)
    is_new = platform._state.adding
    if platform.token_audience and not platform.token_audience.startswith(("https://", "http://")):
        raise PlatformInvalid("The audience is no address.", details={"field": "token_audience"})
    platform.save()
    keys.ensure(now=now)
    if not is_new and not platform.active:
        sessions.end_course_sessions(platform.links.values_list("person", flat=True), now=now)
    audit.record(
        by=by,
        action="lti_platform.registered" if is_new else "lti_platform.changed",
        resource_type="lti_platform",
        resource_id=platform.pk,
        metadata={"fields": sorted(changed)},
    )


@transaction.atomic
def unlink(*, by: audit.Actor | None, link: LtiLink, now: dt.datetime) -> None:
    """Have a person of a platform open an account no more, log out whoever came so, and tell their courses nothing
    more."""
    sessions.end_course_sessions([link.person_id], now=now)
    audit.record(
        by=by, action="user.course_unlinked", resource_type="user", resource_id=link.person_id,
        metadata={"platform_id": str(link.platform_id)},
    )  # fmt: skip
    LtiGrade.objects.filter(platform=link.platform_id, person=link.person_id).delete()
    link.delete()


@transaction.atomic
def unlink_own(*, by: User, link_id: uuid.UUID, now: dt.datetime) -> LtiLink:
    """Take a student's own link away, as ``unlink`` does, and return what it was.

    Raises:
        LinkMissing: if they have none of this id.
        OnlyWay: if nothing else opens their account.
    """
    lock_person(by.pk)
    link = LtiLink.objects.filter(pk=link_id, person=by.pk).select_related("person", "platform").first()
    if link is None:
        raise LinkMissing("No such course.")
    if links.is_only_way(link):
        raise OnlyWay("This course is the only way into your account. Choose a password first.")
    unlink(by=by, link=link, now=now)
    return link


@transaction.atomic
def tell_again(*, by: audit.Actor | None, platform: LtiPlatform, now: dt.datetime) -> int:
    """Have a platform's gradebooks told of whatever they did not take, as if it had failed for the first time; return
    how many places that are."""
    untold = queries.untold_places().filter(platform=platform)
    number = untold.update(last_error=grade_sync.GAVE_UP, failing_since=None, retry_at=now)
    repairs.try_again(now=now)
    audit.record(
        by=by, action="lti_platform.told_again", resource_type="lti_platform", resource_id=platform.pk,
        metadata={"places": number},
    )  # fmt: skip
    return number


@transaction.atomic
def change_key(*, by: audit.Actor | None, now: dt.datetime) -> None:
    """Prove ourselves with another key from now on; the present one is published for a day more."""
    made = keys.replace(now=now)
    audit.record(by=by, action="lti_key.changed", resource_type="lti_key", resource_id=made.pk)


def check_address(url: str, *, field: str) -> None:
    """Refuse an address of a platform that is not public and encrypted, except where webhooks may go to others."""
    try:
        parse_url(url, allow_private=settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES)
    except UrlRefused as refusal:
        raise PlatformInvalid(refusal.message, details={"field": field}) from None
