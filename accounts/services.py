"""Changes to people and their links."""

import datetime as dt
from collections.abc import Collection

from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models.functions import Now

from accounts.admin_guard import check_stays_administered
from accounts.enums import STAFF, LinkState, Role, UserStatus
from accounts.models import AdvisorAssignment, GuardianLink, InstitutionLink, PasswordLink, User
from accounts.personal_data import consents
from microcred.errors import Invalid, PreconditionFailed, Unauthorized
from ops import audit

TOKEN_FIELDS = frozenset({"role", "status", "password"})
# A link may lie in the mailbox of an address that is theirs no more, and nobody comes back by one from before.
LINK_FIELDS = frozenset({"email", "status", "password"})


class CredentialsRefused(Unauthorized):
    """No active person has this address and password."""

    default_code = "AUTH_401"


def check_password(*, email: str, password: str) -> User:
    """Return the active person with this address and password.

    Raises:
        CredentialsRefused: without saying which of the two was wrong.
    """
    user = authenticate(username=email, password=password)
    if not isinstance(user, User):
        raise CredentialsRefused("E-mail address or password is wrong.")
    return user


@transaction.atomic
def save_person(*, by: User | None, person: User, changed: frozenset[str]) -> None:
    """Store the ``changed`` fields of a person; a change of role, status or password ends every earlier token, one of
    address, status or password the link for a new password. Who becomes staff is unlinked from the
    institution's log-in.

    The other fields stay as they are in the database: whoever changes a password must not undo that the
    person was disabled meanwhile.

    Raises:
        LastAdmin: if nobody would administer any more.
    """
    is_new = person._state.adding
    if not is_new and changed & {"role", "status"}:
        check_stays_administered(person.pk, role=person.role, status=person.status)
    person.is_superuser = person.role == Role.ADMIN
    if is_new:
        person.save()
    else:
        _store_changes(person, changed)
    audit.record(
        by=by,
        action="user.created" if is_new else "user.changed",
        resource_type="user",
        resource_id=person.pk,
        metadata={"fields": sorted(changed)},
    )


class ChangedMeanwhile(PreconditionFailed):
    """The person has changed since the version that the change was made from."""


@transaction.atomic
def choose_model_scoring(
    *,
    by: User,
    allowed: bool | None,
    now: dt.datetime,
    version: str = "",
    expected: Collection[str] | None = None,
) -> User:
    """Record whether the person lets a model score the essays of assessments that they start from now on.

    None leaves it as they chose before.

    Raises:
        ConsentUnknown: if ``version``, the text that they were shown, is not the current one.
        ChangedMeanwhile: if ``expected`` names versions, and none of them is the present one.
    """
    person = User.objects.select_for_update().get(pk=by.pk)
    if expected is not None and person.version not in expected:
        raise ChangedMeanwhile("Your account has changed since. Read it again.")
    if allowed is None:
        return person
    person.profile = {
        **person.profile,
        "model_scoring": allowed,
        "model_scoring_decided_at": now.isoformat(),
    }
    person.save(update_fields=["profile", "updated_at"])
    said = consents.record(
        person=person, purpose=consents.MODEL_SCORING, given=allowed, now=now, version=version
    )
    audit.record(
        by=by, action="user.model_scoring_chosen", resource_type="user", resource_id=person.pk,
        metadata={"model_scoring": allowed, "version": said.version},
    )  # fmt: skip
    return person


@transaction.atomic
def choose_letters(*, by: User, is_wanted: bool) -> None:
    """Say whether letters are to tell oneself what waits; the same once more changes nothing."""
    others = User.objects.filter(pk=by.pk).exclude(told_by_letter=is_wanted)
    if others.update(told_by_letter=is_wanted):
        audit.record(
            by=by, action="user.letters_chosen", resource_type="user", resource_id=by.pk,
            metadata={"wanted": is_wanted},
        )  # fmt: skip


