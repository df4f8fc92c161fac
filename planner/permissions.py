"""Who plans."""

from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import User
from accounts.service_keys import RequiresScope, Scope, key_holder
from ops.audit import Actor


class MayPlan(RequiresScope):
    """Every person, for themselves, and programs with the scopes of tasks."""

    reading = Scope.TASKS_READ
    changing = Scope.TASKS_WRITE

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the caller is a person, or a program with the scope that the method asks for."""
        return isinstance(request.user, User) or super().has_permission(request, view)


def planner(request: Request) -> Actor:
    """Return who asks; only for views that `MayPlan` guards."""
    return request.user if isinstance(request.user, User) else key_holder(request)
