"""Badges that students bring: what they prove, what is kept of them, and whom they serve once."""

import datetime as dt
import json
from typing import Any

import pytest

from accounts.models import User
from catalog.models import Credential
from ops.models import AuditLog
from recommendations import services
from recommendations.models import (
    BadgeAchievement,
    BadgeIssuer,
    BadgeIssuerKey,
    CredentialClaim,
    LearnerCredential,
)
from tests.factories.accounts import AdminFactory, UserFactory
from tests.factories.catalog import CredentialFactory
from tests.factories.recommendations import (
    BadgeIssuerFactory,
    BadgeIssuerKeyFactory,
    LearnerCredentialFactory,
)
from tests.recommendations.badges.making import ACHIEVEMENT, ISSUER, OTHER_ED25519, badge, document, token
from tests.waiting import beside

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=1)
EMAIL = "ada@example.org"


@pytest.fixture
def student() -> User:
    """Whose badges these are."""
    made: User = UserFactory(email=EMAIL)
    return made


@pytest.fixture
def issuer() -> BadgeIssuer:
    """An issuer with a key in use."""
    made: BadgeIssuer = BadgeIssuerKeyFactory(issuer=BadgeIssuerFactory(identifier=ISSUER)).issuer
    return made


@pytest.fixture
def credential(issuer: BadgeIssuer) -> Credential:
    """What the issuer's achievement is."""
    made: Credential = CredentialFactory()
    BadgeAchievement.objects.create(issuer=issuer, achievement=ACHIEVEMENT, credential=made)
    return made


def bring(by: User, given: Any = None, **said: Any) -> CredentialClaim:
    text = given if isinstance(given, str) else json.dumps(given or document(badge()))
    return services.bring_badge(by=by, badge=text, now=NOW, **said)


def reason(by: User, given: Any = None, **said: Any) -> Any:
    with pytest.raises(services.BadgeRefused) as refusal:
        bring(by, given, **said)
    assert refusal.value.details is not None
    return refusal.value.details["reason"]


def sources() -> list[tuple[str, str]]:
    return list(LearnerCredential.objects.values_list("status", "source"))


class TestProofs:
    def test_make_a_credential_known(self, student: User, credential: Credential) -> None:
        claim = bring(student)

        assert (claim.state, claim.credential_id, claim.proven_at) == ("proven", credential.pk, NOW)
        assert claim.obtained_on == dt.date(2026, 1, 2)
        assert sources() == [("completed", "badge")]

    def test_keep_no_more_than_is_named(self, student: User, credential: Credential) -> None:
        claim = bring(student, token(badge(validUntil="2030-01-01T00:00:00Z")))

        assert (claim.badge_issuer, claim.badge_issuer_name) == (ISSUER, "Example Academy")
        assert (claim.badge_achievement, claim.badge_achievement_name) == (ACHIEVEMENT, "SQL")
        assert claim.badge_expires_at == dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
        kept = " ".join(map(str, CredentialClaim.objects.values_list().get()))
        assert "identityHash" not in kept
        assert "pepper" not in kept

    @pytest.mark.parametrize("signed", [document, token])
    def test_are_kept_without_what_the_database_does_not_take(
        self, student: User, credential: Credential, signed: Any
    ) -> None:
        body = badge(issuer={"id": ISSUER, "type": ["Profile"], "name": "Example\x00 Academy"})
        body["credentialSubject"]["achievement"]["name"] = "S\x00QL"

        claim = bring(student, signed(body))

        assert (claim.badge_issuer_name, claim.badge_achievement_name) == ("Example Academy", "SQL")

    def test_stand_on_the_word_that_was_given_before(self, student: User, credential: Credential) -> None:
        said = services.say_held(by=student, credential_id=credential.pk, note="At school.", now=NOW)

        claim = bring(student, note="Here it is.")

        assert (claim.pk, claim.note, claim.state) == (said.pk, "Here it is.", "proven")

    def test_brought_again_are_one(self, student: User, credential: Credential) -> None:
        first = bring(student)

        assert bring(student, token(badge())).pk == first.pk
        assert sources() == [("completed", "badge")]

    def test_say_what_is_unchecked(self, student: User, credential: Credential) -> None:
        status = {"id": "https://issuer.example.org/lists/1#7", "type": "BitstringStatusListEntry"}

        assert bring(student, document(badge(credentialStatus=status))).revocation_unchecked
        assert CredentialClaim.objects.get().state == "proven"

    def test_taken_back_leave_nothing_and_can_be_brought_again(
        self, student: User, credential: Credential
    ) -> None:
        bring(student)
        services.take_back_claim(by=student, credential_id=credential.pk, now=LATER)

        assert (CredentialClaim.objects.count(), sources()) == (0, [])
        assert bring(student).state == "proven"

    def test_leave_what_staff_recorded(self, student: User, credential: Credential) -> None:
        LearnerCredentialFactory(user=student, credential=credential, source="import")

        assert bring(student).state == "proven"
        assert sources() == [("completed", "import")]


