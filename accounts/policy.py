"""Who may do what, and who may see whom; the whole of it on one screen."""

import enum
from typing import Final

from django.db.models import Q

from accounts.enums import Role
from accounts.models import User
from ops.audit import Actor

PROGRAM: Final = "service"  # the role of whoever calls with a service key


class Permission(enum.Enum):
    """Something a role may be allowed to do."""

    TAKE_ASSESSMENT = "take_assessment"
    READ_RESULT = "read_result"
    PRACTISE = "practise"
    BE_NUDGED = "be_nudged"
    READ_PROGRESS = "read_progress"
    STEER_PRACTICE = "steer_practice"
    ASK = "ask"
    READ_ANSWERS = "read_answers"
    REPLY = "reply"
    READ_STAFF_VIEW = "read_staff_view"
    GIVE_FEEDBACK = "give_feedback"
    CLAIM_CREDENTIALS = "claim_credentials"
    CURATE_CATALOG = "curate_catalog"
    READ_QUALITY = "read_quality"
    REVIEW_SCORES = "review_scores"
    RELEASE_SCORERS = "release_scorers"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.STUDENT: frozenset(
        {
            Permission.TAKE_ASSESSMENT,
            Permission.READ_RESULT,
            Permission.PRACTISE,
            Permission.BE_NUDGED,
            Permission.READ_PROGRESS,
            Permission.ASK,
            Permission.READ_ANSWERS,
            Permission.GIVE_FEEDBACK,
            Permission.CLAIM_CREDENTIALS,
        }
    ),
    Role.ADVISOR: frozenset(
        {
            Permission.READ_RESULT,
            Permission.READ_PROGRESS,
            Permission.STEER_PRACTICE,
            Permission.READ_ANSWERS,
            Permission.REPLY,
            Permission.READ_STAFF_VIEW,
            Permission.GIVE_FEEDBACK,
            Permission.REVIEW_SCORES,
        }
    ),
    Role.GUARDIAN: frozenset({Permission.READ_PROGRESS}),
    Role.ADMIN: frozenset(
        {
            Permission.READ_RESULT,
            Permission.READ_PROGRESS,
            Permission.STEER_PRACTICE,
            Permission.READ_ANSWERS,
            Permission.REPLY,
            Permission.READ_STAFF_VIEW,
            Permission.GIVE_FEEDBACK,
            Permission.CURATE_CATALOG,
            Permission.READ_QUALITY,
            Permission.REVIEW_SCORES,
            Permission.RELEASE_SCORERS,
        }
    ),
}

# A program does what the scopes of its key say, which its views ask for; a result it reads as its student does.
OF_PROGRAMS: Final = frozenset({Permission.READ_RESULT})


def allows(by: Actor, permission: Permission) -> bool:
    """Whether the caller's role carries the permission."""
    return permission in (OF_PROGRAMS if by.role == PROGRAM else PERMISSIONS[Role(by.role)])


def sees_student(user: User, *, path: str) -> Q:
    """Return the filter for rows whose student, reached by ``path``, the user may see.

    A student sees their own rows, an advisor those of assigned students, a guardian those of linked
    students, an admin all.
    """
    match Role(user.role):
        case Role.STUDENT:
            return Q(**{path: user.pk})
        case Role.ADVISOR:
            assigned = User.objects.filter(advisor_links__advisor=user).values("pk")
            return Q(**{f"{path}__in": assigned})
        case Role.GUARDIAN:
            linked = User.objects.filter(guardian_links__guardian=user).values("pk")
            return Q(**{f"{path}__in": linked})
        case Role.ADMIN:
            return Q()
