"""Secrets at rest."""

import pytest

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


def test_another_key_does_not_open_it() -> None:
    sealed = sealing.seal("whsec_abc", key="key", purpose="tests")

    with pytest.raises(sealing.SealBroken):
        sealing.unseal(sealed, key="another key", purpose="tests")


def test_another_purpose_does_not_open_it() -> None:
    sealed = sealing.seal("whsec_abc", key="key", purpose="tests")

    with pytest.raises(sealing.SealBroken):
        sealing.unseal(sealed, key="key", purpose="something else")
