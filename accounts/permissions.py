"""Permissions of the policy as DRF permission classes."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import User
from accounts.policy import Permission, allows
from accounts.service_keys import PeopleOrScope, Scope


class RequiresPermission(BasePermission):
    """Lets those through whose role carries ``permission``."""

    permission: Permission
    message = "Your role may not do this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the caller's role carries the permission."""
        return isinstance(request.user, User) and allows(request.user, self.permission)


class MayTakeAssessment(RequiresPermission):
    """Students."""

    permission = Permission.TAKE_ASSESSMENT


class MayReadResults(PeopleOrScope):
    """Every person, and programs with the scope of results; whose results they see is looked at with each."""

    reading = changing = Scope.RESULTS_READ


class MayReviewScores(RequiresPermission):
    """Those who may change scores."""

    permission = Permission.REVIEW_SCORES


class MayGiveFeedback(RequiresPermission):
    """Students and those who advise them."""

    permission = Permission.GIVE_FEEDBACK


class MayClaimCredentials(RequiresPermission):
    """Students."""

    permission = Permission.CLAIM_CREDENTIALS


class MayPractise(RequiresPermission):
    """Students."""

    permission = Permission.PRACTISE


class MaySteerPractice(RequiresPermission):
    """Those who advise students."""

    permission = Permission.STEER_PRACTICE


class MayReadProgress(RequiresPermission):
    """Students, and those who look after them."""

    permission = Permission.READ_PROGRESS


class MayBeNudged(RequiresPermission):
    """Students."""

    permission = Permission.BE_NUDGED


class MayAsk(RequiresPermission):
    """Students."""

    permission = Permission.ASK


class MayReadAnswers(RequiresPermission):
    """Students, and those who advise them."""

    permission = Permission.READ_ANSWERS


class MayReply(RequiresPermission):
    """Those who advise students."""

    permission = Permission.REPLY
