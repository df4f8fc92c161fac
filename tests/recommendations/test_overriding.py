"""Advisors change the list in effect, with a reason and at once; what was worked out stays, and no run undoes it."""

import datetime as dt
import json
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from assessments.models import Assessment
from catalog.models import Credential
from catalog.services import set_credential_active
from microcred.errors import Forbidden, Invalid
from ops.jobs import enqueue
from ops.models import AsyncJob, AuditLog
from partners.models import WebhookEvent
from recommendations import healing, queries, services
from recommendations.enums import Origin
from recommendations.models import (
    DecisionRecord,
    Recommendation,
    RecommendationItem,
    RecommendationOverride,
    WhatIf,
)
from recommendations.queries import RecommendationMissing
from recommendations.queries.exposure import Span, exposure_of
from recommendations.services import (
    CredentialNotOffered,
    CredentialNotRecommended,
    ListReplaced,
    NothingToOverride,
)
from tests.factories.accounts import AdminFactory, AdvisorAssignmentFactory, UserFactory
from tests.factories.assessments import submitted_assessment
from tests.factories.catalog import NOW, CredentialFactory
from tests.factories.recommendations import RecommendationFactory, RecommendationItemFactory
from tests.recommendations.results import differences, effective, tamper, whole, work_off

pytestmark = pytest.mark.django_db
REASON = "You begin a job in reporting next month."
LATER = NOW + dt.timedelta(days=1)


def listed(assessment: Assessment) -> list[uuid.UUID]:
    return [item.credential_id for item in effective(assessment).items.all()]


def change(by: User, assessment: Assessment, action: str, credential: Any = None, **given: Any) -> Any:
    run = given.pop("run", None) or effective(assessment)
    return services.override(
        by=by,
        recommendation_id=run.pk,
        action=action,
        credential_id=credential,
        reason=given.pop("reason", REASON),
        now=given.pop("now", LATER),
    )


class TestPuttingFirst:
    def test_it_makes_a_run_in_effect_that_carries_what_was_worked_out(
        self, assessment: Assessment, advisor: User
    ) -> None:
        before = effective(assessment)
        first, second, *others = listed(assessment)

        act = change(advisor, assessment, "first", second)

        after = effective(assessment)
        assert (after.pk, after.run, after.origin) == (act.recommendation_id, before.run + 1, "person")
        assert listed(assessment) == [second, first, *others]
        assert [item.position for item in after.items.all()] == list(range(1, len(others) + 3))
        was = {item.credential_id: item for item in before.items.all()}
        for item in after.items.all():
            old = was[item.credential_id]
            assert (item.confidence, item.parts, item.rationale) == (
                old.confidence, old.parts, old.rationale,
            )  # fmt: skip
            assert [one.rank for one in item.traces.all()] == [one.rank for one in old.traces.all()]
        assert [one.snippet for one in after.traces.all()] == [one.snippet for one in before.traces.all()]
        assert after.summary == (
            "A person changed this list; what follows was said of the one that was worked out. "
            + before.summary
        )
        assert (after.parameters, after.metrics) == (
            before.parameters, before.metrics,
        )  # fmt: skip
        assert [item.override for item in after.items.all()] == [act, *[None] * (len(others) + 1)]

    def test_what_was_in_effect_is_kept_as_it_was(self, assessment: Assessment, advisor: User) -> None:
        before, (_, second, *_) = effective(assessment), listed(assessment)
        change(advisor, assessment, "first", second)

        kept = Recommendation.objects.get(pk=before.pk)
        assert (kept.effective, kept.origin, kept.items.count()) == (
            False, "engine", len(before.items.all()),
        )  # fmt: skip

    def test_it_is_in_the_audit_trail(self, assessment: Assessment, advisor: User) -> None:
        before = effective(assessment)
        act = change(advisor, assessment, "first", listed(assessment)[1])

        line = AuditLog.objects.get(action="recommendation.overridden")
        assert (line.actor_id, line.resource_id) == (advisor.pk, act.recommendation_id)
        assert line.metadata == {
            "override_id": str(act.pk),
            "action": "first",
            "overridden": str(before.pk),
        }

    def test_the_first_is_first_already(self, assessment: Assessment, advisor: User) -> None:
        with pytest.raises(NothingToOverride):
            change(advisor, assessment, "first", listed(assessment)[0])

    def test_a_credential_that_is_not_listed_is_refused(self, assessment: Assessment, advisor: User) -> None:
        with pytest.raises(CredentialNotRecommended):
            change(advisor, assessment, "first", CredentialFactory().pk)


