"""How a credential is likely to be received, from what was said of it, of its like in the role, and by this learner.

A chain of three Beta posteriors, each with the mean of the one before as its prior (Gelman et al., "Bayesian Data
Analysis", 2013, chapter 5; the strengths are stated, not fitted)::

    credential = (accepted elsewhere + 4 * 1/2)         / (voices elsewhere + 4)
    in role    = (accepted in the role + 4 * credential) / (voices in the role + 4)
    for person = (accepted by likeness + 4 * in role)    / (voices by likeness + 4)

*Elsewhere* are the other roles, so that no voice counts twice on the way to the role. *By likeness* are the voices
about this learner's own recommendations, by the learner and by staff: each counts as much as what it was about is like
the credential, 1 for the same one. So few voices move little, many much, and where nobody spoke stands one half.

A voice about a whole list counts for each credential on it by an equal share.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from recommendations.fits import overlap

UNKNOWN: Final = 0.5
CREDENTIAL_STRENGTH: Final = 4.0
ROLE_STRENGTH: Final = 4.0
PERSON_STRENGTH: Final = 4.0
# What likeness is made of; the same credential has all of it.
SKILLS, PROVIDER, EFFORT = 0.5, 0.25, 0.25
# An afternoon or two, a course beside work, a programme: in hours, the longest of each but the last.
EFFORTS: Final = (10, 40)


@dataclass(frozen=True, slots=True)
class Voices:
    """How much was accepted and how much rejected, in voices or shares of them."""

    accepted: float = 0.0
    rejected: float = 0.0

    def shrunk(self, towards: float, strength: float) -> float:
        """Return the mean of the Beta posterior whose prior has mean ``towards`` and counts as ``strength`` voices."""
        return (self.accepted + strength * towards) / (self.accepted + self.rejected + strength)


@dataclass(frozen=True, slots=True)
class Reception:
    """What was said of a credential in the role, in other roles, and, by likeness, on this learner's own lists."""

    in_role: Voices = field(default_factory=Voices)
    elsewhere: Voices = field(default_factory=Voices)
    own: Voices = field(default_factory=Voices)


@dataclass(frozen=True, slots=True)
class Traits:
    """What makes one credential like another: who offers it, how long it takes, the levels it leads to by skill."""

    provider: str
    hours: int
    levels: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class OwnVoice:
    """What was said on a learner's own list about the credential ``key``; ``weight`` is below 1 for a whole list."""

    key: object
    accepted: bool
    weight: float = 1.0


def prior(reception: Reception) -> float:
    """Return how likely acceptance is, strictly between 0 and 1."""
    credential = reception.elsewhere.shrunk(UNKNOWN, CREDENTIAL_STRENGTH)
    in_role = reception.in_role.shrunk(credential, ROLE_STRENGTH)
    return reception.own.shrunk(in_role, PERSON_STRENGTH)


def likeness(one: Traits, other: Traits) -> float:
    """Return how alike two credentials are to who chooses between them, from 0 to 1.

    Half is the overlap of their skills, a quarter the same provider, a quarter the same band of hours.
    """
    skills = overlap(one.levels, other.levels) if one.levels or other.levels else 0.0
    provider = bool(one.provider) and one.provider == other.provider
    effort = bisect_left(EFFORTS, one.hours) == bisect_left(EFFORTS, other.hours)
    return SKILLS * skills + PROVIDER * provider + EFFORT * effort


def own_voices(key: object, voices: Iterable[OwnVoice], traits: Mapping[Any, Traits]) -> Voices:
    """Return what a learner's own voices say of the credential ``key``, each by its likeness.

    One about a credential whose traits are not known counts for that credential alone.
    """
    accepted = rejected = 0.0
    for voice in voices:
        counts = voice.weight * _alike(key, voice.key, traits)
        if voice.accepted:
            accepted += counts
        else:
            rejected += counts
    return Voices(accepted, rejected)


def _alike(key: object, other: object, traits: Mapping[Any, Traits]) -> float:
    if key == other:
        return 1.0
    if key not in traits or other not in traits:
        return 0.0
    return likeness(traits[key], traits[other])
