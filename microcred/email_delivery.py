"""Letters by e-mail: whether any go out, and handing one to the mail server."""

import smtplib
from collections.abc import Iterable
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage

_CONSOLE: Final = "django.core.mail.backends.console.EmailBackend"
#: From here on the replies of mail servers are final (RFC 5321, section 4.2.1).
FINAL: Final = 500
#: What servers answer before they are told of a letter.
_OF_NO_ADDRESS: Final = smtplib.SMTPConnectError, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError


class RecipientRefused(Exception):
    """The mail server takes no letter to this address, now or later."""


class DeliveryDeferred(Exception):
    """The mail server did not take the letter; it may later."""


def is_email_configured() -> bool:
    """Whether there is a mail server; without one letters would be written to the log, where no words belong."""
    return bool(settings.EMAIL_BACKEND != _CONSOLE)


def send(letter: EmailMessage) -> None:
    """Hand a letter to the mail server; not to be called in a transaction.

    Raises:
        AddressRefused: if the server refuses it for good.
        NotTaken: if there is none, it cannot be reached, does not let us in, or asks to try later.
    """
    if not is_email_configured():
        raise DeliveryDeferred
    try:
        letter.send()
    except _OF_NO_ADDRESS:
        if letter.connection:
            letter.connection.close()
        raise DeliveryDeferred from None
    except smtplib.SMTPRecipientsRefused as refusal:
        raise _refused(code for code, _ in refusal.recipients.values()) from None
    except smtplib.SMTPResponseException as refusal:
        raise _refused([refusal.smtp_code]) from None
    except (smtplib.SMTPException, OSError):
        # What the server said may quote the address.
        raise DeliveryDeferred from None


def message_id(name: str) -> str:
    """Return the Message-ID of the letter of this name, so that mailboxes may know a second for what it is."""
    host = settings.PUBLIC_URL.partition("://")[2].partition("/")[0].partition(":")[0]
    return f"<{name}@{host}>"


def _refused(codes: Iterable[int]) -> Exception:
    is_final = all(code >= FINAL for code in codes)
    return RecipientRefused() if is_final else DeliveryDeferred()
