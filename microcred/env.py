"""Typed readers of the environment; settings.py is their only caller."""

import json
import math
import os
import secrets
from pathlib import Path
from typing import Any, TypeVar

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
NumberT = TypeVar("NumberT", int, float)

if (BASE_DIR / ".env").is_file():
    environ.Env.read_env(BASE_DIR / ".env", overwrite=False)


class SettingError(RuntimeError):
    """An environment variable has a value that cannot be used."""


def text(name: str, default: str = "") -> str:
    """Read a string; white space around it does not count, empty means ``default``."""
    return os.environ.get(name, "").strip() or default


def integer(name: str, default: int, *, least: int = 1, most: int | None = None) -> int:
    """Read a whole number from ``least`` to ``most``."""
    value = text(name)
    try:
        number = int(value) if value else default
    except ValueError:
        raise SettingError(f"{name} must be a whole number, not {value!r}") from None
    return _within(name, number, least, most)


def decimal(name: str, default: float, *, least: float = 0, most: float | None = None) -> float:
    """Read a number from ``least`` to ``most``."""
    value = text(name)
    try:
        number = float(value) if value else default
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise SettingError(f"{name} must be a number, not {value!r}")
    return _within(name, number, least, most)


def _within(name: str, number: NumberT, least: NumberT, most: NumberT | None) -> NumberT:
    """Refuse what would be taken for a number of days, processes or seconds and is none."""
    if number < least or (most is not None and number > most):
        wanted = f"{least} or more" if most is None else f"from {least} to {most}"
        raise SettingError(f"{name} must be {wanted}, not {number}")
    return number


def flag(name: str, default: bool) -> bool:
    """Read yes or no."""
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise SettingError(f"{name} must be true or false, not {value!r}")


def names(name: str, default: list[str]) -> list[str]:
    """Read a list separated by commas."""
    value = text(name)
    return [part.strip() for part in value.split(",") if part.strip()] if value else default


def mapping(name: str) -> dict[str, Any]:
    """Read a JSON object; empty if the variable is."""
    value = text(name)
    try:
        found = json.loads(value) if value else {}
    except ValueError:
        raise SettingError(f"{name} must be a JSON object") from None
    if not isinstance(found, dict):
        raise SettingError(f"{name} must be a JSON object")
    return found


def choice(name: str, allowed: tuple[str, ...], default: str) -> str:
    """Read one of the ``allowed`` words."""
    value = text(name, default)
    if value not in allowed:
        raise SettingError(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
    return value


def address(name: str, schemes: tuple[str, ...]) -> str:
    """Read the URL of a service, which begins with one of the ``schemes``; empty without one.

    What is wrong with it is said without repeating it: it may hold a password.
    """
    value = text(name)
    if value and value.partition("://")[0] not in schemes:
        raise SettingError(f"{name} must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}")
    return value


def database(url: str) -> dict[str, Any]:
    """Turn a DATABASE_URL into Django's connection settings."""
    settings: dict[str, Any] = dict(environ.Env.db_url_config(url))
    return settings


def mail_server(name: str, default: str) -> dict[str, Any]:
    """Turn a mail server's URL into Django's EMAIL_ settings."""
    settings: dict[str, Any] = dict(environ.Env.email_url_config(text(name, default)))
    return settings


def secret(name: str, folder: Path, *, required: bool) -> str:
    """Read a secret from the environment, else from a file that is made at first use.

    With ``required`` (production) a missing variable is an error: a secret that lives in one machine's
    folder would differ between machines.
    """
    value = text(name)
    if value:
        return value
    if required:
        raise SettingError(f"{name} must be set in this environment")
    path = folder / name.lower()
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = path.with_suffix(f".{os.getpid()}")
        partial.touch(mode=0o600)
        partial.write_text(secrets.token_urlsafe(48))
        try:
            os.link(partial, path)
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    return path.read_text().strip()
