"""What an operator is told who has configured the institution's log-in by half, or dangerously."""

import pytest
from django.core.checks import run_checks
from pytest_django.fixtures import Settings

from accounts.institution.checks import check_institution
from ops.connection_checks import check_encryption

WHOLE = {
    "OIDC_ISSUER": "https://login.example.edu/realms/all", "OIDC_CLIENT_ID": "microcred", "OIDC_CLIENT_SECRET": "s",
}  # fmt: skip


def found(settings: Settings, **changed: object) -> list[str]:
    for name, value in (WHOLE | changed).items():
        setattr(settings, name, value)
    return [str(one.id) for one in check_institution()]


def test_whole_or_not_at_all_is_fine(settings: Settings) -> None:
    assert check_institution() == []
    assert found(settings) == []
    assert (
        found(
            settings,
            OIDC_SCOPES=["openid"],
            OIDC_STUDENT_DOMAINS=["students.example.edu", "xn--bcher-kva.ch"],
        )
        == []
    )
    addresses = ["https://app.example.org/back", "http://127.0.0.1:3000/back", "org.example.app:/back"]
    assert found(settings, OIDC_APP_ADDRESSES=addresses) == []
    assert not [one for one in run_checks() if one.id and one.id.startswith("microcred.E0")]


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_a_half_is_refused(settings: Settings, name: str) -> None:
    assert found(settings, **{name: ""}) == ["microcred.E017"]


@pytest.mark.parametrize("name", ["OIDC_SECOND_FACTOR", "OIDC_STUDENT_DOMAINS", "OIDC_APP_ADDRESSES"])
def test_what_is_of_no_use_alone_is_refused(settings: Settings, name: str) -> None:
    setattr(settings, name, ["https://app.example.org/"])

    assert "microcred.E017" in [one.id for one in check_institution()]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"OIDC_ISSUER": "https://login.example.edu/?realm=all"}, "microcred.E018"),
        ({"OIDC_ISSUER": "https://login.example.edu/#all"}, "microcred.E018"),
        ({"OIDC_ISSUER": "https://user:pass@login.example.edu/"}, "microcred.E018"),
        ({"OIDC_SCOPES": ["email"]}, "microcred.E018"),
        ({"OIDC_STUDENT_DOMAINS": ["*"]}, "microcred.E019"),
        ({"OIDC_STUDENT_DOMAINS": ["@example.edu"]}, "microcred.E019"),
        ({"OIDC_STUDENT_DOMAINS": ["example"]}, "microcred.E019"),
        ({"OIDC_APP_ADDRESSES": ["http://app.example.org/back"]}, "microcred.E020"),
        ({"OIDC_APP_ADDRESSES": ["https://*.example.org/back"]}, "microcred.E020"),
        ({"OIDC_APP_ADDRESSES": ["https://app.example.org/#back"]}, "microcred.E020"),
        ({"OIDC_APP_ADDRESSES": ["javascript:alert(1)"]}, "microcred.E020"),
        ({"OIDC_APP_ADDRESSES": ["https:///back"]}, "microcred.E020"),
    ],
    ids=str,
)  # fmt: skip
def test_what_would_let_the_wrong_people_in_is_refused(
    settings: Settings, changed: dict[str, object], told: str
) -> None:
    assert found(settings, **changed) == [told]


def test_where_deployed_the_provider_leads_back_encrypted(settings: Settings) -> None:
    settings.IS_DEPLOYED = True

    assert found(settings, PUBLIC_URL="http://learn.example.edu") == ["microcred.E018"]
    assert found(settings, PUBLIC_URL="https://learn.example.edu") == []


def test_where_deployed_the_provider_is_reached_encrypted(settings: Settings) -> None:
    settings.IS_DEPLOYED = True
    before = len(check_encryption())
    settings.OIDC_ISSUER = "http://login.example.edu"

    assert len(check_encryption()) == before + 1
