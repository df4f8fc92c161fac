"""The second factor: codes of an authenticator app, and what stands in for it."""

import datetime as dt
import logging
import math
import re

import pyotp
import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts import second_factor, tokens
from accounts.models import SecondFactor, User
from accounts.second_factor import AlreadyOn, CodeRefused
from ops.models import AuditLog
from tests.factories.accounts import PASSWORD, AdminFactory, AdvisorFactory, UserFactory

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
HALF_A_MINUTE = dt.timedelta(seconds=30)


@pytest.fixture
def person() -> User:
    made: User = AdvisorFactory(email="robin@example.org")
    return made


def code_of(person: User, at: dt.datetime = NOON) -> str:
    return pyotp.TOTP(second_factor._key(SecondFactor.objects.get(person=person))).at(at)


def switch_on(person: User) -> list[str]:
    second_factor.enrol(by=person)
    return list(second_factor.confirm(by=person, code=code_of(person), now=NOON))


class TestEnrolment:
    def test_the_app_is_told_whose_key_it_is(self, person: User) -> None:
        enrolment = second_factor.enrol(by=person)

        assert enrolment.address.startswith("otpauth://totp/MicroCred:robin%40example.org?secret=")
        assert f"secret={enrolment.key}&" in enrolment.address

    def test_coming_back_to_the_page_keeps_the_key(self, person: User) -> None:
        assert second_factor.enrol(by=person).key == second_factor.enrol(by=person).key

    def test_the_key_is_not_readable_in_the_database(self, person: User) -> None:
        enrolment = second_factor.enrol(by=person)

        assert enrolment.key not in SecondFactor.objects.get(person=person).sealed_key

    def test_it_counts_only_after_the_first_code(self, person: User) -> None:
        second_factor.enrol(by=person)

        assert not second_factor.is_on(person)
        with pytest.raises(CodeRefused):
            second_factor.confirm(by=person, code="000000", now=NOON)
        assert not second_factor.is_on(person)

    def test_switching_it_on_ends_earlier_tokens_and_is_noted(self, person: User) -> None:
        codes = switch_on(person)

        person.refresh_from_db()
        assert second_factor.is_on(person)
        assert person.token_version == 2
        assert len(set(codes)) == 10
        assert {re.fullmatch("([a-z2-9]{7}-){3}[a-z2-9]{7}", code) is not None for code in codes} == {True}
        assert 28 * math.log2(len(set(second_factor._ALPHABET))) >= 128
        assert list(
            AuditLog.objects.filter(resource_type="user").order_by("pk").values_list("action", flat=True)
        ) == [
            "user.second_factor_begun",
            "user.second_factor_on",
        ]

    def test_a_second_one_is_refused(self, person: User) -> None:
        switch_on(person)

        with pytest.raises(AlreadyOn):
            second_factor.enrol(by=person)


