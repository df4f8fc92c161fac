"""Who a session belongs to that was begun through the institution; nobody is asked for a password here."""

from django.contrib.auth.backends import BaseBackend

from accounts.institution.provider import is_offered
from accounts.models import User


class InstitutionBackend(BaseBackend):
    """Names the way of a log-in in its session. Where that way is closed, what was begun by it is over."""

    def get_user(self, user_id: object) -> User | None:
        """Return the active person of a session."""
        if not is_offered():
            return None
        person = User.objects.filter(pk=str(user_id)).first()
        return person if person is not None and person.is_active else None
