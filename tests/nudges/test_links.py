"""The links in letters: opening one stops nothing, and no other address than these opens anything."""

import uuid

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts.models import User
from nudges import services
from nudges.models import Nudge, NudgePreference
from nudges.signed_links import MarkedFor, signed_token, verified_id
from ops.models import AuditLog
from tests.factories.accounts import AdvisorFactory, UserFactory
from tests.factories.nudges import NOW, NudgeFactory

pytestmark = pytest.mark.django_db
ONE = uuid.UUID(int=1)


def way_out(student: User) -> str:
    return f"/nudges/stop/{signed_token(student.pk, MarkedFor.STOP)}"


def way_in(nudge: Nudge) -> str:
    return f"/n/{signed_token(nudge.pk, MarkedFor.CLICK)}"


def is_stopped(student: User) -> bool:
    return NudgePreference.objects.filter(user=student, stopped_at__isnull=False).exists()


class TestMarks:
    def test_a_token_leads_back_to_its_row_for_its_purpose_alone(self) -> None:
        token = signed_token(ONE, MarkedFor.STOP)

        assert len(token) == 44
        assert verified_id(token, MarkedFor.STOP) == ONE
        assert verified_id(token, MarkedFor.CLICK) is None

    def test_every_other_token_is_refused(self) -> None:
        token = signed_token(ONE, MarkedFor.STOP)
        others = [
            "", "a", "é" * 44, token[:-1], token + "A", token[:22], token.swapcase(), "A" * 44,
            signed_token(uuid.UUID(int=2), MarkedFor.STOP)[:22] + token[22:],
            *(token[:place] + ("B" if token[place] == "A" else "A") + token[place + 1 :] for place in range(44)),
        ]  # fmt: skip

        assert [verified_id(one, MarkedFor.STOP) for one in others] == [None] * len(others)

    def test_letters_of_before_a_change_of_key_still_lead_somewhere(self, settings: Settings) -> None:
        token = signed_token(ONE, MarkedFor.STOP)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another" * 8

        assert verified_id(token, MarkedFor.STOP) == ONE
        settings.SECRET_KEY_FALLBACKS = []
        assert verified_id(token, MarkedFor.STOP) is None


class TestStopping:
    def test_opening_the_link_asks_and_stops_nothing(self) -> None:
        student = UserFactory()

        for method in ("get", "head"):
            assert getattr(Client(), method)(way_out(student)).status_code == 200
        page = Client().get(way_out(student)).content.decode()

        assert "Stop reminders?" in page
        assert student.email not in page
        assert not is_stopped(student)

    def test_the_form_stops_and_does_so_twice(self) -> None:
        student = UserFactory()

        for _ in range(2):
            answer = Client().post(way_out(student))
            assert (answer.status_code, "No more reminders" in answer.content.decode()) == (200, True)

        assert is_stopped(student)
        line = AuditLog.objects.get(action="nudge_preference.changed")
        assert line.metadata == {"fields": ["stopped_at"], "stopped": True, "version": 2, "by_link": True}

    def test_the_form_of_another_page_stops_nothing(self) -> None:
        student = UserFactory()

        assert Client(enforce_csrf_checks=True).post(way_out(student)).status_code == 403
        assert not is_stopped(student)

    def test_the_button_of_a_reader_of_mail_stops_without_cookie(self) -> None:
        student = UserFactory()
        path = f"/api/v1{way_out(student)}"
        client = APIClient(enforce_csrf_checks=True)

        assert client.get(path).headers["Location"] == way_out(student)
        assert not is_stopped(student)
        for _ in range(2):
            answer = client.generic(
                "POST", path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
            )
            assert (answer.status_code, answer.json()) == (200, {"stopped": True})
        assert is_stopped(student)

    def test_a_student_takes_them_up_again_and_the_link_stops_them_again(self) -> None:
        student = UserFactory()
        Client().post(way_out(student))
        services.prefer(by=student, now=NOW, stopped=False)
        assert not is_stopped(student)

        Client().post(way_out(student))

        assert is_stopped(student)

    @pytest.mark.parametrize("status", ["disabled", "erased"])
    def test_the_link_of_a_closed_account_leads_nowhere(self, status: str) -> None:
        student = UserFactory(status=status)

        assert Client().post(way_out(student)).status_code == 404
        assert APIClient().post(f"/api/v1{way_out(student)}").json()["error_code"] == "LINK_404"
        assert NudgePreference.objects.count() == 0

    def test_there_is_none_for_staff(self) -> None:
        assert Client().post(way_out(AdvisorFactory())).status_code == 404

    def test_a_link_that_nobody_has_made_is_missing(self) -> None:
        wrong = way_out(UserFactory())[:-2] + "AA"

        assert [Client().get(wrong).status_code, Client().post(wrong).status_code] == [404, 404]


