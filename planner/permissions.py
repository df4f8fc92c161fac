"""Who plans."""

from accounts.service_keys import PeopleOrScope, Scope


class MayPlan(PeopleOrScope):
    """Every person, for themselves, and programs with the scopes of tasks."""

    reading = Scope.TASKS_READ
    changing = Scope.TASKS_WRITE
