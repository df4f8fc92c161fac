"""What advisors had summaries say."""

from django.db.models import QuerySet

from accounts.models import User
from accounts.policy import sees_student
from tutoring.enums import VersionKind
from tutoring.models import SummaryVersion


def overrides_visible_to(by: User) -> QuerySet[SummaryVersion]:
    """Return what people had the summaries of the students whom the caller looks after say, the latest first."""
    by_people = SummaryVersion.objects.filter(kind__in=[VersionKind.CORRECTED, VersionKind.WITHDRAWN])
    return by_people.filter(sees_student(by, path="summary__user")).order_by("-made_at", "-pk")