class TestClicking:
    def test_the_first_click_is_noted_and_leads_to_the_institution(self, settings: Settings) -> None:
        settings.NUDGES_LINK = "https://campus.example.org/learn?from=mail"
        nudge = NudgeFactory(kind="related_skill", about="sql")

        answers = [Client().get(way_in(nudge)) for _ in range(2)]

        place = f"https://campus.example.org/learn?from=mail&nudge={nudge.pk}&kind=related_skill&about=sql"
        assert [(one.status_code, one.headers["Location"]) for one in answers] == [(302, place)] * 2
        nudge.refresh_from_db()
        assert nudge.clicked_at == nudge.opened_at is not None
        assert AuditLog.objects.filter(action="nudge.clicked", actor_id=None).count() == 1

    def test_nothing_in_the_address_says_where_it_leads(self) -> None:
        nudge = NudgeFactory(about="//evil.example.org")

        answer = Client().get(f"{way_in(nudge)}?next=https://evil.example.org")

        assert answer.headers["Location"] == "/start"

    @pytest.mark.parametrize(
        ("kind", "about", "page"),
        [
            ("unfinished_assessment", str(ONE), f"/student/assessments/{ONE}/questions"),
            ("advisor_replied", str(ONE), f"/student/questions/{ONE}"),
            ("result_ready", str(ONE), f"/student/assessments/{ONE}"),
            ("result_changed", str(ONE), f"/student/assessments/{ONE}"),
            ("credential_decided", str(ONE), f"/student/credentials/{ONE}"),
            ("goal_reached", str(ONE), f"/student/goals/{ONE}"),
            ("agreed_step", str(ONE), f"/student/sessions/{ONE}"),
            ("inactive", "", "/student/practice/"),
            ("related_skill", "sql", "/student/practice/"),
        ],
    )
    def test_without_an_app_of_the_institution_it_leads_to_the_page_about_it(
        self, kind: str, about: str, page: str
    ) -> None:
        nudge = NudgeFactory(kind=kind, about=about)

        assert Client().get(way_in(nudge)).headers["Location"] == page

    def test_only_following_it_is_a_click(self) -> None:
        nudge = NudgeFactory()

        assert [Client().head(way_in(nudge)).status_code, Client().post(way_in(nudge)).status_code] == [
            405,
            405,
        ]
        nudge.refresh_from_db()
        assert nudge.clicked_at is None

    def test_what_is_gone_or_was_never_sent_is_missing(self) -> None:
        nudge = NudgeFactory(user__status="disabled")

        assert Client().get(way_in(nudge)).status_code == 404
        assert Client().get(f"/n/{signed_token(ONE, MarkedFor.CLICK)}").status_code == 404
        assert Client().get(f"/n/{signed_token(nudge.pk, MarkedFor.STOP)}").status_code == 404


def test_who_tries_links_is_held_back(settings: Settings) -> None:
    settings.RATE_LIMITS_ENABLED = True
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "letter": [(2, 3600)]}
    path = way_out(UserFactory())

    answers = [Client().get(path) for _ in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 429]
    assert int(answers[2].headers["Retry-After"]) > 0
