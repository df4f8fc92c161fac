"""How a key is written, and what is none."""

import re
import uuid

import pytest

from accounts.service_keys.key_format import Parts, compose, digest, new_secret, parse

PARTS = Parts(uuid.UUID("01990000-0000-7000-8000-000000000001"), "a" * 43)
TEXT = "mc_production_01990000000070008000000000000001_" + "a" * 43 + "_"


def test_a_key_is_prefix_environment_id_secret_and_checksum() -> None:
    text = compose(PARTS, environment="production")

    assert text.startswith(TEXT)
    assert re.fullmatch(r"[0-9a-f]{8}", text.removeprefix(TEXT))
    assert parse(text, environment="production") == PARTS


def test_secrets_are_long_and_never_the_same() -> None:
    made = {new_secret() for _ in range(1_000)}

    assert len(made) == 1_000
    assert {len(secret) for secret in made} == {43}
    assert all(secret.isalnum() and secret.isascii() for secret in made)


@pytest.mark.parametrize("place", range(len(compose(PARTS, environment="production"))))
def test_no_key_survives_the_change_of_one_character(place: int) -> None:
    text = compose(PARTS, environment="production")
    changed = text[:place] + ("b" if text[place] != "b" else "c") + text[place + 1 :]

    assert parse(changed, environment="production") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mc_",
        "mc_production_x_y_z",
        compose(PARTS, environment="staging"),
        compose(PARTS, environment="production") + "\n",
        " " + compose(PARTS, environment="production"),
        compose(PARTS, environment="production").upper(),
        compose(PARTS, environment="production").replace("1", "１"),
        compose(PARTS, environment="production") + "\x00",
        "mc_production_" + "0" * 1_000_000,
    ],
)
def test_what_is_no_key_of_this_environment_is_none(text: str) -> None:
    assert parse(text, environment="production") is None


def test_the_digest_depends_on_secret_and_hash_key_and_holds_neither() -> None:
    made = digest("a" * 43, hash_key="one")

    assert re.fullmatch(r"[0-9a-f]{64}", made)
    assert made == digest("a" * 43, hash_key="one")
    assert made != digest("a" * 43, hash_key="two")
    assert made != digest("b" * 43, hash_key="one")
