"""The letters of nudges: plain text, with the reason, the way back in, and the way out.

Readers of mail show a button of their own for letters with these headers (RFC 8058). It sends a POST without cookies,
which only the API takes; whoever opens that address is led to the page that the link at the foot of the letter opens.
"""

from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage

from microcred.email_delivery import message_id
from nudges.queries import Letter
from nudges.signed_links import MarkedFor, signed_token

ONE_CLICK: Final = "List-Unsubscribe=One-Click"
# The addresses of `nudges.page_urls` and `nudges.urls`: to look them up, a worker would load all pages and the API.
WAY_IN: Final = "/n/"
WAY_OUT: Final = "/nudges/stop/"
BUTTON: Final = "/api/v1/nudges/stop/"


def written(letter: Letter) -> EmailMessage:
    """Return a letter; one nudge is always the same message, so that mailboxes may know a second for what it is."""
    token = signed_token(letter.user_id, MarkedFor.STOP)
    way_in = _address(WAY_IN, signed_token(letter.nudge_id, MarkedFor.CLICK))
    return EmailMessage(
        subject=letter.title,
        body=f"{letter.text}\n\n{way_in}\n\n"
        f"Why you get this: {letter.reason}\n"
        f"To get no more of these: {_address(WAY_OUT, token)}\n",
        to=[letter.address],
        headers={
            "Message-ID": message_id(f"nudge-{letter.nudge_id}"),
            "List-Unsubscribe": f"<{_address(BUTTON, token)}>",
            "List-Unsubscribe-Post": ONE_CLICK,
            "Auto-Submitted": "auto-generated",
        },
    )


def _address(path: str, token: str) -> str:
    return f"{settings.PUBLIC_URL}{path}{token}"
