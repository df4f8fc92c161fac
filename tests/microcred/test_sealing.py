"""Secrets at rest."""

import base64

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from microcred import sealing


def test_a_sealed_secret_opens_with_its_key_and_shows_nothing() -> None:
    sealed = sealing.seal("whsec_abc", key="first key", purpose="tests")

    assert "abc" not in sealed
    assert sealing.unseal(sealed, key="first key", purpose="tests") == "whsec_abc"


def test_the_same_secret_never_looks_the_same() -> None:
    assert sealing.seal("whsec_abc", key="key", purpose="tests") != sealing.seal(
        "whsec_abc", key="key", purpose="tests"
    )


@pytest.mark.parametrize("change", [lambda text: text[:-1], lambda text: "", lambda text: "A" + text])
def test_a_changed_seal_is_broken(change: object) -> None:
    sealed = sealing.seal("whsec_abc", key="key", purpose="tests")

    with pytest.raises(sealing.SealBroken):
        sealing.unseal(change(sealed), key="key", purpose="tests")  # type: ignore[operator]


def test_a_former_key_opens_what_it_sealed_and_no_other_does() -> None:
    sealed = sealing.seal("whsec_abc", key="first key", purpose="tests")

    opened = sealing.unseal(sealed, key="third key", former=["second key", "first key"], purpose="tests")

    assert opened == "whsec_abc"
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(sealed, key="third key", former=["second key"], purpose="tests")


def test_another_key_does_not_open_it() -> None:
    sealed = sealing.seal("whsec_abc", key="key", purpose="tests")

    with pytest.raises(sealing.SealBroken):
        sealing.unseal(sealed, key="another key", purpose="tests")


def test_another_purpose_does_not_open_it() -> None:
    sealed = sealing.seal("whsec_abc", key="key", purpose="tests")

    with pytest.raises(sealing.SealBroken):
        sealing.unseal(sealed, key="key", purpose="something else")


def test_what_was_sealed_before_this_way_still_opens() -> None:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"tests").derive(b"key")
    old = Fernet(base64.urlsafe_b64encode(derived)).encrypt(b"whsec_abc").decode()

    assert sealing.unseal(old, key="key", purpose="tests") == "whsec_abc"
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(old, key="another key", purpose="tests")


def test_every_bit_counts() -> None:
    sealed = sealing.seal("whsec_abc", key="key", purpose="tests")
    raw = bytearray(base64.urlsafe_b64decode(sealed.removeprefix(sealing.MARK)))

    for place in range(len(raw)):
        changed = bytes(byte ^ (at == place) for at, byte in enumerate(raw))
        with pytest.raises(sealing.SealBroken):
            sealing.unseal(
                sealing.MARK + base64.urlsafe_b64encode(changed).decode(), key="key", purpose="tests"
            )
