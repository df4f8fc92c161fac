"""Whether a badge is a proof: whose it is, who signed it, what was done to it."""

import base64
import copy
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest

from recommendations.badges.facts import BadgeUnfit, Facts, Unfit
from recommendations.badges.keys import read_key
from recommendations.badges.verification import Judged, ListedKey, judge
from tests.recommendations.badges.making import (
    ACHIEVEMENT,
    ED25519,
    ISSUER,
    KEYS,
    OTHER_ED25519,
    badge,
    document,
    identity,
    of_key,
    pem,
    token,
    unsigned_token,
)

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
SINCE = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
EMAIL = "ada@example.org"


def listed(*keys: Any, since: dt.datetime = SINCE, until: dt.datetime | None = None) -> dict[str, Any]:
    return {ISSUER: [ListedKey(read_key(pem(key)), since, until) for key in keys or (ED25519,)]}


def look(given: Any, *, keys: dict[str, Any] | None = None, now: dt.datetime = NOW) -> Judged:
    text = given if isinstance(given, str) else json.dumps(given)
    return judge(text, email=EMAIL, keys=listed() if keys is None else keys, now=now)


def why(given: Any, **known: Any) -> Unfit:
    with pytest.raises(BadgeUnfit) as refusal:
        look(given, **known)
    assert refusal.value.words.endswith(".")
    return refusal.value.why


def outcome(given: Any) -> Facts | Unfit:
    try:
        return look(given).facts
    except BadgeUnfit as unfit:
        return unfit.why


def changed(body: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    other = copy.deepcopy(body)
    change(other)
    return other


class TestProofs:
    @pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "RS256"])
    def test_a_token_proves(self, algorithm: str) -> None:
        found = look(token(badge(), algorithm=algorithm), keys=listed(KEYS[algorithm]))

        assert found.is_proof
        assert found.facts.achievement == ACHIEVEMENT
        assert found.facts.issuer_name == "Example Academy"
        assert found.facts.issued_at == dt.datetime(2026, 1, 2, tzinfo=dt.UTC)

    def test_a_token_of_the_data_model_before_proves(self) -> None:
        body = badge()
        older = jwt.encode(
            {"vc": body, "iss": ISSUER, "jti": body["id"], "nbf": 1767312000}, ED25519, algorithm="EdDSA"
        )

        assert look(older).is_proof

    def test_a_document_proves(self) -> None:
        assert look(document(badge())).is_proof

    def test_each_copy_of_a_badge_has_one_digest(self) -> None:
        body = badge()
        copies = [
            look(token(body)),
            look(token(body, algorithm="ES256"), keys=listed(KEYS["ES256"])),
            look(document(body)),
            look(json.dumps(document(body), indent=3)),
        ]

        assert len({one.digest for one in copies}) == 1
        assert look(document(badge(id="urn:uuid:other"))).digest != copies[0].digest

    def test_a_key_that_was_replaced_signs_what_it_signed_then(self) -> None:
        until = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
        before, after = badge(), badge(validFrom="2026-02-01T00:00:00Z")

        assert look(document(before), keys=listed(until=until)).is_proof
        assert why(document(after), keys=listed(until=until)) == Unfit.SIGNATURE
        assert why(document(before), keys=listed(since=until)) == Unfit.SIGNATURE

    @pytest.mark.parametrize(
        ("issued", "until", "signs"),
        [
            ("2020-01-01", "2026-02-01", True),  # from the first moment on
            ("2019-12-31", "2026-02-01", False),
            ("2026-01-31", "2026-02-01", True),
            ("2026-02-01", "2026-02-01", False),  # up to, but not at, the last
            ("2030-01-01", None, True),
        ],
    )
    def test_when_a_key_is_in_use(self, issued: str, until: str | None, signs: bool) -> None:
        def moment(day: str) -> dt.datetime:
            return dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC)

        (key,) = listed(until=moment(until) if until else None)[ISSUER]

        assert key.signs_at(moment(issued)) is signs

    def test_any_key_of_the_issuer_may_sign(self) -> None:
        assert look(document(badge(), key=OTHER_ED25519), keys=listed(ED25519, OTHER_ED25519)).is_proof

    def test_what_takes_the_network_is_said_to_be_unchecked(self) -> None:
        status = {"id": "https://issuer.example.org/lists/1#7", "type": "BitstringStatusListEntry"}

        for signed in (token(badge(credentialStatus=status)), document(badge(credentialStatus=status))):
            assert look(signed).unchecked == ("revocation",)
        assert look(document(badge())).unchecked == ()


