"""Skill levels, what is said about them, and what would change a recommendation, on the wire."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rest_framework import serializers

from recommendations.models import WhatIf
from recommendations.queries import Result
from recommendations.queries.staleness import CATALOG, EMBEDDINGS, HELD, RUBRIC, RUN
from scoring.enums import ContestOutcome

# Those of a level; its distance from a target has more only because it is computed in binary.
PLACES: Final = 3
MOVED: Final = (CATALOG, RUBRIC, EMBEDDINGS, HELD, RUN)


class ContestLine(serializers.Serializer[Any]):
    """What was said about a level: the student contests it, and a person checks it."""

    open = serializers.BooleanField(
        help_text="Contested and not checked yet; until then the need weighs half."
    )
    reason = serializers.CharField(help_text="The student's; empty once it has been checked.")
    outcome = serializers.CharField(
        allow_null=True, help_text=f"{' or '.join(ContestOutcome.values)}; null before the first check."
    )
    checked_because = serializers.CharField(help_text="What the person who checked it last said.")


class SkillGapView(serializers.Serializer[Any]):
    """A skill of the role: the level measured (0 to 5), the role's target, and what is between them."""

    skill = serializers.CharField(source="skill_key")
    name = serializers.CharField(source="skill_name")
    onet_id = serializers.CharField(help_text="Its O*NET id, where known.")
    esco_uri = serializers.CharField(help_text="Its address in ESCO, where known.")
    level = serializers.FloatField(allow_null=True, help_text="Null where nothing measured the skill.")
    deviation = serializers.FloatField(
        allow_null=True, help_text="Of the posterior, on the same scale: the wider, the less is known."
    )
    target = serializers.FloatField()
    gap = serializers.FloatField(allow_null=True)
    contested = serializers.BooleanField(help_text="Whether the student contests the level.")
    contest = ContestLine(allow_null=True, help_text="Null where nobody ever contested it.")


class WhatIfView(serializers.ModelSerializer[WhatIf]):
    """The smallest single change that would put another credential first; ``change`` is null where none was found."""

    change = serializers.JSONField(allow_null=True)
    credential_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = WhatIf
        fields = ["sentence", "change", "credential_id", "looked_at"]


def profile_lines(result: Result, stored: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the profile of a run with what is said about each level now."""
    return [{**line, **_around(result, line)} for line in stored]


def _around(result: Result, line: Mapping[str, Any]) -> dict[str, Any]:
    key = line["skill_key"]
    measured, said = result.skills.get(key), result.contests.get(key)
    known = measured is not None and line["level"] is not None
    gap = line["gap"]
    contest = said and {
        "open": said.open is not None,
        "reason": said.open.reason if said.open else "",
        "outcome": said.checked.outcome if said.checked else None,
        "checked_because": said.checked.reason if said.checked else "",
    }
    return {
        "onet_id": "",
        "esco_uri": "",
        **result.outside.get(key, {}),
        "gap": None if gap is None else round(gap, PLACES),
        "deviation": measured.deviation if measured and known else None,
        "contested": bool(said and said.open),
        "contest": contest,
    }
