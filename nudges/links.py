"""Where nudges lead on the students' pages."""

from collections.abc import Mapping
from typing import Final

from django.urls import NoReverseMatch, reverse

from nudges.enums import NudgeKind
from nudges.models import Nudge

# The student's pages about what nudges are about, and those that are about no single thing.
_OF_ONE: Final[Mapping[str, str]] = {
    NudgeKind.UNFINISHED_ASSESSMENT: "student:taking",
    NudgeKind.ADVISOR_REPLIED: "student:question",
    NudgeKind.RESULT_READY: "student:result",
    NudgeKind.RESULT_CHANGED: "student:result",
    NudgeKind.CREDENTIAL_DECIDED: "student:credential",
    NudgeKind.GOAL_REACHED: "student:goal",
    NudgeKind.AGREED_STEP: "student:session",
}
_OF_ALL: Final[Mapping[str, str]] = {
    NudgeKind.INACTIVE: "student:practice",
    NudgeKind.RELATED_SKILL: "student:practice",
}


def nudge_url(nudge: Nudge) -> str:
    """Return the address of the page about what a nudge tells, where the student begins if it names nothing that has
    one."""
    if nudge.kind not in _OF_ONE:
        return reverse(_OF_ALL.get(nudge.kind, "start"))
    try:
        return reverse(_OF_ONE[nudge.kind], args=[nudge.about])
    except NoReverseMatch:
        return reverse("start")
