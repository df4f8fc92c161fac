"""Reading the environment: good values typed, bad values named."""

import multiprocessing
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from microcred import env
from microcred.env import SettingError

NAME = "A_SETTING"


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Set the variable."""
    return lambda value: monkeypatch.setenv(NAME, value)


@pytest.mark.parametrize(
    ("value", "read"), [("", "else"), ("  ", "else"), (" word ", "word"), ("two words", "two words")]
)
def test_text(given: Callable[[str], None], value: str, read: str) -> None:
    given(value)

    assert env.text(NAME, "else") == read


def test_what_is_not_set_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)

    assert env.text(NAME) == ""
    assert env.address(NAME, ("https",)) == ""
    assert env.integer(NAME, 7) == 7
    assert env.decimal(NAME, 0.5) == 0.5
    assert env.flag(NAME, default=True) is True
    assert env.names(NAME, ["a"]) == ["a"]
    assert env.choice(NAME, ("a", "b"), "b") == "b"


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (lambda: env.integer(NAME, 1), " 42 ", 42),
        (lambda: env.integer(NAME, 1, least=-1), "-1", -1),
        (lambda: env.integer(NAME, 1, most=65535), "65535", 65535),
        (lambda: env.decimal(NAME, 0), "2.5", 2.5),
        (lambda: env.flag(NAME, False), "YES", True),
        (lambda: env.flag(NAME, True), "off", False),
        (lambda: env.flag(NAME, True), "0", False),
        (lambda: env.names(NAME, []), "a.example, b.example,,", ["a.example", "b.example"]),
        (lambda: env.choice(NAME, ("json", "console"), "console"), "json", "json"),
        (lambda: env.address(NAME, ("redis", "rediss")), "rediss://c.example/0", "rediss://c.example/0"),
    ],
)
def test_typed_values(
    given: Callable[[str], None], read: Callable[[], Any], value: str, expected: object
) -> None:
    given(value)

    assert read() == expected


@pytest.mark.parametrize(
    ("read", "value", "complaint"),
    [
        (lambda: env.integer(NAME, 1), "1.5", "A_SETTING must be a whole number, not '1.5'"),
        (lambda: env.integer(NAME, 1), "0", "A_SETTING must be 1 or more, not 0"),
        (lambda: env.integer(NAME, 1, least=0), "-1", "A_SETTING must be 0 or more, not -1"),
        (lambda: env.integer(NAME, 1, most=65535), "65536", "A_SETTING must be from 1 to 65535, not 65536"),
        (lambda: env.decimal(NAME, 1, most=1), "1.01", "A_SETTING must be from 0 to 1, not 1.01"),
        (lambda: env.decimal(NAME, 1, least=0.1), "0", "A_SETTING must be 0.1 or more, not 0.0"),
        (
            lambda: env.address(NAME, ("redis", "rediss")),
            "http://me:word@cache.example",
            "A_SETTING must begin with redis:// or rediss://",
        ),
        (lambda: env.decimal(NAME, 0), "fast", "A_SETTING must be a number, not 'fast'"),
        (lambda: env.decimal(NAME, 0), "nan", "A_SETTING must be a number, not 'nan'"),
        (lambda: env.decimal(NAME, 0), "inf", "A_SETTING must be a number, not 'inf'"),
        (lambda: env.flag(NAME, False), "maybe", "A_SETTING must be true or false, not 'maybe'"),
        (
            lambda: env.choice(NAME, ("json", "console"), "console"),
            "xml",
            "A_SETTING must be one of json, console, not 'xml'",
        ),
    ],
)
def test_a_value_that_cannot_be_used_is_named(
    given: Callable[[str], None], read: Callable[[], Any], value: str, complaint: str
) -> None:
    given(value)

    with pytest.raises(SettingError) as caught:
        read()

    assert str(caught.value) == complaint


def test_a_database_url_becomes_connection_settings() -> None:
    read = env.database("postgres://app:p%40ss@db.example.org:5433/credits?sslmode=require")

    assert {name: read[name] for name in ("HOST", "PORT", "NAME", "USER", "PASSWORD")} == {
        "HOST": "db.example.org",
        "PORT": 5433,
        "NAME": "credits",
        "USER": "app",
        "PASSWORD": "p@ss",
    }
    assert read["OPTIONS"] == {"sslmode": "require"}


def test_a_secret_is_made_once_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)
    folder = tmp_path / "secrets"

    first = env.secret(NAME, folder, required=False)
    again = env.secret(NAME, folder, required=False)

    assert first == again
    assert len(first) == 64
    assert [path.name for path in folder.iterdir()] == ["a_setting"]
    assert stat.S_IMODE((folder / "a_setting").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_secret_of_the_environment_comes_first(given: Callable[[str], None], tmp_path: Path) -> None:
    given("from outside")

    assert env.secret(NAME, tmp_path, required=True) == "from outside"
    assert list(tmp_path.iterdir()) == []


def test_a_deployment_must_bring_its_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)

    with pytest.raises(SettingError, match="A_SETTING must be set in this environment"):
        env.secret(NAME, tmp_path, required=True)

    assert list(tmp_path.iterdir()) == []


def test_processes_that_start_together_agree_on_the_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(NAME, raising=False)

    with multiprocessing.get_context("spawn").Pool(4) as processes:
        made = processes.starmap(_secret, [(str(tmp_path),)] * 16)

    assert len(set(made)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a_setting"]


def _secret(folder: str) -> str:
    return env.secret(NAME, Path(folder), required=False)
