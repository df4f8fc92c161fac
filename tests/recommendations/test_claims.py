"""Students' own words about what they hold: what they do, how they meet other facts, what staff decides about them."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from catalog.models import Credential
from microcred.errors import Forbidden
from ops.models import AuditLog
from recommendations import queries, services
from recommendations.comparing import compare
from recommendations.enums import LearnerCredentialStatus
from recommendations.models import ChangedLearner, CredentialClaim, LearnerCredential, Recommendation
from recommendations.queries import ClaimMissing
from recommendations.services import claims, refresh_histories
from recommendations.services.learners import NotARecord, record_credential, remove_credential
from scoring.oversight import ReasonMissing
from tests.companion.scenes import advised_student, finished_assessment
from tests.factories.accounts import AdminFactory, AdvisorFactory, UserFactory
from tests.factories.catalog import NOW, CredentialFactory
from tests.factories.recommendations import CredentialClaimFactory, LearnerCredentialFactory

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=1)
BECAUSE = "I saw the certificate."


@pytest.fixture
def student() -> User:
    """A student."""
    made: User = UserFactory()
    return made


@pytest.fixture
def credential() -> Credential:
    """A credential of the catalog."""
    made: Credential = CredentialFactory()
    return made


def say(student: User, credential: Credential, **given: Any) -> CredentialClaim:
    return services.say_held(by=student, credential_id=credential.pk, now=NOW, **given)


def decide(
    by: User, claim: CredentialClaim, decision: str, reason: str = BECAUSE, **given: Any
) -> CredentialClaim:
    return services.check_claim(
        by=by, claim_id=claim.pk, decision=decision, reason=reason, now=LATER, **given
    )


def record(student: User, credential: Credential) -> tuple[str, str] | None:
    """What the learner's own record says: status and source."""
    found = LearnerCredential.objects.filter(user=student, credential=credential)
    return found.values_list("status", "source").first()