class TestTakingOff:
    def test_the_others_move_up(self, assessment: Assessment, advisor: User) -> None:
        first, *others = listed(assessment)

        change(advisor, assessment, "remove", first)

        assert listed(assessment) == others
        assert not RecommendationItem.objects.filter(
            recommendation=effective(assessment), override__isnull=False
        ).exists()
        said = queries.overridden(effective(assessment))
        assert [(act.action, act.credential_id, act.reason) for act in said.acts] == [
            ("remove", first, REASON)
        ]


class TestAdding:
    def test_one_that_the_ranking_would_have_come_to_has_its_parts(
        self, assessment: Assessment, advisor: User
    ) -> None:
        first = effective(assessment).items.all()[0]
        change(advisor, assessment, "remove", first.credential_id)

        act = change(advisor, assessment, "add", first.credential_id)

        item = list(effective(assessment).items.all())[-1]
        assert (item.credential_id, item.rationale, item.override) == (first.credential_id, "", act)
        assert (item.confidence, item.parts) == (first.confidence, first.parts)

    def test_one_that_closes_no_gap_has_neither_confidence_nor_parts(
        self, assessment: Assessment, advisor: User
    ) -> None:
        other: Credential = CredentialFactory(title="Public speaking")

        act = change(advisor, assessment, "add", other.pk)

        item = list(effective(assessment).items.all())[-1]
        assert (item.title, item.confidence, item.parts, item.override) == (
            "Public speaking",
            None,
            None,
            act,
        )

    def test_a_retired_one_is_not_offered(self, assessment: Assessment, advisor: User) -> None:
        other: Credential = CredentialFactory()
        set_credential_active(by=None, credential=other, active=False)

        with pytest.raises(CredentialNotOffered):
            change(advisor, assessment, "add", other.pk)

    def test_one_that_is_listed_is_not_added_again(self, assessment: Assessment, advisor: User) -> None:
        with pytest.raises(NothingToOverride):
            change(advisor, assessment, "add", listed(assessment)[0])

    def test_a_list_is_full_at_ten(self, assessment: Assessment, advisor: User) -> None:
        for _ in range(10 - len(listed(assessment))):
            change(advisor, assessment, "add", CredentialFactory().pk)

        with pytest.raises(NothingToOverride, match="at most 10"):
            change(advisor, assessment, "add", CredentialFactory().pk)


class TestHumanOverModel:
    def test_a_run_that_is_worked_out_later_is_kept_beside_it_and_marks_it(
        self, assessment: Assessment, advisor: User
    ) -> None:
        change(advisor, assessment, "first", listed(assessment)[1])
        persons = effective(assessment)

        services.recompute(by=advisor, assessment_id=assessment.pk)
        work_off(assessment)

        assert effective(assessment).pk == persons.pk
        runs = Recommendation.objects.filter(assessment=assessment).order_by("run")
        assert [(run.run, run.origin, run.effective) for run in runs] == [
            (1, "engine", False),
            (2, "person", True),
            (3, "engine", False),
        ]
        assert queries.completed_result(assessment).stale_because == ["run"]
        assert queries.recommendation_of(by=advisor, recommendation_id=persons.pk).stale_because == ["run"]

    def test_changing_a_list_that_is_outrun_leaves_it_marked(
        self, assessment: Assessment, advisor: User
    ) -> None:
        change(advisor, assessment, "first", listed(assessment)[1])
        services.recompute(by=advisor, assessment_id=assessment.pk)
        work_off(assessment)

        change(advisor, assessment, "first", listed(assessment)[1])

        assert effective(assessment).run == 4
        assert queries.completed_result(assessment).stale_because == ["run"]

    def test_taking_back_puts_the_newest_that_was_worked_out_into_effect(
        self, assessment: Assessment, advisor: User
    ) -> None:
        asked = listed(assessment)
        change(advisor, assessment, "remove", asked[0])
        services.recompute(by=advisor, assessment_id=assessment.pk)
        work_off(assessment)
        AsyncJob.objects.filter(kind="recommendations.explore").delete()

        act = change(advisor, assessment, "take_back")

        assert (effective(assessment).run, effective(assessment).origin) == (3, "engine")
        assert (act.credential_id, listed(assessment)) == (None, asked)
        assert queries.overridden(effective(assessment)).acts == ()
        assert queries.completed_result(assessment).stale_because == []
        work_off(assessment)
        assert queries.completed_result(assessment).what_if is not None

    def test_what_nobody_changed_cannot_be_taken_back(self, assessment: Assessment, advisor: User) -> None:
        with pytest.raises(NothingToOverride):
            change(advisor, assessment, "take_back")

    def test_acts_taken_back_are_not_told_of_a_later_list(
        self, assessment: Assessment, advisor: User
    ) -> None:
        first, second, *_ = listed(assessment)
        change(advisor, assessment, "first", second)
        change(advisor, assessment, "take_back")
        change(advisor, assessment, "remove", first)
        change(advisor, assessment, "remove", second)

        assert effective(assessment).summary.count("A person changed this list") == 1
        acts = queries.overridden(effective(assessment)).acts
        assert [(act.action, act.credential_id) for act in acts] == [("remove", first), ("remove", second)]

    def test_a_part_that_can_be_had_again_is_healed_beside_the_persons_list(
        self, assessment: Assessment, advisor: User
    ) -> None:
        run = effective(assessment)
        Recommendation.objects.filter(pk=run.pk).update(degraded=True, missing=["retrieval"])
        Assessment.objects.filter(pk=assessment.pk).update(degraded=True, missing=["retrieval"])
        change(advisor, assessment, "first", listed(assessment)[1])

        assert [one.assessment_id for one in healing.lacking()] == [assessment.pk]
        healing.heal_due(now=LATER)
        work_off(assessment)

        assert healing.lacking() == []
        assert (effective(assessment).origin, assessment.missing) == ("person", ["retrieval"])
        change(advisor, assessment, "take_back")
        assessment.refresh_from_db()
        assert (effective(assessment).run, assessment.missing, assessment.degraded) == (3, [], False)


