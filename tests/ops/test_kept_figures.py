"""Figures that are kept: asked for once at a time, replaced by what a job comes to."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from ops import claims, cleanup, jobs, kept_figures
from ops.models import AsyncJob, KeptFigures
from ops.models.figures import AWAITED

pytestmark = pytest.mark.django_db
KIND = "companion.figures"
ABOUT = {"role": None, "synthetic": False, "narrowed": ""}


def claimed() -> jobs.Claim:
    claim = claims.claim_job(AsyncJob.objects.get(status="queued").pk)
    assert claim is not None
    return claim


def test_what_a_job_comes_to_replaces_what_was_there() -> None:
    now = timezone.now() - dt.timedelta(hours=2)
    assert kept_figures.kept("questions", ABOUT) is None

    assert kept_figures.ask("questions", ABOUT, kind=KIND, by=None, now=now)
    first = claimed()
    assert kept_figures.asked_for(first) == kept_figures.kept("questions", ABOUT)
    kept_figures.keep(first, {"people": 1}, as_of=now)
    assert kept_figures.ask("questions", ABOUT, kind=KIND, by=None, now=now + dt.timedelta(hours=1))
    kept_figures.keep(claimed(), {"people": 2}, as_of=now + dt.timedelta(hours=1))

    row = KeptFigures.objects.get()
    assert (row.figures, row.worked_out_at) == ({"people": 2}, now + dt.timedelta(hours=1))
    assert kept_figures.kept("questions", {**ABOUT, "narrowed": "30"}) is None


def test_while_they_are_awaited_no_second_job_is_made_and_later_one_is() -> None:
    now = timezone.now()

    asked = [
        kept_figures.ask("questions", ABOUT, kind=KIND, by=None, now=moment)
        for moment in (now, now + AWAITED / 2, now + AWAITED)
    ]

    assert asked == [True, False, True]
    assert AsyncJob.objects.filter(kind=KIND).count() == 2


def test_a_job_whose_figures_are_no_longer_wanted_keeps_nothing() -> None:
    kept_figures.ask("questions", ABOUT, kind=KIND, by=None, now=timezone.now())
    claim = claimed()
    kept_figures.forget(kept_figures.every())

    assert kept_figures.asked_for(claim) is None
    kept_figures.keep(claim, {"people": 1}, as_of=timezone.now())

    assert not KeptFigures.objects.exists()


def test_jobs_that_are_done_go_with_those_of_schedules() -> None:
    kept_figures.ask("questions", ABOUT, kind=KIND, by=None, now=timezone.now())
    kept_figures.keep(claimed(), {}, as_of=timezone.now())

    cleanup.clean_up(now=timezone.now() + cleanup.KEEP_SWEEPS + dt.timedelta(hours=1))

    assert not AsyncJob.objects.filter(kind=KIND).exists()


def test_the_database_keeps_one_row_of_each_and_no_figures_without_their_moment() -> None:
    KeptFigures.objects.create(subject="questions", about=ABOUT, asked_at=timezone.now())

    with pytest.raises(IntegrityError, match="kept_figures_once"), transaction.atomic():
        KeptFigures.objects.create(subject="questions", about=ABOUT, asked_at=timezone.now())
    with pytest.raises(IntegrityError, match="kept_figures_dated"), transaction.atomic():
        KeptFigures.objects.update(figures={})