class TestOwnWords:
    def test_count_for_the_student_and_for_nobody_else(self, student: User, credential: Credential) -> None:
        claim = say(student, credential, obtained_on=dt.date(2025, 6, 1), note="At school.")

        assert (claim.state, claim.obtained_on, claim.note) == ("own_word", dt.date(2025, 6, 1), "At school.")
        compared = compare(levels={}, role_id=uuid.uuid4(), user_id=student.pk)
        assert compared.earned == {credential.pk} == queries.earned(student.pk)
        assert (compared.held, record(student, credential)) == ([], None)
        assert not ChangedLearner.objects.exists()

    def test_said_again_are_one(self, student: User, credential: Credential) -> None:
        first, second = say(student, credential, note="a"), say(student, credential, note="b")

        assert first.pk == second.pk
        assert CredentialClaim.objects.get().note == "b"

    @pytest.mark.parametrize("day", [dt.date(1949, 12, 31), NOW.date() + dt.timedelta(days=2)])
    def test_name_a_day_on_which_it_can_have_been(
        self, student: User, credential: Credential, day: dt.date
    ) -> None:
        with pytest.raises(claims.DateUnfit):
            say(student, credential, obtained_on=day)

    def test_are_about_what_the_catalog_offers(self, student: User) -> None:
        for gone in (CredentialFactory(active=False), CredentialFactory.build()):
            with pytest.raises(services.CredentialNotOffered):
                say(student, gone)

    def test_are_so_many_at_most(
        self, student: User, credential: Credential, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(claims, "MOST_CLAIMS", 1)
        say(student, credential)

        with pytest.raises(claims.TooManyClaims):
            say(student, CredentialFactory())
        assert say(student, credential, note="again").note == "again"

    def test_leave_a_line_in_the_trail_without_their_words(
        self, student: User, credential: Credential
    ) -> None:
        say(student, credential, note="At school.")
        services.take_back_claim(by=student, credential_id=credential.pk, now=NOW)

        lines = AuditLog.objects.filter(resource_type="credential_claim").order_by("created_at")
        assert [line.action for line in lines] == ["credential_claim.said", "credential_claim.taken_back"]
        assert lines[0].metadata == {"credential_id": str(credential.pk), "state": "own_word"}


class TestTakingBack:
    def test_forgets_the_word_alone(self, student: User, credential: Credential) -> None:
        LearnerCredentialFactory(user=student, credential=credential, source="feedback", status="accepted")
        say(student, credential)

        services.take_back_claim(by=student, credential_id=credential.pk, now=NOW)

        assert not CredentialClaim.objects.exists()
        assert record(student, credential) == ("accepted", "feedback")

    @pytest.mark.parametrize(
        ("source", "words"), [("feedback", "Take that feedback back"), ("import", "Staff has recorded it")]
    )
    def test_says_why_not(self, student: User, credential: Credential, source: str, words: str) -> None:
        LearnerCredentialFactory(user=student, credential=credential, source=source)

        with pytest.raises(services.NotAnOwnWord, match=words):
            services.take_back_claim(by=student, credential_id=credential.pk, now=NOW)

    def test_of_nothing_and_of_others_is_missing(self, student: User, credential: Credential) -> None:
        say(UserFactory(), credential)

        with pytest.raises(ClaimMissing):
            services.take_back_claim(by=student, credential_id=credential.pk, now=NOW)
        assert CredentialClaim.objects.count() == 1

    @pytest.mark.parametrize("decision", ["confirmed", "refused"])
    def test_waits_for_staff_once_it_has_decided(
        self, student: User, credential: Credential, decision: str
    ) -> None:
        claim = say(student, credential)
        admin = AdminFactory()
        decide(admin, claim, decision)

        with pytest.raises(services.ClaimDecided):
            services.take_back_claim(by=student, credential_id=credential.pk, now=NOW)
        decide(admin, claim, "take_back")
        services.take_back_claim(by=student, credential_id=credential.pk, now=NOW)

        assert (record(student, credential), CredentialClaim.objects.count()) == (None, 0)


class TestDeciding:
    def test_a_confirmed_word_is_known(self, student: User, credential: Credential) -> None:
        claim = decide(AdminFactory(), say(student, credential), "confirmed")

        assert (claim.state, claim.reason) == ("confirmed", BECAUSE)
        assert record(student, credential) == ("completed", "confirmed")
        assert refresh_histories(now=NOW) is not None
        assert compare(levels={}, role_id=uuid.uuid4(), user_id=student.pk).held == [credential.pk]

    def test_a_confirmed_word_stays_as_it_was_confirmed(self, student: User, credential: Credential) -> None:
        day = dt.date(2025, 6, 1)
        admin = AdminFactory()
        claim = decide(admin, say(student, credential, obtained_on=day, note="At school."), "confirmed")

        with pytest.raises(services.ClaimDecided, match="as it was"):
            say(student, credential, obtained_on=day, note="At the university.")
        assert say(student, credential, obtained_on=day, note="At school.").state == "confirmed"
        decide(admin, claim, "take_back")

        assert say(student, credential, obtained_on=None, note="").obtained_on is None

    def test_a_refused_word_counts_for_nothing_and_is_not_said_again(
        self, student: User, credential: Credential
    ) -> None:
        claim = decide(AdminFactory(), say(student, credential), "refused")

        assert queries.earned(student.pk) == frozenset()
        with pytest.raises(services.ClaimDecided, match="I saw the certificate"):
            say(student, credential)
        assert CredentialClaim.objects.get().decision == claim.decision

    def test_a_decision_may_become_the_other_or_none(self, student: User, credential: Credential) -> None:
        admin, claim = AdminFactory(), say(student, credential)
        seen = []
        for decision in ("confirmed", "refused", "confirmed", "take_back"):
            row = decide(admin, claim, decision)
            seen.append((row.state.value, record(student, credential)))

        known = ("completed", "confirmed")
        assert seen == [("confirmed", known), ("refused", None), ("confirmed", known), ("own_word", None)]
        assert (row.reason, row.decided_by, row.decided_at) == ("", None, None)

    def test_is_for_the_staff_of_the_student(self, credential: Credential) -> None:
        advisor, student = advised_student()
        claim = say(student, credential)

        with pytest.raises(ClaimMissing):
            decide(AdvisorFactory(), claim, "confirmed")
        with pytest.raises(Forbidden):
            decide(student, claim, "confirmed")
        with pytest.raises(ReasonMissing):
            decide(advisor, claim, "confirmed", reason=" ")
        assert decide(advisor, claim, "confirmed").decided_by == advisor

    def test_is_about_what_was_seen(self, student: User, credential: Credential) -> None:
        admin, claim = AdminFactory(), say(student, credential)

        with pytest.raises(services.NothingToDecide):
            decide(admin, claim, "refused", seen="proven")
        with pytest.raises(services.NothingToDecide):
            decide(admin, claim, "take_back")
        decide(admin, claim, "refused", seen="own_word")
        with pytest.raises(services.NothingToDecide):
            decide(admin, claim, "refused")

    def test_leaves_who_in_the_trail(self, student: User, credential: Credential) -> None:
        admin = AdminFactory()
        decide(admin, say(student, credential), "refused")

        line = AuditLog.objects.get(action="credential_claim.decided")
        assert (line.actor_id, line.metadata["decision"], line.metadata["state"]) == (
            admin.pk,
            "refused",
            "refused",
        )


class TestOtherFacts:
    def test_what_staff_recorded_stays_as_it_is(self, student: User, credential: Credential) -> None:
        admin = AdminFactory()
        record_credential(
            by=admin,
            user=student,
            credential_id=credential.pk,
            status=LearnerCredentialStatus.ACCEPTED,
            now=NOW,
        )

        claim = decide(admin, say(student, credential), "confirmed")

        assert record(student, credential) == ("accepted", "import")
        row = LearnerCredential.objects.get()
        remove_credential(by=admin, row=row, now=LATER)
        assert record(student, credential) == ("completed", "confirmed")
        with pytest.raises(NotARecord):
            remove_credential(by=admin, row=LearnerCredential.objects.get(), now=LATER)
        decide(admin, claim, "take_back")
        assert record(student, credential) is None

    def test_what_was_accepted_in_feedback_is_found_again(self) -> None:
        advisor, student = advised_student()
        run = Recommendation.objects.get(assessment=finished_assessment(student), effective=True)
        taken = run.items.order_by("position")[0].credential
        feedback(student, run, "accepted", taken)
        before = LearnerCredential.objects.get(user=student)

        claim = decide(advisor, say(student, taken), "confirmed")
        assert record(student, taken) == ("completed", "confirmed")
        assert queries.taken_up(student.pk) == []
        decide(advisor, claim, "refused")

        after = LearnerCredential.objects.get(user=student)
        assert record(student, taken) == ("accepted", "feedback")
        assert after.recorded_at == before.recorded_at
        assert [one.credential_id for one in queries.taken_up(student.pk)] == [taken.pk]

    def test_turning_it_down_takes_no_proof_away(self) -> None:
        advisor, student = advised_student()
        run = Recommendation.objects.get(assessment=finished_assessment(student), effective=True)
        held = run.items.order_by("position")[0].credential
        decide(advisor, say(student, held), "confirmed")

        feedback(student, run, "rejected", held)
        services.take_back_feedback(by=student, recommendation_id=run.pk, credential_id=held.pk, now=LATER)

        assert record(student, held) == ("completed", "confirmed")

    def test_who_accepts_a_list_takes_up_what_they_do_not_say_to_hold(self) -> None:
        _, student = advised_student()
        run = Recommendation.objects.get(assessment=finished_assessment(student), effective=True)
        first, second = [item.credential for item in run.items.order_by("position")[:2]]
        say(student, first)

        feedback(student, run, "accepted")

        assert [one.credential_id for one in queries.taken_up(student.pk)] == [second.pk]

    def test_what_is_taken_up_and_said_to_be_held_is_taken_up_no_more(self) -> None:
        _, student = advised_student()
        run = Recommendation.objects.get(assessment=finished_assessment(student), effective=True)
        first, second = [item.credential for item in run.items.order_by("position")[:2]]
        feedback(student, run, "accepted")
        say(student, first)

        feedback(student, run, "accepted")

        assert [one.credential_id for one in queries.taken_up(student.pk)] == [second.pk]
        assert record(student, first) == ("accepted", "feedback")


def feedback(
    student: User, run: Recommendation, acceptance: str, credential: Credential | None = None
) -> None:
    services.record_feedback(
        by=student,
        recommendation_id=run.pk,
        relevance_score=4,
        acceptance_status=acceptance,
        credential_id=credential.pk if credential else None,
        now=NOW,
    )


class TestTheDatabase:
    @pytest.mark.parametrize(
        "fields",
        [
            {"decision": "refused"},
            {"decision": "maybe", "reason": "x", "decided_at": NOW},
            {"decision_seen_at": NOW},
            {"reason": "x"},
            {"proven_at": NOW},
            {"not_proven": "because"},
            {"note": "x" * 501},
        ],
    )
    def test_holds_no_half_a_claim(self, fields: dict[str, Any]) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            CredentialClaimFactory(**fields)