class TestTelling:
    def test_partners_are_told_of_every_change_of_the_result(
        self, assessment: Assessment, advisor: User
    ) -> None:
        computed = effective(assessment)
        act = change(advisor, assessment, "first", listed(assessment)[1])
        services.recompute(by=advisor, assessment_id=assessment.pk)
        work_off(assessment)
        third = Recommendation.objects.get(assessment=assessment, run=3)
        back = change(advisor, assessment, "take_back")

        events = WebhookEvent.objects.filter(event_type__startswith="recommendation.").order_by("sequence")
        assert [(one.event_type, one.subject_id, one.recommendation_id) for one in events] == [
            ("recommendation.ready", computed.pk, computed.pk),
            ("recommendation.updated", act.recommendation_id, act.recommendation_id),
            ("recommendation.updated", third.pk, act.recommendation_id),
            ("recommendation.updated", back.pk, third.pk),
        ]


class TestFigures:
    def test_what_is_shown_is_what_was_worked_out_whatever_people_change(
        self, assessment: Assessment, advisor: User
    ) -> None:
        before, _ = exposure_of(by=advisor, span=Span())
        change(advisor, assessment, "first", listed(assessment)[-1])
        change(advisor, assessment, "remove", listed(assessment)[0])

        after, _ = exposure_of(by=advisor, span=Span())

        assert (after.runs, before.shown > 1) == (1, True)
        assert after == before

    def test_what_would_change_a_persons_list_is_not_worked_out(
        self, assessment: Assessment, advisor: User
    ) -> None:
        run = change(advisor, assessment, "remove", listed(assessment)[-1]).recommendation
        enqueue(
            "recommendations.explore",
            payload={"recommendation_id": str(run.pk)},
            assessment_id=assessment.pk,
        )

        work_off(assessment)

        assert not WhatIf.objects.filter(recommendation=run).exists()


