"""What is held of learners in memory is what the database says, after every change."""

import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from catalog.models import JobRole
from recommendations.knn import MIN_LEARNERS, Neighbourhood
from recommendations.learner_index import LearnerIndex
from recommendations.models import LearnerCredential, LearnerProfile
from recommendations.queries import neighbours
from tests.factories.accounts import UserFactory
from tests.factories.catalog import CredentialFactory, JobRoleFactory
from tests.factories.recommendations import LearnerCredentialFactory, past_learner

pytestmark = pytest.mark.django_db


@pytest.fixture
def role() -> JobRole:
    """A role with twenty experts in SQL who hold something."""
    role: JobRole = JobRoleFactory()
    taken = CredentialFactory()
    for _ in range(MIN_LEARNERS):
        past_learner(role, credentials=[taken], sql=5.0)
    return role


def around(role: JobRole, *, other_than: uuid.UUID | None = None) -> Neighbourhood:
    """The neighbours of a beginner."""
    found = neighbours({"sql": 1.0}, role_id=role.pk, other_than=other_than or uuid.uuid4())
    assert found is not None
    return found


def beginner(role: JobRole, *, sql: float = 1.0) -> User:
    return past_learner(role, credentials=[CredentialFactory()], sql=sql)


def nearest(role: JobRole, *, other_than: uuid.UUID | None = None) -> uuid.UUID:
    profile_id = around(role, other_than=other_than).nearest[0].learner.profile_id
    assert profile_id is not None
    return LearnerProfile.objects.values_list("user_id", flat=True).get(pk=profile_id)


def test_whoever_comes_after_is_found(role: JobRole) -> None:
    assert around(role).learners == MIN_LEARNERS

    newcomer = beginner(role)

    assert around(role).learners == MIN_LEARNERS + 1
    assert nearest(role) == newcomer.pk


def test_oneself_and_learners_for_other_roles_are_left_out(role: JobRole) -> None:
    oneself = beginner(role)
    beginner(JobRoleFactory())

    found = around(role, other_than=oneself.pk)

    assert found.learners == MIN_LEARNERS
    assert {one.learner.levels["sql"] for one in found.nearest} == {5.0}
    assert found.digest == around_without(role, oneself)


def around_without(role: JobRole, gone: User) -> str:
    LearnerProfile.objects.filter(user=gone).delete()
    return around(role).digest


def test_levels_that_change_count_anew(role: JobRole) -> None:
    mover = beginner(role, sql=5.0)
    before = around(role)

    LearnerProfile.objects.filter(user=mover).update(levels={"sql": 1.0})

    assert nearest(role) == mover.pk
    assert around(role).digest != before.digest


def test_credentials_that_come_and_go_count_anew(role: JobRole) -> None:
    mover = past_learner(role, credentials=[], sql=1.0)
    assert around(role).learners == MIN_LEARNERS

    earned = LearnerCredentialFactory(user=mover)
    assert around(role).holders.get(earned.credential_id) == 1

    LearnerCredential.objects.filter(user=mover).delete()
    assert earned.credential_id not in around(role).holders
    assert around(role).learners == MIN_LEARNERS


def test_whoever_is_erased_is_gone_from_memory_too(role: JobRole) -> None:
    before = around(role).digest
    leaver = beginner(role)
    assert nearest(role) == leaver.pk

    LearnerProfile.objects.filter(user=leaver).delete()

    assert around(role).learners == MIN_LEARNERS
    assert around(role).digest == before


def test_without_levels_or_others_there_are_no_neighbours(role: JobRole) -> None:
    assert neighbours({}, role_id=role.pk, other_than=UserFactory().pk) is None
    assert neighbours({"sql": 1.0}, role_id=JobRoleFactory().pk, other_than=UserFactory().pk) is None


@pytest.mark.django_db(transaction=True)
def test_threads_take_turns_with_a_crowd(role: JobRole, monkeypatch: pytest.MonkeyPatch) -> None:
    beginner(role)
    inside: list[int] = []
    monkeypatch.setattr(LearnerIndex, "put", alone_for_a_moment(LearnerIndex.put, inside))
    monkeypatch.setattr(LearnerIndex, "find", alone_for_a_moment(LearnerIndex.find, inside))

    def look(_: int) -> int:
        try:
            return around(role).learners
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(look, range(8)))

    assert found == [MIN_LEARNERS + 1] * 8


def alone_for_a_moment(method: Callable[..., Any], inside: list[int]) -> Callable[..., Any]:
    """Take longer over ``method``, and fail when somebody else comes in meanwhile."""

    def held(*args: Any, **kwargs: Any) -> Any:
        inside.append(1)
        time.sleep(0.002)
        others = len(inside) - 1
        found = method(*args, **kwargs)
        inside.pop()
        assert others == 0
        return found

    return held
