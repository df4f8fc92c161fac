"""Opening people's accounts to the institution's log-in, in the administration."""

from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from accounts.enums import LinkState
from accounts.institution import links, provider
from accounts.models import User
from microcred.errors import DomainError
from ops.admin_confirmation import confirmed_first

SAID = {
    LinkState.OPEN: "opened {when}: the next log-in with the account's address within 14 days is linked",
    LinkState.LINKED: "linked {when}",
    LinkState.CLOSED: "unlinked {when}: nobody is linked by the address alone",
}


class OpensToInstitution:
    """An admin of people with an action that opens accounts to the institution's log-in, where there is one."""

    @admin.action(description="Link at the next log-in through the institution", permissions=["change"])
    @confirmed_first(
        "Whoever next logs in through the institution with the account's verified address gets the account, within 14 "
        "days; what it was linked to so far opens it no more. Make sure that the address is theirs."
    )
    def open_to_institution(self, request: HttpRequest, people: models.QuerySet[User]) -> None:
        """Open the chosen accounts, but not one's own: that is linked on one's own page."""
        for person in people.exclude(pk=str(request.user.pk)):
            try:
                links.open_for(person, by=request.user, now=timezone.now())  # type: ignore[arg-type]
            except DomainError as refusal:
                self._tell(request, f"{person}: {refusal.message}", messages.WARNING)
            else:
                self._tell(request, f"{person} is linked at their next log-in.", messages.SUCCESS)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Leave the action out where nobody logs in through an institution."""
        actions: dict[str, Any] = super().get_actions(request)  # type: ignore[misc]
        if not provider.is_offered():
            actions.pop("open_to_institution", None)
        return actions

    @display(description="institution's log-in")  # type: ignore[untyped-decorator]
    def institution_shown(self, person: User) -> str:
        """Say how the account stands to the institution's log-in."""
        link = links.link_of(person) if provider.is_offered() else None
        return (
            SAID[LinkState(link.state)].format(when=f"{link.changed_at:%d %b %Y}") if link else "not linked"
        )

    def _tell(self, request: HttpRequest, text: str, level: int) -> None:
        self.message_user(request, text, level)  # type: ignore[attr-defined]
