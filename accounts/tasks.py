"""Handlers of this app's jobs."""

from django.utils import timezone

from accounts import password_emails, password_links
from accounts.institution import links
from accounts.models import User
from accounts.password_emails import Why
from accounts.personal_data import erasing, exports
from microcred import email_delivery
from ops import audit
from ops.jobs import Claim, RetryLater


def export(claim: Claim) -> None:
    """Make a copy of a person's data."""
    exports.make(claim, now=timezone.now())


def give_up_export(claim: Claim) -> None:
    """Let the person ask again."""
    exports.give_up(claim, now=timezone.now())


def erase(claim: Claim) -> None:
    """Erase a person as far as that is left to do."""
    erasing.run_erasure(claim, now=timezone.now())


def invite(claim: Claim) -> None:
    """Have people who were brought in written to, each by a job of their own."""
    with claim.finish():
        password_emails.enqueue_invitations(claim.payload["people"])


def send_password_letter(claim: Claim) -> None:
    """Make a link for a password and send it, outside any transaction, to whoever may still log in."""
    person = password_emails.recipient(claim.payload["person_id"])
    if person is None:
        return
    action = "user.password_letter_sent"
    try:
        _send_link(person, Why(claim.payload["why"]))
    except password_links.NobodyToLink:
        return
    except email_delivery.RecipientRefused:
        action = "user.password_letter_refused"
    except email_delivery.DeliveryDeferred:
        raise RetryLater("the mail server did not take the letter") from None
    with claim.finish():
        audit.record(by=None, action=action, resource_type="user", resource_id=person.pk)


def _send_link(person: User, why: Why) -> None:
    if links.is_only_way(person):
        if why == Why.INVITED:
            raise password_links.NobodyToLink("They have logged in already.")
        email_delivery.send(password_emails.about_no_password(person))
        return
    code = password_links.make(by=None, person=person, now=timezone.now(), life=password_emails.life(why))
    person.refresh_from_db(fields=["email"])  # Whoever changes it from here on ends the link.
    email_delivery.send(password_emails.written(person, code=code, why=why))
