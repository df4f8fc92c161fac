"""Figures of the quality pages that are worked out in the background, where much has to be read for them."""

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ErasureRequest, User
from accounts.personal_data import erasing
from assessments.models import Assessment
from catalog.models import JobRole
from companion import kept_figures
from companion.enums import FiguresOf
from companion.kept_figures import Wanted, sheet
from ops import claims, jobs
from ops.kept_figures import keep
from ops.models import AsyncJob, AuditLog, KeptFigures
from ops.models.figures import AWAITED
from ops.schedules import BY_NAME
from scoring.enums import ScoreSource
from scoring.statistics import LEAST_PEOPLE
from tests.factories.accounts import AdminFactory
from tests.factories.catalog import CredentialFactory
from tests.factories.recommendations import RecommendationFactory, RecommendationItemFactory
from tests.factories.statistics import completed, role_with_three_questions, score_essay

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    user: User = AdminFactory()
    return user


@pytest.fixture
def role() -> JobRole:
    """A role that students of two towns have taken, each with an essay that a model and a person scored."""
    role = role_with_three_questions()
    for number in range(LEAST_PEOPLE + 2):
        able = number % 3 == 0
        profile = {"town": "Ulm" if number % 2 else "Bonn"}
        made = completed(
            role, profile=profile, multiple_choice="c2" if able else "c1", numeric=42.5 if able else 7
        )
        score_essay(made, ScoreSource.MODEL, reasoning=number % 3, evidence=1)
        score_essay(made, ScoreSource.HUMAN, reasoning=(number + number % 2) % 3, evidence=1)
        recommended(made)
    return role


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take whatever anybody has completed for much."""
    monkeypatch.setattr(kept_figures, "MOST_AT_ONCE", 0)


def recommended(assessment: Assessment) -> None:
    run = RecommendationFactory(
        assessment=assessment, generated_at=timezone.now(), parameters={"profile": [{"level": 1.0}]}
    )
    RecommendationItemFactory(recommendation=run, credential=CredentialFactory(), position=1)


def every_wanted(role: JobRole) -> list[Wanted]:
    return [
        Wanted(FiguresOf.QUESTIONS, role.pk, False),
        Wanted(FiguresOf.AGREEMENT, role.pk, False),
        Wanted(FiguresOf.FAIRNESS, role.pk, False, "town"),
        Wanted(FiguresOf.RECOMMENDATIONS, None, False),
        Wanted(FiguresOf.RECOMMENDATIONS, role.pk, False, "30"),
    ]


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def plain_list(found: Any) -> Any:
    return tuple(found) if isinstance(found, list) else found


class TestFigures:
    def test_what_is_kept_is_what_would_be_worked_out_at_once(
        self, admin: User, role: JobRole, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = timezone.now()
        at_once = [sheet(one, by=admin, now=now) for one in every_wanted(role)]
        monkeypatch.setattr(kept_figures, "MOST_AT_ONCE", 0)
        for one in every_wanted(role):
            kept_figures.ask(one, by=admin, now=now)
        jobs.drain(skip_waits=True)

        kept = [sheet(one, by=admin, now=now) for one in every_wanted(role)]

        assert [one.found for one in kept] == [plain_list(one.found) for one in at_once]
        assert at_once[0].found.people == LEAST_PEOPLE + 2
        assert at_once[2].found.groups
        assert {(one.is_kept, one.as_of) for one in at_once} == {(False, None)}
        assert all(one.is_kept and one.as_of and now <= one.as_of for one in kept)

    @pytest.mark.usefixtures("large")
    def test_they_stay_as_of_their_moment_until_they_are_worked_out_anew(
        self, admin: User, role: JobRole
    ) -> None:
        wanted, now = Wanted(FiguresOf.QUESTIONS, role.pk, False), timezone.now()
        kept_figures.ask(wanted, by=admin, now=now)
        jobs.drain(skip_waits=True)
        before = sheet(wanted, by=admin, now=now)
        completed(role)

        unchanged = sheet(wanted, by=admin, now=now)
        later = now + dt.timedelta(days=1)
        kept_figures.ask(wanted, by=admin, now=later)
        awaited = sheet(wanted, by=admin, now=later)

        assert unchanged == before
        assert (awaited.found, awaited.as_of, awaited.is_awaited) == (before.found, before.as_of, True)

        jobs.drain(skip_waits=True)
        after = sheet(wanted, by=admin, now=now)
        assert (before.found.people, after.found.people) == (LEAST_PEOPLE + 2, LEAST_PEOPLE + 3)
        assert before.as_of is not None
        assert after.as_of is not None
        assert before.as_of < after.as_of

    @pytest.mark.usefixtures("large")
    def test_before_they_have_been_worked_out_there_are_none(self, admin: User, role: JobRole) -> None:
        wanted, now = Wanted(FiguresOf.AGREEMENT, role.pk, False), timezone.now()

        assert sheet(wanted, by=admin, now=now) == kept_figures.Sheet(None, is_kept=True)
        kept_figures.ask(wanted, by=admin, now=now)
        assert sheet(wanted, by=admin, now=now) == kept_figures.Sheet(None, is_kept=True, is_awaited=True)
        late = now + AWAITED
        assert sheet(wanted, by=admin, now=late) == kept_figures.Sheet(None, is_kept=True, is_overdue=True)
        jobs.drain(skip_waits=True)
        assert not sheet(wanted, by=admin, now=late).is_overdue

    @pytest.mark.usefixtures("large")
    def test_what_was_kept_by_other_code_is_worked_out_again(self, admin: User, role: JobRole) -> None:
        wanted, now = Wanted(FiguresOf.QUESTIONS, role.pk, False), timezone.now()
        kept_figures.ask(wanted, by=admin, now=now)
        KeptFigures.objects.update(figures={"people": 3}, worked_out_at=now)

        assert sheet(wanted, by=admin, now=now) == kept_figures.Sheet(None, is_kept=True)


class TestRefreshing:
    @pytest.mark.usefixtures("large")
    def test_every_night_what_pages_show_and_what_was_asked_for_is_worked_out(self, role: JobRole) -> None:
        now = timezone.now()
        asked_for = Wanted(FiguresOf.QUESTIONS, role.pk, True)
        kept_figures.ask(asked_for, by=None, now=now)
        jobs.drain(skip_waits=True)

        night = now + dt.timedelta(days=1)

        found = kept_figures.refresh(now=night)
        due = AsyncJob.objects.filter(status="queued", kind=kept_figures.KIND).order_by("next_run_at")
        assert [one.next_run_at - night for one in due] == [place * kept_figures.APART for place in range(12)]
        jobs.drain(skip_waits=True)

        assert found == {"asked": 12, "forgotten": 0}
        assert sorted((row.subject, row.about["narrowed"]) for row in KeptFigures.objects.all()) == [
            ("agreement", ""),
            ("fairness", "town"),
            ("questions", ""),
            ("questions", ""),
            *(("recommendations", days) for days in ("", "", "30", "30", "365", "365", "90", "90")),
        ]
        assert not KeptFigures.objects.filter(figures__isnull=True).exists()
        assert BY_NAME["work-out-figures"].function == "companion.kept_figures.refresh"

    def test_what_is_little_enough_for_a_page_is_kept_no_longer(self, role: JobRole) -> None:
        kept_figures.ask(Wanted(FiguresOf.QUESTIONS, role.pk, False), by=None, now=timezone.now())

        assert kept_figures.refresh(now=timezone.now()) == {"asked": 0, "forgotten": 1}

        assert not KeptFigures.objects.exists()
        jobs.drain(skip_waits=True)
        assert AsyncJob.objects.get(kind=kept_figures.KIND).status == "succeeded"


@pytest.mark.usefixtures("large")
class TestErasing:
    def test_whoever_is_erased_is_counted_no_more(
        self, admin: User, role: JobRole, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now, elsewhere = timezone.now(), Wanted(FiguresOf.QUESTIONS, role_with_three_questions().pk, False)
        for one in (*every_wanted(role), elsewhere):
            kept_figures.ask(one, by=None, now=now)
        jobs.drain(skip_waits=True)
        untouched = sheet(elsewhere, by=admin, now=now)
        student = Assessment.objects.filter(role=role)[0].user
        due = erasing.request_erasure(by=student, person=student, now=now).due_at
        erasing.erase(ErasureRequest.objects.get().pk, now=due)
        later = timezone.now()

        awaited = [sheet(one, by=admin, now=later).found for one in every_wanted(role)]
        jobs.drain(skip_waits=True)
        kept = [sheet(one, by=admin, now=later).found for one in every_wanted(role)]

        assert awaited == [None] * 5
        assert sheet(elsewhere, by=admin, now=later) == untouched
        monkeypatch.setattr(kept_figures, "MOST_AT_ONCE", 500)
        assert kept == [plain_list(sheet(one, by=admin, now=later).found) for one in every_wanted(role)]
        assert kept[0].people == LEAST_PEOPLE + 1

    def test_what_is_worked_out_meanwhile_is_kept_nowhere(self, role: JobRole) -> None:
        kept_figures.ask(Wanted(FiguresOf.QUESTIONS, role.pk, False), by=None, now=timezone.now())
        claim = claims.claim_job(AsyncJob.objects.get(kind=kept_figures.KIND).pk)
        assert claim is not None

        kept_figures.begin_anew([role.pk], now=timezone.now())
        keep(claim, {"people": 3}, as_of=timezone.now())

        assert KeptFigures.objects.get().figures is None
        assert AsyncJob.objects.filter(kind=kept_figures.KIND, status="queued").count() == 1


@pytest.mark.usefixtures("large")
class TestPages:
    def pages(self, role: JobRole) -> list[str]:
        names = ("advisor:quality-items", "advisor:quality-agreement", "advisor:quality-fairness")
        items, agreement, fairness = (reverse(name, args=[role.pk]) for name in names)
        return [items, agreement, f"{fairness}?key=town", reverse("advisor:quality-recommendations")]

    def test_each_says_as_of_when_its_figures_are_and_has_them_worked_out_anew(
        self, admin: User, role: JobRole, client: Client
    ) -> None:
        client.force_login(admin)
        for address in self.pages(role):
            assert "they have not been yet. Work out now" in text_of(client, address)

            answer = client.post(address, follow=True)

            assert answer.redirect_chain == [(address, 302)]
            assert "They are being worked out; look again in a minute." in answer.content.decode()
            jobs.drain(skip_waits=True)
            shown = text_of(client, address)
            moment = KeptFigures.objects.latest("worked_out_at").worked_out_at
            assert f"As of {moment:%-d %b %Y, %H:%M} : so many assessments" in shown
            assert "Work out anew" in shown

    def test_figures_that_do_not_come_are_said_to_be_late(
        self, admin: User, role: JobRole, client: Client
    ) -> None:
        client.force_login(admin)
        address = self.pages(role)[0]
        client.post(address)
        KeptFigures.objects.update(asked_at=timezone.now() - AWAITED)

        shown = text_of(client, address)

        assert "have not come: their job has failed, or no worker runs." in shown
        assert "Work out now" in shown

    def test_asking_again_while_they_are_worked_out_does_nothing_more(
        self, admin: User, role: JobRole, client: Client
    ) -> None:
        client.force_login(admin)
        address = self.pages(role)[0]

        client.post(address)
        client.post(address)

        assert AsyncJob.objects.filter(kind=kept_figures.KIND).count() == 1
        (line,) = AuditLog.objects.filter(action="figures.asked")
        about = {"subject": "questions", "role": str(role.pk), "synthetic": False, "narrowed": ""}
        assert (line.actor_id, line.resource_id, line.metadata) == (
            admin.pk, KeptFigures.objects.get().pk, about,
        )  # fmt: skip


def test_where_little_has_to_be_read_a_post_keeps_nothing(admin: User, role: JobRole, client: Client) -> None:
    client.force_login(admin)

    client.post(reverse("advisor:quality-items", args=[role.pk]))

    assert not KeptFigures.objects.exists()
