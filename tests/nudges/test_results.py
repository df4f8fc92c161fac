"""Students are told of results that came while they were away, and of what people changed about one; never a score."""

import datetime as dt
import zoneinfo
from dataclasses import replace

import pytest

from assessments.enums import Stage
from assessments.models import Assessment
from nudges import services
from nudges.deciding import Earlier, Facts, Unfinished, decide
from nudges.enums import NudgeKind
from nudges.models import Nudge
from nudges.quiet import Clock
from nudges.student_facts import Change, Decided, Result
from scoring import oversight
from tests.factories.accounts import AdvisorFactory
from tests.factories.assessments import question_id_of
from tests.factories.nudges import NOW
from tests.factories.oversight import advised, judged_assessment
from tests.factories.recommendations import CredentialClaimFactory
from tests.nudges.test_looking import away

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
CLOCK = Clock(zoneinfo.ZoneInfo("Europe/Berlin"), dt.time(21), dt.time(8))
RESULT = Result("a1", "Data analyst", NOW - 2 * HOUR)
CHANGE = Change("n1", "a1", "Data analyst", NOW - 2 * HOUR)
DECIDED = Decided("c1", "k1", "SQL joins", NOW - 2 * HOUR)
TOLD = f"c1:{DECIDED.at:%Y-%m-%dT%H:%M:%S}"
OPEN = Unfinished("a2", "Data analyst", NOW - 30 * HOUR, NOW + 42 * HOUR, 3, 12)


def facts(*results: Result, seen: dt.timedelta | None = 4 * HOUR, **known: object) -> Facts:
    active_at = None if seen is None else NOW - seen
    return Facts(CLOCK, active_at=active_at, results=results, **known)  # type: ignore[arg-type]


def earlier(kind: str, reference: str) -> Earlier:
    return Earlier(NudgeKind(kind), reference, "a1", NOW - 3 * DAY)


def told(known: Facts, *, now: dt.datetime = NOW) -> str:
    draft = decide(known, now=now).draft
    return draft.kind if draft else ""


@pytest.mark.parametrize(
    ("known", "kind"),
    [
        (facts(RESULT), "result_ready"),
        (facts(RESULT, seen=3 * HOUR), "result_ready"),
        (facts(RESULT, seen=3 * HOUR - MINUTE), ""),
        (facts(RESULT, seen=HOUR), ""),
        (facts(RESULT, seen=None), ""),
        (facts(RESULT, earlier=[earlier("result_ready", "a1")]), ""),
        (facts(RESULT, earlier=[earlier("result_ready", "a0")]), "result_ready"),
        (facts(RESULT, unfinished=[OPEN]), "unfinished_assessment"),
        (facts(changes=[CHANGE]), "result_changed"),
        (facts(changes=[CHANGE], seen=MINUTE), "result_changed"),
        (facts(changes=[Change("n1", "a1", "Data analyst", NOW - HOUR + MINUTE)]), ""),
        (facts(RESULT, changes=[CHANGE]), "result_ready"),
        (facts(changes=[CHANGE], earlier=[earlier("result_changed", "a1:n1")]), ""),
        (facts(changes=[CHANGE], earlier=[earlier("result_changed", "a1:n0")]), "result_changed"),
        (facts(decided=[DECIDED]), "credential_decided"),
        (facts(decided=[DECIDED], changes=[CHANGE]), "result_changed"),
        (facts(decided=[replace(DECIDED, at=NOW - HOUR + MINUTE)]), ""),
        (facts(decided=[replace(DECIDED, at=NOW - 7 * DAY - MINUTE)]), ""),
        (facts(decided=[DECIDED], earlier=[earlier("credential_decided", TOLD)]), ""),
        (facts(decided=[DECIDED], earlier=[earlier("credential_decided", "c1:before")]), "credential_decided"),
    ],
    ids=[
        "came while away", "an hour after they were seen", "a minute less than that", "seen since", "never seen",
        "told already", "told of another", "what can be lost comes first", "changed and not seen",
        "whoever is there too",
        "changed just now", "the result comes before its change", "change told already", "something else was changed",
        "a word decided about", "the change comes before it", "decided just now", "decided long ago",
        "decision told already", "decided otherwise since",
    ],
)  # fmt: skip
def test_when_it_is_told(known: Facts, kind: str) -> None:
    assert told(known) == kind


def test_after_a_week_neither_is_news() -> None:
    later = NOW - 2 * HOUR + 7 * DAY
    known = facts(RESULT, changes=[CHANGE])

    assert (told(known, now=later), told(known, now=later + MINUTE)) == ("result_ready", "inactive")