class TestIssuers:
    def test_one_who_is_not_listed_proves_nothing(self) -> None:
        for given in (token(badge()), document(badge())):
            assert not look(given, keys={}).is_proof

    def test_a_key_that_is_its_own_issuer_proves_nothing_unless_it_is_listed(self) -> None:
        did = f"did:key:{of_key()}"
        own = document(badge(issuer={"id": did, "type": ["Profile"]}))

        assert not look(own).is_proof
        assert look(own, keys={did: listed()[ISSUER]}).is_proof

    def test_an_issuer_without_a_key_in_use_has_signed_nothing(self) -> None:
        assert why(document(badge()), keys={ISSUER: []}) == Unfit.SIGNATURE

    def test_another_issuers_key_does_not_do(self) -> None:
        keys = {ISSUER: listed(OTHER_ED25519)[ISSUER], "https://other.example.org": listed()[ISSUER]}

        assert why(document(badge()), keys=keys) == Unfit.SIGNATURE
        assert why(token(badge()), keys=keys) == Unfit.SIGNATURE


class TestRecipients:
    @pytest.mark.parametrize(
        "subject",
        [
            {"id": "mailto:ada@example.org"},
            {"id": "mailto:Ada@Example.org"},
            {"identifier": [identity(EMAIL)]},
            {"identifier": identity(EMAIL)},
            {"identifier": [identity(EMAIL, hashed=False, identityHash="Ada@example.org")]},
            {"identifier": [identity("bob@example.org"), identity(EMAIL, salt="pepper")]},
        ],
    )
    def test_are_known_by_their_address_or_its_hash(self, subject: dict[str, Any]) -> None:
        body = made_out(subject)

        assert look(token(body, **sub_of(body))).is_proof
        assert look(document(body)).is_proof

    @pytest.mark.parametrize(
        "subject",
        [
            {},
            {"id": "did:example:ada"},
            {"id": "mailto:bob@example.org"},
            {"id": "mailto:ada@example.org.evil.example"},
            {"identifier": [identity("bob@example.org")]},
            {"identifier": [identity(EMAIL, salt="salt")]},
            {"identifier": [identity(EMAIL, identityType="userName")]},
            {"identifier": [identity(EMAIL, identityHash="md5$0e6a6a5bb3c6a2b9ed8a9e3b52d8bc1a")]},
            {"identifier": [identity(EMAIL, identityHash="ada@example.org")]},
        ],
    )
    def test_others_are_refused_in_words_that_name_nobody(self, subject: dict[str, Any]) -> None:
        body = made_out(subject)

        for given in (token(body, **sub_of(body)), document(body)):
            with pytest.raises(BadgeUnfit) as refusal:
                look(given)
            assert refusal.value.why == Unfit.RECIPIENT
            assert refusal.value.words == "The badge is not made out to your e-mail address."

    def test_they_are_asked_for_whoever_signed(self) -> None:
        assert why(document(badge("bob@example.org")), keys={}) == Unfit.RECIPIENT


def made_out(subject: dict[str, Any]) -> dict[str, Any]:
    body = badge()
    del body["credentialSubject"]["identifier"]
    body["credentialSubject"] |= subject
    return body


def sub_of(body: dict[str, Any]) -> dict[str, Any]:
    subject = body["credentialSubject"].get("id")
    return {"sub": subject} if subject else {}