def _store_changes(person: User, changed: frozenset[str]) -> None:
    stored = User.objects.select_for_update().only("token_version", "role").get(pk=person.pk)
    person.token_version = stored.token_version + bool(changed & TOKEN_FIELDS)
    if "role" in changed and person.role in STAFF and stored.role not in STAFF:
        _close_institution_links(person)
    if changed & LINK_FIELDS:
        end_password_links(person)
    derived = {"is_superuser"} if "role" in changed else set()
    person.save(update_fields={*changed, *derived, "token_version", "updated_at"})


def _close_institution_links(person: User) -> None:
    """Unlink who becomes staff: they may have been found by their address alone, as staff never is."""
    links = InstitutionLink.objects.filter(person=person).exclude(state=LinkState.CLOSED)
    links.update(state=LinkState.CLOSED, subject=None, changed_at=Now())


def end_password_links(person: User) -> None:
    """End the link for a new password that the person may have, as part of the caller's transaction."""
    PasswordLink.objects.filter(person=person, ended_at__isnull=True).update(ended_at=Now())


@transaction.atomic
def disable(*, by: User | None, person: User) -> None:
    """Shut a person out, at once. Raises LastAdmin as saving does."""
    person.status = UserStatus.DISABLED
    save_person(by=by, person=person, changed=frozenset({"status"}))


@transaction.atomic
def change_password(*, by: User | None, person: User, password: str) -> None:
    """Set a new password and end every token and session given out before."""
    person.set_password(password)
    save_person(by=by, person=person, changed=frozenset({"password"}))


@transaction.atomic
def end_log_ins(*, by: User, person: User) -> None:
    """Log a person out everywhere; they may log in again."""
    end_earlier(person)
    audit.record(by=by, action="user.log_ins_ended", resource_type="user", resource_id=person.pk)


def end_earlier(person: User) -> None:
    """End every token and session that the person has, as part of the caller's transaction."""
    stored = User.objects.select_for_update().only("token_version").get(pk=person.pk)
    person.token_version = stored.token_version + 1
    person.save(update_fields=["token_version", "updated_at"])


@transaction.atomic
def assign_advisor(*, by: User | None, advisor: User, student: User) -> AdvisorAssignment:
    """Put a student into an advisor's care; doing it again changes nothing.

    Raises:
        Invalid: if the two do not have these roles.
    """
    if advisor.role != Role.ADVISOR or student.role != Role.STUDENT:
        raise Invalid("An advisor is assigned to a student.")
    link, created = AdvisorAssignment.objects.get_or_create(advisor=advisor, student=student)
    if created:
        audit.record(
            by=by, action="advisor.assigned", resource_type="user", resource_id=student.pk,
            metadata={"advisor_id": str(advisor.pk)},
        )  # fmt: skip
    return link


@transaction.atomic
def unassign_advisor(*, by: User | None, link: AdvisorAssignment) -> None:
    """Take a student out of an advisor's care."""
    audit.record(
        by=by, action="advisor.unassigned", resource_type="user", resource_id=link.student_id,
        metadata={"advisor_id": str(link.advisor_id)},
    )  # fmt: skip
    link.delete()


@transaction.atomic
def link_guardian(*, by: User | None, guardian: User, student: User) -> GuardianLink:
    """Let a guardian read a student's progress; doing it again changes nothing.

    Raises:
        Invalid: if the two do not have these roles.
    """
    if guardian.role != Role.GUARDIAN or student.role != Role.STUDENT:
        raise Invalid("A guardian is linked to a student.")
    link, created = GuardianLink.objects.get_or_create(guardian=guardian, student=student)
    if created:
        audit.record(
            by=by, action="guardian.linked", resource_type="user", resource_id=student.pk,
            metadata={"guardian_id": str(guardian.pk)},
        )  # fmt: skip
    return link


@transaction.atomic
def unlink_guardian(*, by: User | None, link: GuardianLink) -> None:
    """End a guardian's sight of a student."""
    audit.record(
        by=by, action="guardian.unlinked", resource_type="user", resource_id=link.student_id,
        metadata={"guardian_id": str(link.guardian_id)},
    )  # fmt: skip
    link.delete()


def note_login(*, person: User, now: dt.datetime) -> None:
    """Remember when a person last logged in."""
    User.objects.filter(pk=person.pk).update(last_login=now)
