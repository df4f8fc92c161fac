"""Sums over the ledger, and its page in the admin."""

import pytest
from django.db import IntegrityError
from django.test import Client
from pytest_django.fixtures import Settings

from microcred.db import database_now
from scoring.calls import ledger, spending
from scoring.models import ModelCall
from tests.factories.accounts import AdminFactory
from tests.factories.assessments import started_assessment
from tests.scoring.calls.entries import CENT, outgoing, payer, reply

pytestmark = pytest.mark.django_db


def two_calls() -> None:
    assessment = started_assessment()
    ledger.settle(ledger.reserve(outgoing(), payer=payer(assessment)), reply(CENT // 4))
    ledger.reserve(outgoing(), payer=payer(assessment))


def test_a_month_adds_up_what_was_paid_and_what_is_reserved() -> None:
    two_calls()

    (month,) = spending.months()

    assert month.month == database_now().date().replace(day=1)
    assert (month.calls, month.unanswered, month.cents) == (2, 1, 1.25)


def test_the_gauge_says_what_is_spent_of_how_much(settings: Settings) -> None:
    settings.MODEL_BUDGET_MONTH_CENTS = 500
    assert spending.this_month() == {"spent": 0, "limit": 500 * CENT}

    two_calls()

    assert spending.this_month() == {"spent": CENT + CENT // 4, "limit": 500 * CENT}


def test_admins_look_at_the_ledger_and_change_nothing(settings: Settings) -> None:
    settings.MODEL_BUDGET_MONTH_CENTS = 500
    two_calls()
    browser = Client()
    browser.force_login(AdminFactory())
    call = ModelCall.objects.earliest("pk")

    listed = browser.get("/admin/scoring/modelcall/").content.decode()
    shown = browser.get(f"/admin/scoring/modelcall/{call.pk}/change/").content.decode()

    assert "a month may cost 500" in listed
    assert "1.2500" in listed
    assert "what was sent" in shown
    assert browser.get("/admin/scoring/modelcall/add/").status_code == 403
    assert browser.post(f"/admin/scoring/modelcall/{call.pk}/change/", {"host": "x"}).status_code == 403
    assert browser.post(f"/admin/scoring/modelcall/{call.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_negative_cost_is_refused() -> None:
    with pytest.raises(IntegrityError):
        ledger.reserve(outgoing(-1), payer=payer(started_assessment()))
