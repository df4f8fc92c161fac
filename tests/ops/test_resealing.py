"""Another encryption key, and nobody's secret changes."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test.utils import override_settings
from pytest_django.fixtures import Settings

from accounts import second_factor
from accounts.models import SecondFactor
from accounts.second_factor import CodeRefused
from microcred.sealing import SealBroken
from ops.models import AuditLog
from partners import queries
from partners.lti import keys as course_keys
from partners.models import WebhookSecret
from tests.accounts.test_second_factor import HALF_A_MINUTE, NOON, code_of, switch_on
from tests.factories.accounts import AdvisorFactory
from tests.factories.catalog import NOW
from tests.partners.conftest import registered
from tutoring import services as tutoring
from tutoring.queries import live_secrets as secrets_of_source

pytestmark = pytest.mark.django_db
FORMER, PRESENT = "the former key", "the present key"


def reseal() -> list[str]:
    out = StringIO()
    call_command("reseal_secrets", stdout=out)
    return out.getvalue().splitlines()


def test_another_key_seals_everything_and_no_secret_changes(settings: Settings) -> None:
    settings.WEBHOOK_ENCRYPTION_KEY = FORMER
    endpoint, secret = registered("https://partner.example/hook")
    person = AdvisorFactory()
    switch_on(person)
    source, shown = tutoring.add_source(by=None, name="Harbour Tutors")
    course_keys.ensure(now=NOW)
    signing = course_keys.signing()

    settings.WEBHOOK_ENCRYPTION_KEY, settings.WEBHOOK_DECRYPTION_KEYS = PRESENT, [FORMER]
    other, newer = registered("https://other.example/hook")
    assert queries.live_secrets(endpoint.pk, now=NOW) == (secret,)
    assert reseal() == [
        "partners.WebhookSecret: 1 sealed again, 1 had the present key, 0 opened by no key",
        "partners.LtiKey: 1 sealed again, 0 had the present key, 0 opened by no key",
        "tutoring.TutoringSecret: 1 sealed again, 0 had the present key, 0 opened by no key",
        "accounts.SecondFactor: 1 sealed again, 0 had the present key, 0 opened by no key",
    ]

    settings.WEBHOOK_DECRYPTION_KEYS = []
    assert queries.live_secrets(endpoint.pk, now=NOW) == (secret,)
    assert secrets_of_source(source.pk, now=NOW) == (shown,)
    assert course_keys.signing() == signing
    assert queries.live_secrets(other.pk, now=NOW) == (newer,)
    later = NOON + 10 * HALF_A_MINUTE
    second_factor.prove(person=person, code=code_of(person, later), now=later)
    with override_settings(WEBHOOK_ENCRYPTION_KEY=FORMER), pytest.raises(SealBroken):
        queries.live_secrets(endpoint.pk, now=NOW)


def test_doing_it_again_changes_nothing_and_the_trail_says_how_much_was_done(settings: Settings) -> None:
    settings.WEBHOOK_ENCRYPTION_KEY = FORMER
    registered("https://partner.example/hook")
    settings.WEBHOOK_ENCRYPTION_KEY, settings.WEBHOOK_DECRYPTION_KEYS = PRESENT, [FORMER]
    reseal()
    stored = WebhookSecret.objects.get().sealed

    assert reseal()[0] == "partners.WebhookSecret: 0 sealed again, 1 had the present key, 0 opened by no key"

    assert WebhookSecret.objects.get().sealed == stored
    assert list(
        AuditLog.objects.filter(action="secrets.resealed").values_list("resource_type", "metadata")
    ) == [("partners.WebhookSecret", {"rows": 1})]


def test_what_no_key_opens_stays_and_is_told(settings: Settings) -> None:
    settings.WEBHOOK_ENCRYPTION_KEY = "a key that is lost"
    registered("https://partner.example/hook")
    settings.WEBHOOK_ENCRYPTION_KEY = FORMER
    switch_on(AdvisorFactory())
    settings.WEBHOOK_ENCRYPTION_KEY, settings.WEBHOOK_DECRYPTION_KEYS = PRESENT, [FORMER]
    stored = WebhookSecret.objects.get().sealed

    with pytest.raises(CommandError, match="is a former key missing"):
        reseal()

    assert WebhookSecret.objects.get().sealed == stored
    assert second_factor._key(SecondFactor.objects.get())


def test_recovery_codes_from_before_work_once_while_the_former_key_is_listed(settings: Settings) -> None:
    settings.WEBHOOK_ENCRYPTION_KEY = FORMER
    person = AdvisorFactory()
    first, second, *_ = switch_on(person)
    settings.WEBHOOK_ENCRYPTION_KEY, settings.WEBHOOK_DECRYPTION_KEYS = PRESENT, [FORMER]
    reseal()

    second_factor.prove(person=person, code=first, now=NOON)
    with pytest.raises(CodeRefused):
        second_factor.prove(person=person, code=first, now=NOON)
    assert second_factor.recovery_codes_left(person) == 9
    settings.WEBHOOK_DECRYPTION_KEYS = []
    with pytest.raises(CodeRefused):
        second_factor.prove(person=person, code=second, now=NOON)