class TestTimes:
    def test_what_has_ended_is_refused(self) -> None:
        body = badge(validUntil="2026-02-28T23:59:59Z")

        assert why(token(body)) == Unfit.EXPIRED
        assert why(document(body)) == Unfit.EXPIRED
        assert why(document(body), now=dt.datetime(2026, 2, 28, 23, 59, 59, tzinfo=dt.UTC)) == Unfit.EXPIRED
        assert look(document(body), now=dt.datetime(2026, 2, 28, 23, 59, 58, tzinfo=dt.UTC)).is_proof

    def test_the_token_may_end_before_the_badge_in_it(self) -> None:
        body = badge(validUntil="2030-01-01T00:00:00Z")

        assert why(token(body, exp=int(NOW.timestamp()) - 1)) == Unfit.EXPIRED

    def test_what_has_not_begun_is_refused(self) -> None:
        body = badge(validFrom="2026-03-01T00:06:00Z")

        assert why(token(body)) == Unfit.NOT_YET_VALID
        assert why(document(body)) == Unfit.NOT_YET_VALID
        assert why(token(badge(), nbf=int(NOW.timestamp()) + 3600)) == Unfit.NOT_YET_VALID
        assert look(document(badge(validFrom="2026-03-01T00:05:00Z"))).is_proof
        assert why(document(badge(validFrom="2026-03-01T00:05:01Z"))) == Unfit.NOT_YET_VALID

    @pytest.mark.parametrize("when", ["2026-01-02", "2026-01-02T00:00:00", "soon", 7, None])
    def test_what_is_no_moment_is_refused(self, when: Any) -> None:
        assert why(token(badge(validFrom=when))) == Unfit.NO_BADGE


class TestTokens:
    def test_an_altered_one_is_refused(self) -> None:
        header, _, signature = token(badge()).split(".")
        other = unsigned_token({}, {**badge(), "name": "Other"}).split(".")[1]

        assert why(f"{header}.{other}.{signature}") == Unfit.SIGNATURE

    @pytest.mark.parametrize("signature", [b"", b"x"])
    def test_one_without_a_signature_is_refused_though_its_issuer_is_not_listed(
        self, signature: bytes
    ) -> None:
        given = unsigned_token({"alg": "none", "typ": "JWT"}, badge(), signature)

        assert why(given) == why(given, keys={}) == Unfit.UNSIGNED

    def test_the_public_key_is_no_secret_to_sign_with(self) -> None:
        unsigned = unsigned_token({"alg": "HS256", "typ": "JWT"}, badge()).rpartition(".")[0]
        for secret in (pem(KEYS["RS256"]), pem(ED25519)):
            mac = hmac.new(secret.encode(), unsigned.encode(), hashlib.sha256).digest()
            signature = base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
            assert why(f"{unsigned}.{signature}", keys=listed(KEYS["RS256"], ED25519)) == Unfit.UNSUPPORTED

    @pytest.mark.parametrize("algorithm", ["RS512", "PS256", "ES384", "hs256", "NONE", None, ["EdDSA"]])
    def test_other_algorithms_are_refused(self, algorithm: Any) -> None:
        assert why(unsigned_token({"alg": algorithm}, badge(), b"x")) in (Unfit.UNSUPPORTED, Unfit.UNREADABLE)

    @pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
    def test_the_algorithm_is_that_of_the_key(self, algorithm: str) -> None:
        signed = token(badge(), algorithm=algorithm)

        assert why(signed, keys=listed(ED25519)) == Unfit.SIGNATURE

    def test_a_key_that_it_brings_along_is_not_used(self) -> None:
        jwk = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(OTHER_ED25519.public_key()))
        forged = jwt.encode(
            {**badge(), "iss": ISSUER},
            OTHER_ED25519,
            algorithm="EdDSA",
            headers={"jwk": jwk, "jku": "https://evil.example/keys", "x5u": "https://evil.example/x"},
        )

        assert why(forged) == Unfit.SIGNATURE

    @pytest.mark.parametrize(
        "kid", ["../../../dev/null", f"{ISSUER}#other", "' OR 1=1 --", "https://evil.example/k"]
    )
    def test_the_name_of_a_key_chooses_none(self, kid: str) -> None:
        forged = jwt.encode(
            {**badge(), "iss": ISSUER}, OTHER_ED25519, algorithm="EdDSA", headers={"kid": kid}
        )

        assert why(forged) == Unfit.SIGNATURE
        assert look(token(badge(), headers={"kid": kid})).is_proof

    def test_what_it_must_be_understood_by_is_not_passed_over(self) -> None:
        given = unsigned_token({"alg": "EdDSA", "crit": ["b64"], "b64": False}, badge(), b"x")

        assert why(given) == Unfit.UNSUPPORTED

    @pytest.mark.parametrize(
        "claims", [{"iss": "https://evil.example"}, {"jti": "other"}, {"sub": "mailto:bob@x.org"}]
    )
    def test_claims_say_what_the_badge_says(self, claims: dict[str, Any]) -> None:
        assert why(token(badge(), **claims)) == Unfit.NO_BADGE

    def test_one_that_says_it_twice_is_refused(self) -> None:
        assert why(token({**badge(), "vc": badge("bob@example.org")})) == Unfit.NO_BADGE