def test_at_night_it_waits_for_the_morning() -> None:
    night = dt.datetime(2026, 3, 11, 22, tzinfo=dt.UTC)
    verdict = decide(facts(RESULT), now=night)

    assert verdict.held_until == dt.datetime(2026, 3, 12, 7, tzinfo=dt.UTC)


@pytest.mark.django_db
class TestLooking:
    @pytest.fixture
    def assessment(self) -> Assessment:
        """A result of a student who was seen two days ago; it came two hours ago."""
        made = judged_assessment(student=away(2))
        Assessment.objects.filter(pk=made.pk).update(completed_at=NOW - 2 * HOUR)
        return made

    def changed(self, assessment: Assessment) -> None:
        """An advisor gives another score, two hours ago."""
        oversight.override(
            by=advised(assessment.user), assessment_id=assessment.pk,
            question_id=question_id_of(assessment, "essay"),
            new=oversight.NewScore("reasoning", "l2"), reason="We talked about it.", now=NOW - 2 * HOUR,
        )  # fmt: skip

    def test_a_result_is_told_once_and_without_its_scores(self, assessment: Assessment) -> None:
        for days in (0, 1, 2):
            services.dispatch_due(now=NOW + days * DAY)

        nudge = Nudge.objects.get()
        role = assessment.role.name
        assert (nudge.kind, nudge.reference, nudge.about) == (
            "result_ready",
            str(assessment.pk),
            str(assessment.pk),
        )
        assert nudge.title == "Your result is ready"
        assert nudge.text == (
            f"What came of your assessment for {role}, and what you could do next, is there for you to read."
        )
        assert nudge.reason == "It has been there since 11 March, 10:00, and you were not."

    def test_one_that_is_held_is_told_when_it_is_released(self, assessment: Assessment) -> None:
        Assessment.objects.filter(pk=assessment.pk).update(
            stage=Stage.AWAITING_RELEASE, completed_at=NOW - 20 * DAY
        )
        services.dispatch_due(now=NOW)
        assert not Nudge.objects.exists()

        Assessment.objects.filter(pk=assessment.pk).update(stage=Stage.DONE, released_at=NOW)
        services.dispatch_due(now=NOW + HOUR)

        assert Nudge.objects.get().kind == "result_ready"

    def test_what_was_changed_is_told_until_it_is_seen(self, assessment: Assessment) -> None:
        Assessment.objects.filter(pk=assessment.pk).update(completed_at=NOW - 9 * DAY)
        self.changed(assessment)

        services.dispatch_due(now=NOW)

        nudge = Nudge.objects.get()
        assert (nudge.kind, nudge.about) == ("result_changed", str(assessment.pk))
        assert (
            nudge.text
            == f"There is 1 notice about your assessment for {assessment.role.name} that you have not seen."
        )
        assert nudge.reason == "You have not seen what was decided on 11 March, 10:00."

    def test_what_was_seen_is_not_told(self, assessment: Assessment) -> None:
        Assessment.objects.filter(pk=assessment.pk).update(completed_at=NOW - 9 * DAY)
        self.changed(assessment)
        seen = [one.notice_id for one in oversight.notices_for(assessment.user)]
        oversight.mark_seen(by=assessment.user, notice_ids=seen, now=NOW - HOUR)

        services.dispatch_due(now=NOW)

        assert not Nudge.objects.exists()

    def test_nobody_is_told_of_what_is_anothers(self, assessment: Assessment) -> None:
        self.changed(assessment)
        other = away(2)

        services.dispatch_due(now=NOW)

        assert not Nudge.objects.filter(user=other).exists()
        assert Nudge.objects.filter(user=assessment.user).count() == 1

    def test_what_was_decided_about_a_credential_is_told_once_and_not_said(self) -> None:
        claim = CredentialClaimFactory(
            user=away(2),
            decision="refused",
            reason="No record.",
            decided_by=AdvisorFactory(),
            decided_at=NOW - 2 * HOUR,
        )

        for days in (0, 1):
            services.dispatch_due(now=NOW + days * DAY)

        nudge = Nudge.objects.get()
        assert (nudge.kind, nudge.about) == ("credential_decided", str(claim.credential_id))
        assert nudge.title == "Somebody looked at a credential that you named"
        assert (
            nudge.text
            == f"What was decided about “{claim.credential.title}”, and why, is there for you to read."
        )
        assert nudge.reason == "You have not seen what was decided on 11 March, 10:00."

    def test_a_decision_that_was_seen_is_not_told(self) -> None:
        CredentialClaimFactory(
            user=away(2), decision="refused", reason="No record.", decided_by=AdvisorFactory(),
            decided_at=NOW - 2 * HOUR, decision_seen_at=NOW - HOUR,
        )  # fmt: skip

        services.dispatch_due(now=NOW)

        assert not Nudge.objects.exists()
