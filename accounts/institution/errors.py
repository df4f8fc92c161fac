"""Why nobody was let in through the institution."""

import structlog

from microcred.errors import Conflict, Forbidden, Missing, Unauthorized, Unavailable

log = structlog.get_logger(__name__)


class NotOffered(Missing):
    """Nobody logs in through an institution here."""

    default_code = "OIDC_404"


class LogInRefused(Unauthorized):
    """The provider vouches for nobody whom this account could be; the answer does not say why."""

    default_code = "OIDC_401"


class ProviderAway(Unavailable):
    """The provider does not answer, or answers what nobody can use.

    ``step`` is what was asked for and ``reason`` what came of it, for operators; callers are told of neither.
    """

    default_code = "OIDC_503"

    def __init__(self, message: str, *, step: str = "", reason: str = "") -> None:
        super().__init__(message)
        self.step, self.reason = step, reason


class NotProven(Forbidden):
    """The provider does not say that the person has just shown it who they are, or speaks of another one."""

    default_code = "OIDC_403"


class LinkTaken(Conflict):
    """The log-in belongs to somebody else's account, or the account to another log-in."""

    default_code = "OIDC_409"


class OnlyWayIn(Conflict):
    """The person could not log in any more."""

    default_code = "OIDC_409"


def refused(reason: str, **ids: str) -> LogInRefused:
    """Write down why, and return the error whose words are the same for every reason."""
    log.warning("institution_log_in_refused", reason=reason, **ids)
    return LogInRefused(
        "Your institution's log-in opens no account here. If you have a password, log in with it; if not, ask an "
        "administrator."
    )


def away(step: str, reason: str) -> ProviderAway:
    """Write down what failed, and return the error that says that the provider cannot be used."""
    log.warning("oidc_provider_failed", step=step, reason=reason)
    return ProviderAway(
        "Your institution's log-in cannot be reached at the moment. Try again in a minute.",
        step=step,
        reason=reason,
    )