class TestDocuments:
    @pytest.mark.parametrize(
        "change",
        [
            lambda body: body.update(name="Other"),
            lambda body: body["credentialSubject"]["achievement"].update(
                id="https://issuer.example.org/other"
            ),
            lambda body: body.update(validFrom="2026-01-03T00:00:00Z"),
            lambda body: body.update(validUntil="2040-01-01T00:00:00Z"),
            lambda body: body["proof"][0].update(created="2026-01-03T00:00:00Z"),
            lambda body: body["issuer"].update(name="Another"),
        ],
    )
    def test_an_altered_one_is_refused(self, change: Callable[[dict[str, Any]], object]) -> None:
        assert why(changed(document(badge()), change)) == Unfit.SIGNATURE

    def test_another_subject_cannot_be_put_in(self) -> None:
        theirs = document(badge("bob@example.org"))
        mine = changed(theirs, lambda body: body["credentialSubject"].update(identifier=[identity(EMAIL)]))

        assert why(mine) == Unfit.SIGNATURE

    def test_what_no_context_knows_is_not_signed_and_not_believed(self) -> None:
        added = changed(
            document(badge()),
            lambda body: body.update(madeUp="https://evil.example", issuerName="Evil"),
        )

        assert look(added).facts == look(document(badge())).facts

    def test_an_end_that_its_signature_does_not_cover_is_an_end_all_the_same(self) -> None:
        added = changed(document(badge()), lambda body: body.update(expires="2027-01-01T00:00:00Z"))

        assert why(added) == Unfit.SIGNATURE

    def test_an_end_cannot_be_hidden_from_the_reader(self) -> None:
        ends = document(badge(validUntil="2026-02-01T00:00:00Z"))
        hidden = changed(
            ends,
            lambda body: body.update(
                {"https://www.w3.org/2018/credentials#validUntil": body.pop("validUntil")}
            ),
        )

        assert why(hidden) in (Unfit.EXPIRED, Unfit.SIGNATURE)

    @pytest.mark.parametrize(
        "contexts",
        [
            [{"achievement": "https://evil.example/x"}],
            ["https://evil.example/context.json"],
            ["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"] * 20,
            [["https://evil.example/context.json"]],
        ],
    )
    def test_contexts_of_others_are_refused(self, contexts: list[Any]) -> None:
        given = changed(document(badge()), lambda body: body["@context"].extend(contexts))

        assert why(given) == Unfit.UNSUPPORTED

    def test_contexts_further_in_are_refused_too(self) -> None:
        given = document(badge())
        given["credentialSubject"]["achievement"]["@context"] = "https://evil.example/context.json"

        assert why(given) == Unfit.UNSUPPORTED

    @pytest.mark.parametrize(
        "address",
        [
            "https://x.example/> <urn:p> <urn:o> .\n<https://y.example/",
            "https://x.example/<b>",
            "https://x.example/> .",
            'https://x.example/"b',
            "https://x.example/\u2028b",
            "urn:x\\ny",
        ],
    )
    def test_an_address_that_others_gave_says_nothing_else(self, address: str) -> None:
        body = badge(evidence=[{"id": address, "type": ["Evidence"], "name": f'"{address}" . \\'}])

        assert outcome(document(body)) in (look(document(badge())).facts, Unfit.NO_BADGE)

    def test_a_proof_for_logging_in_asserts_nothing(self) -> None:
        assert why(document(badge(), proofPurpose="authentication")) == Unfit.SIGNATURE

    @pytest.mark.parametrize(
        "proof",
        [
            {"type": "Ed25519Signature2018"},
            {"type": "DataIntegrityProof", "cryptosuite": "ecdsa-sd-2023", "proofValue": "u"},
            {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "proofValue": "z1"},
        ],
    )
    def test_other_kinds_of_proofs_are_refused(self, proof: dict[str, str]) -> None:
        assert (
            why({**badge(), "proof": proof}) == why({**badge(), "proof": proof}, keys={}) == Unfit.UNSUPPORTED
        )

    @pytest.mark.parametrize("value", ["", "z", "z0", "u123", "z" + "1" * 500])
    def test_what_is_no_signature_is_refused(self, value: str) -> None:
        given = changed(document(badge()), lambda body: body["proof"][0].update(proofValue=value))

        assert why(given) == Unfit.SIGNATURE

    def test_two_credentials_in_one_are_refused(self) -> None:
        second = {**badge("bob@example.org"), "id": "urn:uuid:second"}
        del second["@context"]

        assert why(document({**badge(), "evidence": [second]})) == Unfit.NO_BADGE