class TestRecords:
    def test_a_record_names_the_list_before_and_the_person_and_all_replay(
        self, assessment: Assessment, advisor: User
    ) -> None:
        computed, (first, second, *_) = effective(assessment), listed(assessment)
        act = change(advisor, assessment, "first", second)
        change(advisor, assessment, "add", CredentialFactory().pk)
        change(advisor, assessment, "take_back")

        bodies = [json.loads(row.body) for row in DecisionRecord.objects.order_by("sequence")]
        assert bodies[1]["recommendation"] == str(act.recommendation_id)
        assert {name: bodies[1]["override"][name] for name in ("id", "of", "action", "credential", "by")} == {
            "id": str(act.pk),
            "of": str(computed.pk),
            "action": "first",
            "credential": str(second),
            "by": str(advisor.pk),
        }
        assert REASON not in json.dumps(bodies)
        assert bodies[1]["inputs"] == bodies[0]["inputs"]
        assert bodies[1]["passages"] == bodies[0]["passages"]
        assert bodies[1]["shown"]["credentials"][:2] == [str(second), str(first)]
        assert differences(assessment) == []
        assert whole(4)

    def test_a_reason_that_was_changed_since_is_found(self, assessment: Assessment, advisor: User) -> None:
        change(advisor, assessment, "first", listed(assessment)[1])
        assert tamper("UPDATE recommendation_overrides SET reason = 'Because I like it.'") == 1

        (found,) = differences(assessment)
        assert found.startswith("override")

    def test_students_read_what_stood_where(self, assessment: Assessment, advisor: User) -> None:
        other: Credential = CredentialFactory(key="public-speaking")
        change(advisor, assessment, "add", other.pk)

        newest, oldest = queries.records_of(by=assessment.user, assessment_id=assessment.pk)

        assert newest.ranking.credentials[-1] == {
            "credential_id": str(other.pk),
            "key": "public-speaking",
            "confidence": None,
            "parts": None,
        }
        assert list(newest.ranking.credentials[:-1]) == list(oldest.ranking.credentials)


class TestWhoMay:
    def test_only_the_list_in_effect_is_changed(self, assessment: Assessment, advisor: User) -> None:
        before = effective(assessment)
        change(advisor, assessment, "first", listed(assessment)[1])

        with pytest.raises(ListReplaced):
            change(advisor, assessment, "remove", listed(assessment)[0], run=before)

    def test_an_admin_may(self, assessment: Assessment) -> None:
        change(AdminFactory(), assessment, "first", listed(assessment)[1])
        assert effective(assessment).origin == "person"

    def test_the_student_may_not(self, assessment: Assessment) -> None:
        with pytest.raises(Forbidden):
            change(assessment.user, assessment, "first", listed(assessment)[1])

    def test_nobody_else_sees_it(self, assessment: Assessment) -> None:
        for stranger in (UserFactory(), AdvisorAssignmentFactory().advisor):
            with pytest.raises(RecommendationMissing):
                change(stranger, assessment, "first", listed(assessment)[1])

    @pytest.mark.parametrize("reason", ["Too short", "x" * 1001, " " * 20, "  A reason "])
    def test_a_reason_has_10_to_1000_characters(
        self, reason: str, assessment: Assessment, advisor: User
    ) -> None:
        with pytest.raises(Invalid, match="State a reason"):
            change(advisor, assessment, "first", listed(assessment)[1], reason=reason)


class TestWhatTheDatabaseHolds:
    def test_what_was_done_is_not_changed(self, assessment: Assessment, advisor: User) -> None:
        act = change(advisor, assessment, "first", listed(assessment)[1])
        with pytest.raises(IntegrityError), transaction.atomic():
            RecommendationOverride.objects.filter(pk=act.pk).update(reason="Another reason.")

    def test_a_machine_lists_nothing_without_a_confidence(self, assessment: Assessment) -> None:
        item = effective(assessment).items.all()[0]
        with pytest.raises(IntegrityError), transaction.atomic():
            RecommendationItem.objects.filter(pk=item.pk).update(confidence=None, parts=None)
        with pytest.raises(IntegrityError), transaction.atomic():
            RecommendationItem.objects.filter(pk=item.pk).update(parts=None)

    def test_what_was_done_stands_on_a_persons_list_for_the_same_assessment(
        self, assessment: Assessment, advisor: User
    ) -> None:
        computed = effective(assessment)
        act = change(advisor, assessment, "first", listed(assessment)[1])

        for run in (computed, RecommendationFactory(origin=Origin.PERSON)):
            with pytest.raises(IntegrityError, match="an override stands on"), transaction.atomic():
                RecommendationItemFactory(recommendation=run, position=10, override=act)

    def test_a_list_stays_with_who_made_it_and_with_its_assessment(self, assessment: Assessment) -> None:
        run = Recommendation.objects.filter(pk=effective(assessment).pk)

        for changed in ({"origin": Origin.PERSON}, {"assessment": submitted_assessment()}):
            with pytest.raises(IntegrityError, match="a list stays with"), transaction.atomic():
                run.update(**changed)
