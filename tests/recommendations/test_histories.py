"""What learners hold is compared once there are enough of them, from what changed alone, and nobody shows."""

import json
import uuid
from collections.abc import Sequence

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Credential
from microcred.ai import providers
from ops.schedules import BY_NAME
from recommendations import queries
from recommendations.collaborative.serving import MIN_LEARNERS
from recommendations.erasing import erase
from recommendations.models import (
    ChangedLearner,
    DecisionRecord,
    FittedBlend,
    LearnerCredential,
    LearnerHistory,
    Recommendation,
)
from recommendations.queries import histories
from recommendations.services import recompute, refresh_histories
from tests.factories.accounts import AdminFactory, UserFactory
from tests.factories.catalog import NOW, CredentialFactory
from tests.factories.recommendations import LearnerCredentialFactory, WordEmbedder, offered
from tests.recommendations.results import completed, differences, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(histories, "_read", [])
    chosen = WordEmbedder()
    monkeypatch.setattr(providers, "embedder", lambda: chosen)


def hold(number: int, credentials: Sequence[Credential]) -> None:
    """So many more learners hold these credentials."""
    users = UserFactory.create_batch(number)
    LearnerCredential.objects.bulk_create(
        LearnerCredentialFactory.build(user=user, credential=one) for user in users for one in credentials
    )


def pairs() -> list[Credential]:
    """Four credentials: whoever holds the first holds the second, the others belong together too."""
    found: list[Credential] = CredentialFactory.create_batch(4)
    hold(60, found[:2])
    hold(60, found[2:])
    return found


def test_what_is_held_with_what_a_learner_holds_scores_highest() -> None:
    first, second, third, fourth = pairs()

    refreshed = refresh_histories(now=NOW)

    served = queries.blend_in_use().served
    assert refreshed is not None
    assert (refreshed.changed, refreshed.learners, refreshed.credentials, refreshed.weighed) == (
        120,
        120,
        4,
        True,
    )
    assert served is not None
    assert served.best([first.pk], 1) == [second.pk]
    assert served.best([fourth.pk], 1) == [third.pk]


def test_below_the_bound_there_is_no_blend_and_that_is_said() -> None:
    hold(MIN_LEARNERS - 1, CredentialFactory.create_batch(2))

    refresh_histories(now=NOW)

    blend = queries.blend_in_use()
    assert (blend.served, blend.learners, blend.needed) == (None, MIN_LEARNERS - 1, MIN_LEARNERS)


def test_a_credential_that_two_learners_hold_is_not_compared() -> None:
    found = pairs()
    rare = CredentialFactory()
    hold(2, [found[0], rare])

    refresh_histories(now=NOW)

    assert rare.pk not in FittedBlend.objects.get().items


