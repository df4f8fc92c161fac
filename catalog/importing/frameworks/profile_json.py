"""Profiles as plain values, for a page to hold between two steps."""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from catalog.importing.frameworks.framework import Concept, Demand, NotAsked, Occupation, Profile


def held(profile: Profile) -> dict[str, Any]:
    """Return what a profile says, without the other names, as JSON takes it; `profile_of` reads it."""
    return {
        "occupation": [profile.occupation.code, profile.occupation.title, profile.occupation.description],
        "demands": [
            {**asdict(one), "target": str(one.target), "concept": {**asdict(one.concept), "other_names": []}}
            for one in profile.demands
        ],
        "left_out": [[one.name, one.reason] for one in profile.left_out],
    }


def profile_of(values: Mapping[str, Any]) -> Profile:
    """Return the profile that was `held`."""
    return Profile(
        Occupation(*values["occupation"]),
        tuple(_demand(one) for one in values["demands"]),
        tuple(NotAsked(*one) for one in values["left_out"]),
    )


def _demand(values: Mapping[str, Any]) -> Demand:
    concept = Concept(**{**values["concept"], "other_names": ()})
    return Demand(
        concept, values["importance"], Decimal(values["target"]), values["said"], tuple(values["weight"])
    )
