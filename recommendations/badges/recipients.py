"""Whose a badge is."""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

from recommendations.badges.facts import Recipient

SHA256: Final = "sha256$"
MAILTO: Final = "mailto:"
OF_EMAIL: Final = "emailAddress"


def is_made_out_to(recipients: Iterable[Recipient], email: str) -> bool:
    """Whether one of them is this address, which is in small letters; hashes other than SHA-256 do not count."""
    return any(_fits(one, email) for one in recipients)


def of_subject(subject_id: object) -> tuple[Recipient, ...]:
    """Return whom the id of a subject names; an id that is no e-mail address names nobody who is known here."""
    if isinstance(subject_id, str) and subject_id.lower().startswith(MAILTO):
        return (Recipient(subject_id[len(MAILTO) :]),)
    return ()


def of_identity(kind: object, identity: object, hashed: bool, salt: object) -> tuple[Recipient, ...]:
    """Return whom an IdentityObject names by e-mail."""
    if kind != OF_EMAIL or not isinstance(identity, str) or not isinstance(salt, str):
        return ()
    return (Recipient(identity.removeprefix(MAILTO), hashed, salt),)


def _fits(recipient: Recipient, email: str) -> bool:
    if not recipient.hashed:
        return recipient.identity.lower() == email
    digest = hashlib.sha256((email + recipient.salt).encode()).hexdigest()
    return hmac.compare_digest(recipient.identity.lower().encode(), (SHA256 + digest).encode())