def test_a_refresh_with_nothing_changed_asks_once_and_changes_nothing() -> None:
    pairs()
    refresh_histories(now=NOW)
    before = FittedBlend.objects.get()

    with CaptureQueriesContext(connection) as captured:
        assert refresh_histories(now=NOW) is None

    statements = [one["sql"] for one in captured if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(statements) == 2
    assert all("changed_learners" in sql for sql in statements)
    assert FittedBlend.objects.get() == before


def test_only_changed_learners_are_read_anew_and_weights_stay_while_few_are() -> None:
    first, second, third, _ = pairs()
    refresh_histories(now=NOW)
    before = {row.user_id: row.pk for row in LearnerHistory.objects.all()}
    changed = LearnerCredential.objects.filter(credential=first)[0].user
    LearnerCredentialFactory(user=changed, credential=third)

    assert list(ChangedLearner.objects.values_list("pk", flat=True)) == [changed.pk]
    refreshed = refresh_histories(now=NOW)

    assert refreshed is not None
    assert (refreshed.changed, refreshed.weighed) == (1, False)
    assert {row.user_id: row.pk for row in LearnerHistory.objects.all()} == before
    assert set(LearnerHistory.objects.get(user=changed).credentials) == {first.pk, second.pk, third.pk}
    assert not ChangedLearner.objects.exists()


def test_what_was_taken_back_or_erased_is_forgotten() -> None:
    first, *_ = pairs()
    refresh_histories(now=NOW)
    gone, cleared = (row.user for row in LearnerCredential.objects.filter(credential=first)[:2])

    LearnerCredential.objects.filter(user=cleared).delete()
    LearnerCredential.objects.filter(user=gone).delete()
    type(gone).objects.filter(pk=gone.pk).delete()
    refresh_histories(now=NOW)

    assert not LearnerHistory.objects.filter(user__in=[gone.pk, cleared.pk]).exists()
    assert FittedBlend.objects.latest("made_at", "pk").learners == 118


def test_an_erasure_takes_the_history_at_once_and_the_blend_follows() -> None:
    first, *_ = pairs()
    refresh_histories(now=NOW)
    gone = LearnerCredential.objects.filter(credential=first)[0].user_id

    assert erase(gone)["learner_histories"] == 1

    assert not LearnerHistory.objects.filter(user=gone).exists()
    refresh_histories(now=NOW)
    assert FittedBlend.objects.latest("made_at", "pk").learners == 119
    assert not ChangedLearner.objects.exists()


def test_what_broke_off_is_taken_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs()
    with monkeypatch.context() as broken:
        broken.setattr("recommendations.services.histories.item_texts", lambda items: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            refresh_histories(now=NOW)

    refreshed = refresh_histories(now=NOW)

    assert refreshed is not None
    assert refreshed.changed == 120


def test_the_blend_names_nobody_and_the_schedule_refreshes_it() -> None:
    pairs()
    refresh_histories(now=NOW)
    row = FittedBlend.objects.get()

    people = {str(key) for key in LearnerHistory.objects.values_list("user_id", flat=True)}
    assert not people & {str(one) for one in (*row.items, row.pk)}
    assert not any(uuid.UUID(one).bytes in bytes(row.tables) for one in people)
    assert BY_NAME["refresh-histories"].function == "recommendations.services.refresh_histories"


class TestRecommended:
    """A student who holds something, in a role nobody else was assessed for."""

    def test_the_neighbours_part_is_the_blends_and_the_record_replays(self) -> None:
        held = offered("held")
        assessment = completed()
        candidates = Recommendation.objects.get(assessment=assessment).items.order_by("position")
        first, other = (item.credential for item in candidates[:2])
        hold(80, [held, first])
        hold(40, [other, CredentialFactory()])
        LearnerCredentialFactory(user=assessment.user, credential=held)
        refresh_histories(now=NOW)

        recompute(by=AdminFactory(), assessment_id=assessment.pk)
        work_off(assessment)

        made = Recommendation.objects.get(assessment=assessment, effective=True)
        parts = {item.credential: item.decimal_parts["neighbours"] for item in made.items.all()}
        assert made.parameters["unavailable"] == []
        told = made.parameters["histories"]
        assert (told["on"], told["known"], told["share"]) == (True, 1, pytest.approx(1 / 3))
        assert parts[first] > parts.get(other, 0)
        assert all(sum(item.decimal_parts.values()) == item.confidence for item in made.items.all())
        body = json.loads(DecisionRecord.objects.latest("sequence").body)["inputs"]["histories"]
        assert (body["held"], body["known"]) == ([str(held.pk)], 1)
        assert differences(assessment) == []

        FittedBlend.objects.all().delete()
        assert differences(assessment) == []

    def test_while_it_is_off_the_run_says_so(self) -> None:
        assessment = completed()
        work_off(assessment)

        told = Recommendation.objects.get(assessment=assessment).parameters["histories"]
        assert (told["on"], told["learners"], told["needed"]) == (False, 0, MIN_LEARNERS)