class TestWhichCredential:
    def test_an_address_of_the_catalog_is_an_achievement(self, student: User, issuer: BadgeIssuer) -> None:
        at = CredentialFactory(uri=ACHIEVEMENT)

        assert (bring(student).credential_id, bring(student).state) == (at.pk, "proven")

    def test_but_not_from_an_issuer_who_does_not_vouch_by_it(
        self, student: User, issuer: BadgeIssuer
    ) -> None:
        BadgeIssuer.objects.update(by_address=False)
        at = CredentialFactory(uri=ACHIEVEMENT)

        claim = bring(student)

        assert (claim.credential_id, claim.state, claim.not_proven) == (
            at.pk,
            "own_word",
            "achievement_unknown",
        )

    def test_what_was_said_of_an_achievement_goes_before_its_address(
        self, student: User, credential: Credential
    ) -> None:
        CredentialFactory(uri=ACHIEVEMENT)

        assert bring(student).credential_id == credential.pk

    def test_several_achievements_may_be_one_credential(
        self, student: User, issuer: BadgeIssuer, credential: Credential
    ) -> None:
        BadgeAchievement.objects.create(issuer=issuer, achievement=f"{ACHIEVEMENT}/2", credential=credential)
        body = badge(id="urn:uuid:second")
        body["credentialSubject"]["achievement"]["id"] += "/2"

        assert bring(student).pk == bring(student, document(body)).pk

    def test_another_than_was_named_is_refused(self, student: User, credential: Credential) -> None:
        assert reason(student, credential_id=CredentialFactory().pk) == "other_credential"
        assert bring(student, credential_id=credential.pk).state == "proven"

    def test_what_nobody_said_is_an_own_word_about_what_is_named(
        self, student: User, issuer: BadgeIssuer
    ) -> None:
        named = CredentialFactory()

        assert reason(student) == "achievement"
        claim = bring(student, credential_id=named.pk)

        assert (claim.state, claim.not_proven, claim.issuer) == ("own_word", "achievement_unknown", issuer)
        assert sources() == []

    def test_an_issuers_word_is_about_its_own_achievements(
        self, student: User, credential: Credential
    ) -> None:
        other = BadgeIssuerKeyFactory(
            issuer=BadgeIssuerFactory(identifier="https://other.example.org")
        ).issuer
        body = badge(issuer={"id": other.identifier, "type": ["Profile"]})

        assert reason(student, document(body)) == "achievement"


