"""The letters of nudges: plain text, with the reason, the way back in, and the way out.

Readers of mail show a button of their own for letters with these headers (RFC 8058). It sends a POST without cookies,
which only the API takes; whoever opens that address is led to the page that the link at the foot of the letter opens.
"""

import smtplib
from collections.abc import Iterable
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage

from nudges.marks import MarkedFor, marked
from nudges.queries import Letter

ONE_CLICK: Final = "List-Unsubscribe=One-Click"
# The addresses of `nudges.page_urls` and `nudges.urls`: to look them up, a worker would load all pages and the API.
WAY_IN: Final = "/n/"
WAY_OUT: Final = "/nudges/stop/"
BUTTON: Final = "/api/v1/nudges/stop/"
#: From here on the replies of mail servers are final (RFC 5321, section 4.2.1).
FINAL: Final = 500


class AddressRefused(Exception):
    """The mail server takes no letter to this address, now or later."""


class NotTaken(Exception):
    """The mail server did not take the letter; it may later."""


def send(letter: Letter) -> None:
    """Hand a letter to the mail server; not to be called in a transaction.

    Raises:
        AddressRefused: if the server refuses it for good.
        NotTaken: if it cannot be reached, or asks to try later.
    """
    try:
        written(letter).send()
    except smtplib.SMTPRecipientsRefused as refusal:
        raise _refused(code for code, _ in refusal.recipients.values()) from None
    except smtplib.SMTPResponseException as refusal:
        raise _refused([refusal.smtp_code]) from None
    except (smtplib.SMTPException, OSError):
        # What the server said may quote the address.
        raise NotTaken from None


def written(letter: Letter) -> EmailMessage:
    """Return a letter; one nudge is always the same message, so that mailboxes may know a second for what it is."""
    token = marked(letter.user_id, MarkedFor.STOP)
    way_in = _address(WAY_IN, marked(letter.nudge_id, MarkedFor.CLICK))
    host = settings.PUBLIC_URL.partition("://")[2].partition("/")[0].partition(":")[0]
    return EmailMessage(
        subject=letter.title,
        body=f"{letter.text}\n\n{way_in}\n\n"
        f"Why you get this: {letter.reason}\n"
        f"To get no more of these: {_address(WAY_OUT, token)}\n",
        to=[letter.address],
        headers={
            "Message-ID": f"<nudge-{letter.nudge_id}@{host}>",
            "List-Unsubscribe": f"<{_address(BUTTON, token)}>",
            "List-Unsubscribe-Post": ONE_CLICK,
            "Auto-Submitted": "auto-generated",
        },
    )


def _address(path: str, token: str) -> str:
    return f"{settings.PUBLIC_URL}{path}{token}"


def _refused(codes: Iterable[int]) -> Exception:
    is_final = all(code >= FINAL for code in codes)
    return AddressRefused() if is_final else NotTaken()
