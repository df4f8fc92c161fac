"""A badge that was read and not yet checked."""

from collections.abc import Callable
from dataclasses import dataclass

from recommendations.badges.facts import Facts
from recommendations.badges.keys import IssuerKey


@dataclass(frozen=True, slots=True)
class Presented:
    """What a badge says, which counts for nothing until ``is_signed_by`` a key of its issuer."""

    facts: Facts
    is_signed_by: Callable[[IssuerKey], bool]