class TestIssuers:
    def test_who_is_not_listed_leaves_an_own_word(self, student: User) -> None:
        named = CredentialFactory()

        claim = bring(student, credential_id=named.pk)

        assert (claim.state, claim.not_proven, claim.badge_issuer) == ("own_word", "issuer_unknown", ISSUER)
        assert (claim.issuer, claim.proven_at, sources()) == (None, None, [])

    @pytest.mark.parametrize("what", [BadgeIssuer, BadgeIssuerKey])
    def test_who_is_switched_off_proves_nothing(
        self, student: User, credential: Credential, what: Any
    ) -> None:
        what.objects.update(active=False)

        if what is BadgeIssuer:
            assert bring(student, credential_id=credential.pk).not_proven == "issuer_unknown"
        else:
            assert reason(student) == "signature"

    def test_who_is_listed_later_proves_what_is_brought_again(self, student: User) -> None:
        at = CredentialFactory(uri=ACHIEVEMENT)
        claim = bring(student, credential_id=at.pk)
        BadgeIssuerKeyFactory(issuer=BadgeIssuerFactory(identifier=ISSUER))

        again = bring(student)

        assert (again.pk, again.state, again.not_proven) == (claim.pk, "proven", "")

    def test_one_who_is_not_listed_takes_no_proof_away(self, student: User, credential: Credential) -> None:
        bring(student)
        body = badge(id="urn:uuid:other", issuer={"id": "https://nobody.example.org", "type": ["Profile"]})

        claim = bring(student, document(body), credential_id=credential.pk)

        assert (claim.state, claim.badge_issuer) == ("proven", ISSUER)

    @pytest.mark.django_db(transaction=True)
    def test_what_is_brought_meanwhile_is_withdrawn_too(
        self, student: User, issuer: BadgeIssuer, credential: Credential
    ) -> None:
        admin = AdminFactory()

        withdrawn = beside(
            lambda: bring(student),
            lambda: services.withdraw_proofs(by=admin, issuer_id=issuer.pk, now=LATER),
        )

        assert withdrawn.result() == 1
        assert CredentialClaim.objects.get().not_proven == "proof_withdrawn"

    def test_proofs_are_withdrawn_with_an_issuer_whose_key_leaked(
        self, student: User, issuer: BadgeIssuer, credential: Credential
    ) -> None:
        admin, confirmed = AdminFactory(), UserFactory(email="bob@example.org")
        bring(student)
        theirs = bring(confirmed, document(badge("bob@example.org", id="urn:uuid:bob")))
        services.check_claim(by=admin, claim_id=theirs.pk, decision="confirmed", reason="I know it.", now=NOW)

        assert services.withdraw_proofs(by=admin, issuer_id=issuer.pk, now=LATER) == 2

        states = dict(CredentialClaim.objects.values_list("user__email", "not_proven"))
        assert states == dict.fromkeys((EMAIL, "bob@example.org"), "proof_withdrawn")
        assert [one.state for one in CredentialClaim.objects.order_by("user__email")] == [
            "own_word",
            "confirmed",
        ]
        assert sources() == [("completed", "confirmed")]
        assert not BadgeIssuer.objects.get().active
        assert AuditLog.objects.filter(action="credential_claim.proof_withdrawn").count() == 2


class TestOnce:
    def test_a_badge_proves_nothing_for_a_second_student(self, student: User, credential: Credential) -> None:
        bring(student)
        User.objects.filter(pk=student.pk).update(email="ada.before@example.org")
        second = UserFactory(email=EMAIL)

        with pytest.raises(services.BadgeUsed) as refusal:
            bring(second, token(badge()))

        assert "ada.before" not in refusal.value.message
        assert CredentialClaim.objects.get().user == student
        assert sources() == [("completed", "badge")]

    def test_nor_for_a_second_credential(
        self, student: User, issuer: BadgeIssuer, credential: Credential
    ) -> None:
        bring(student)
        BadgeAchievement.objects.update(credential=CredentialFactory())

        with pytest.raises(services.BadgeUsed):
            bring(student)

    def test_an_own_word_uses_no_badge_up(self, student: User) -> None:
        first, second = CredentialFactory(), CredentialFactory()

        assert bring(student, credential_id=first.pk).badge_digest
        assert bring(student, credential_id=second.pk).badge_digest


class TestRefusals:
    def test_keep_nothing(self, student: User, credential: Credential) -> None:
        assert reason(student, document(badge("bob@example.org"))) == "recipient"
        assert reason(student, document(badge(), key=OTHER_ED25519)) == "signature"
        assert reason(student, "{}") == "unsigned"

        assert not CredentialClaim.objects.exists()
        assert not AuditLog.objects.filter(resource_type="credential_claim").exists()

    def test_of_staff_stand_against_the_same_badge(self, student: User, credential: Credential) -> None:
        claim = bring(student)
        services.check_claim(
            by=AdminFactory(), claim_id=claim.pk, decision="refused", reason="It was revoked.", now=NOW
        )

        with pytest.raises(services.ClaimDecided, match="revoked"):
            bring(student)
        with pytest.raises(services.ClaimDecided):
            bring(student, document(badge(id="urn:uuid:another")))
        assert sources() == []

    def test_for_want_of_a_proof_end_with_one(self, student: User, credential: Credential) -> None:
        said = services.say_held(by=student, credential_id=credential.pk, now=NOW)
        services.check_claim(
            by=AdminFactory(), claim_id=said.pk, decision="refused", reason="Show me.", now=NOW
        )

        claim = bring(student)

        assert (claim.state, claim.reason, claim.decided_by) == ("proven", "", None)
