"""Leases that are renewed while the work goes on, until it hangs or somebody else has the job."""

import os
import time

import pytest
from django.conf import LazySettings

from ops import claims
from ops.failures import LeaseLost
from ops.leases import renewed
from ops.models import AsyncJob
from tests.ops.harness import PATIENCE_SECONDS, submit, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quick_leases(settings: LazySettings) -> None:
    settings.JOB_LEASE_SECONDS = 1
    settings.JOB_RENEW_SECONDS = 0.1


def taken() -> claims.Claim:
    claim = claims.claim_job(submit())
    assert claim is not None
    return claim


def lease_of(claim: claims.Claim) -> object:
    return AsyncJob.objects.get(pk=claim.job_id).lease_expires_at


def test_lease_moves_on_while_the_work_lasts() -> None:
    claim = taken()
    first = lease_of(claim)

    with renewed(claim):
        wait_until(lambda: lease_of(claim) != first, PATIENCE_SECONDS, "the lease is renewed")
        claim.ensure_held()


def test_lost_job_is_noticed() -> None:
    claim = taken()
    claims.identify("inline")
    claims.put_back("inline", [os.getpid()])

    with renewed(claim):
        wait_until(claim.lost.is_set, PATIENCE_SECONDS, "the loss is noticed")

    with pytest.raises(LeaseLost):
        claim.ensure_held()


def test_hanging_work_loses_its_lease_after_the_deadline(settings: LazySettings) -> None:
    settings.JOB_DEADLINE_SECONDS = 0.3
    claim = taken()

    with renewed(claim):
        wait_until(claim.lost.is_set, PATIENCE_SECONDS, "renewal stops")


def test_finished_work_is_not_taken_for_lost() -> None:
    claim = taken()

    with renewed(claim):
        with claim.finish():
            pass
        time.sleep(0.3)

    assert not claim.lost.is_set()