class TestCodes:
    @pytest.mark.parametrize(
        ("seconds", "accepted"), [(-1, False), (0, True), (29, True), (30, False), (-30, False)]
    )
    def test_a_code_is_good_for_its_half_minute(self, person: User, seconds: int, accepted: bool) -> None:
        switch_on(person)
        shown_at = NOON + 10 * HALF_A_MINUTE
        now, code = shown_at + dt.timedelta(seconds=seconds), code_of(person, shown_at)

        if accepted:
            second_factor.prove(person=person, code=f" {code[:3]} {code[3:]} ", now=now)
        else:
            with pytest.raises(CodeRefused):
                second_factor.prove(person=person, code=code, now=now)

    def test_no_code_is_accepted_twice_nor_an_older_one_after_it(self, person: User) -> None:
        switch_on(person)
        now = NOON + 10 * HALF_A_MINUTE
        second_factor.prove(person=person, code=code_of(person, now), now=now)

        for at in (now, now - HALF_A_MINUTE):
            with pytest.raises(CodeRefused):
                second_factor.prove(person=person, code=code_of(person, at), now=now)

    def test_a_recovery_code_works_once(self, person: User) -> None:
        first, *_ = switch_on(person)

        second_factor.prove(person=person, code=first.upper(), now=NOON)

        assert second_factor.recovery_codes_left(person) == 9
        with pytest.raises(CodeRefused):
            second_factor.prove(person=person, code=first, now=NOON)

    def test_a_refused_code_is_in_the_log_with_the_person_and_without_the_code(
        self, person: User, caplog: pytest.LogCaptureFixture
    ) -> None:
        switch_on(person)

        with caplog.at_level(logging.WARNING), pytest.raises(CodeRefused):
            second_factor.prove(person=person, code="000000", now=NOON)

        assert [(record.msg["event"], record.msg["user_id"]) for record in caplog.records] == [  # type: ignore[index]
            ("code_refused", str(person.pk))
        ]
        assert "000000" not in caplog.text

    @pytest.mark.parametrize("code", ["", "abc", "١٢٣٤٥٦", "\udc80", "0" * 500])
    def test_what_is_no_code_is_refused(self, person: User, code: str) -> None:
        switch_on(person)

        with pytest.raises(CodeRefused):
            second_factor.prove(person=person, code=code, now=NOON)


class TestTokens:
    def ask(self, person: User, **more: str) -> tuple[int, str]:
        body = {"email": person.email, "password": PASSWORD, **more}
        reply = APIClient().post("/api/v1/auth/token", body, format="json")
        return reply.status_code, reply.json().get("error_code", "")

    def test_the_password_alone_is_not_enough(self, person: User) -> None:
        switch_on(person)

        assert self.ask(person) == (401, "OTP_REQUIRED_401")
        assert self.ask(person, code="000000") == (401, "OTP_401")

    def test_a_recovery_code_is(self, person: User) -> None:
        first, *_ = switch_on(person)

        assert self.ask(person, code=first) == (200, "")

    def test_ten_wrong_codes_are_enough(self, person: User) -> None:
        switch_on(person)

        statuses = [self.ask(person, code="000000")[0] for _ in range(11)]

        assert statuses == [401] * 10 + [429]


class TestAdministration:
    def test_an_admin_takes_it_off_for_somebody_who_lost_everything(self, person: User) -> None:
        switch_on(person)
        client = Client()
        client.force_login(AdminFactory())

        reply = client.post(
            "/admin/accounts/user/",
            {"action": "take_off_second_factor", "_selected_action": [str(person.pk)], "post": "yes"},
            follow=True,
        )

        assert f"Taken off for {person}." in reply.content.decode()
        assert not second_factor.is_on(person)


class TestRequiredForTokens:
    @pytest.fixture(autouse=True)
    def required(self, settings: Settings) -> None:
        settings.SECOND_FACTOR_REQUIRED = True

    def test_staff_without_one_get_no_token_by_password_alone(self, person: User) -> None:
        body = {"email": person.email, "password": PASSWORD}

        refused = APIClient().post("/api/v1/auth/token", body, format="json")

        assert (refused.status_code, refused.json()["error_code"]) == (403, "OTP_SETUP_403")

    def test_nor_do_they_go_on_with_tokens_from_before(self, person: User) -> None:
        pair = tokens.issue(person)

        refused = APIClient().post("/api/v1/auth/token/refresh", {"refresh": pair.refresh}, format="json")

        assert refused.status_code == 401

    def test_students_are_let_in(self) -> None:
        body = {"email": UserFactory().email, "password": PASSWORD}

        assert APIClient().post("/api/v1/auth/token", body, format="json").status_code == 200


@pytest.mark.parametrize("proven", [True, False])
def test_the_trail_says_of_each_log_in_whether_it_took_a_second_factor(person: User, proven: bool) -> None:
    if proven:
        switch_on(person)
    Client().force_login(person)
    tokens.issue(person)

    rows = AuditLog.objects.filter(action__in=["session.begun", "tokens.issued"]).order_by("pk")
    assert [row.metadata["second_factor"] for row in rows] == [proven, proven]
