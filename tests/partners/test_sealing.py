"""Secrets at rest."""

import pytest

from partners import sealing


def test_a_sealed_secret_opens_with_its_key_and_shows_nothing() -> None:
    sealed = sealing.seal("whsec_abc", key="first key")

    assert "abc" not in sealed
    assert sealing.unseal(sealed, key="first key") == "whsec_abc"


def test_the_same_secret_never_looks_the_same() -> None:
    assert sealing.seal("whsec_abc", key="key") != sealing.seal("whsec_abc", key="key")


@pytest.mark.parametrize("change", [lambda text: text[:-1], lambda text: "", lambda text: "A" + text])
def test_a_changed_seal_is_broken(change: object) -> None:
    sealed = sealing.seal("whsec_abc", key="key")

    with pytest.raises(sealing.SealBroken):
        sealing.unseal(change(sealed), key="key")  # type: ignore[operator]


def test_another_key_does_not_open_it() -> None:
    sealed = sealing.seal("whsec_abc", key="key")

    with pytest.raises(sealing.SealBroken):
        sealing.unseal(sealed, key="another key")