class TestJson:
    def test_a_field_that_is_named_twice_is_refused(self) -> None:
        twice = json.dumps(document(badge()))[:-1] + ', "name": "Other"}'

        assert why(twice) == Unfit.UNREADABLE

    @pytest.mark.parametrize(
        "text",
        [
            "{" + '"a":{' * 60 + "}" * 61,
            '{"a":' * 100_000,
            '{"a": NaN}',
            '{"a": 1e999}',
            '{"a": "\\ud800"}',
            "{}}",
        ],
    )
    def test_what_is_no_plain_json_is_refused(self, text: str) -> None:
        assert why(text) in (Unfit.UNREADABLE, Unfit.TOO_LARGE)

    def test_what_is_huge_is_refused_before_it_is_read(self) -> None:
        assert why('{"a": "' + "x" * 300_000 + '"}') == Unfit.TOO_LARGE
        assert why("x." * 800_000) == Unfit.TOO_LARGE
        assert why("x." * 175_001) == Unfit.TOO_LARGE
        assert why("x." * 175_000) != Unfit.TOO_LARGE

    def test_what_has_many_parts_is_refused_before_it_is_worked_out(self) -> None:
        many = [{"id": f"urn:x:{number}"} for number in range(400)]

        assert why({**document(badge()), "evidence": many}) == Unfit.TOO_LARGE

    def test_statements_that_are_dear_to_order_are_refused(self) -> None:
        profiles = range(6)
        alike = [
            {"type": ["Profile"], "id": f"_:{one}", "parentOrg": {"type": ["Profile"], "id": f"_:{other}"}}
            for one in profiles
            for other in profiles
            if one != other
        ]

        assert why({**document(badge()), "evidence": alike}) == Unfit.UNSUPPORTED


ODD: list[Any] = [
    None,
    7,
    -1e300,
    True,
    "",
    "x" * 600,
    [],
    [[]],
    {},
    [{}],
    {"id": ["a"]},
    {"@id": 7},
    {"@value": []},
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in some JSON."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield (*path, name)
        yield from places(one, (*path, name))


def put(body: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    def change(other: Any) -> None:
        for step in path[:-1]:
            other = other[step]
        other[path[-1]] = value

    return changed(body, change)


@pytest.mark.parametrize("odd", ODD, ids=repr)
class TestOddThingsInEveryPlace:
    """Whatever stands where, the answer is a reason; and nothing that its signature covers can be put in."""

    def test_of_a_document(self, odd: Any) -> None:
        signed = document(badge(validUntil="2030-01-01T00:00:00Z"))
        facts = look(signed).facts
        for path in places(signed):
            try:
                found = look(put(signed, path, odd))
            except BadgeUnfit:
                continue
            assert not found.is_proof or found.facts == facts

    def test_of_a_token(self, odd: Any) -> None:
        body = {**badge(validUntil="2030-01-01T00:00:00Z"), "iss": ISSUER, "nbf": 1, "exp": 2**33, "vc": {}}
        del body["vc"]
        for path in places(body):
            given = unsigned_token({"alg": "EdDSA"}, put(body, path, odd), b"x")
            assert isinstance(why(given), Unfit)
            header = put({"alg": "EdDSA", "kid": "1", "typ": "JWT"}, ("kid",), odd)
            assert isinstance(why(unsigned_token(header, body, b"x")), Unfit)
