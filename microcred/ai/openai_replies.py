"""Reading what an OpenAI-compatible server sends back, without trusting it to have its promised shape."""

import base64
import binascii
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microcred.ai.base import ProviderError, Vectors

MAX_COUNTED_TOKENS = 100_000_000
LONGEST_MODEL_NAME = 64  # as much of it as the ledger and the scores hold
CHARACTERS_A_TOKEN = 4
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
RETRYABLE_STATUS = frozenset({408, 409, 425, 429})


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call; ``reported`` is False when they are estimated from the lengths of the texts."""

    input: int
    output: int
    cached: int
    reported: bool


@dataclass(frozen=True, slots=True)
class Completion:
    """The usable parts of a chat completion."""

    content: str
    model: str
    finish_reason: str
    usage: Usage


def read_completion(body: bytes, *, prompt_characters: int, asked_model: str) -> Completion:
    """Read the first choice of a chat completion. Raises ProviderError for everything but a whole answer."""
    data = read_object(body)
    choice = _first(data.get("choices"))
    message = choice.get("message")
    if not isinstance(message, dict):
        raise bad_reply("it has no choices[0].message")
    finish_reason = choice.get("finish_reason")
    if message.get("refusal") or finish_reason == "content_filter":
        raise ProviderError("the model refused to answer", retryable=False, kind="refusal")
    if finish_reason == "length":
        raise ProviderError("the answer reached max_tokens", retryable=False, kind="truncated")
    content = message.get("content")
    usage = read_usage(data, prompt_characters=prompt_characters, reply_characters=len(str(content or "")))
    return completion(content, data.get("model"), finish_reason, usage, asked_model=asked_model)


def completion(
    content: object, model: object, finish_reason: object, usage: Usage, *, asked_model: str
) -> Completion:
    """Return what was read as a completion. Raises ProviderError where there is no content, or none to be stored."""
    if content is None or content == "":
        raise ProviderError("the answer is empty", retryable=True, kind="empty")
    if not isinstance(content, str) or not _is_storable(content):
        raise bad_reply("its content is not text")
    return Completion(
        content=content,
        model=_read_model_name(model) or asked_model,
        finish_reason=finish_reason if isinstance(finish_reason, str) else "unknown",
        usage=usage,
    )


def read_usage(data: Mapping[str, Any], *, prompt_characters: int, reply_characters: int = 0) -> Usage:
    """Return the reported tokens, or an estimate where the server reports none or nonsense."""
    usage = data.get("usage")
    if isinstance(usage, dict):
        details = usage.get("prompt_tokens_details")
        cached = count(details.get("cached_tokens")) if isinstance(details, dict) else 0
        found = reported(count(usage.get("prompt_tokens")), count(usage.get("completion_tokens", 0)), cached)
        if found is not None:
            return found
    return estimated(prompt_characters, reply_characters)


def reported(read: int | None, written: int | None, cached: int | None) -> Usage | None:
    """Return tokens as they were reported; None where a number is missing."""
    if read is None or written is None:
        return None
    return Usage(read, written, cached or 0, reported=True)


def estimated(prompt_characters: int, reply_characters: int) -> Usage:
    """Return tokens by the lengths of texts."""
    read, written = (math.ceil(one / CHARACTERS_A_TOKEN) for one in (prompt_characters, reply_characters))
    return Usage(read, written, 0, reported=False)


def read_embeddings(
    body: bytes, *, count: int, dimension: int, prompt_characters: int
) -> tuple[Vectors, Usage]:
    """Read ``count`` vectors in the order of the request, scaled to unit length.

    Accepts numbers and base64 of little-endian float32. A vector that is not finite or has no direction becomes zeros,
    so that it does not cost other texts theirs. Raises ProviderError for another count or dimension, and where none of
    several has a direction.
    """
    data = read_object(body)
    items = data.get("data")
    if not isinstance(items, list) or len(items) != count:
        raise _bad_vectors(f"not {count} of them")
    rows: dict[int, NDArray[np.float64]] = {}
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("index"), int):
            raise bad_reply("an embedding has no index")
        rows[item["index"]] = _read_vector(item.get("embedding"), dimension)
    if rows.keys() != set(range(count)):
        raise _bad_vectors("their indexes are not those of the texts")
    vectors = np.stack([rows[index] for index in range(count)])
    with np.errstate(all="ignore"):
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        sound = np.isfinite(lengths) & (lengths >= 1e-12)
        if count > 1 and not sound.any():
            raise _bad_vectors("all are zero or not finite")
        unit = np.where(sound, vectors / lengths, 0.0).astype(np.float32)
    return unit, read_usage(data, prompt_characters=prompt_characters)


def status_error(status: int, headers: Mapping[str, str], code: object) -> ProviderError:
    """Return the error for a reply with another status than 2xx; ``code`` is the server's error code."""
    message = f"the provider answered {status}"
    if status == 429 and code == "insufficient_quota":
        return ProviderError(message + ", out of credit", retryable=False, kind="quota")
    if status == 429:
        return ProviderError(message, retryable=True, retry_after=retry_after(headers), kind="rate_limit")
    if status >= 500:
        return ProviderError(message, retryable=True, retry_after=retry_after(headers), kind="server")
    if status in (401, 403):
        return ProviderError(message, retryable=False, kind="auth")
    return ProviderError(message, retryable=status in RETRYABLE_STATUS, kind="bad_request")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the wait in seconds that the headers ask for, or None.

    They give milliseconds, seconds or a date (RFC 9110, section 10.2.3); a date is
    compared with the server's own clock, its Date header.
    """
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) / scale
        except (KeyError, ValueError):
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    try:
        wait = parsedate_to_datetime(headers["retry-after"]) - parsedate_to_datetime(headers["date"])
        return max(wait.total_seconds(), 0.0)
    except (KeyError, ValueError, TypeError):
        return None


def read_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object that a body is. Raises ProviderError for any other."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise bad_reply("it is not JSON") from error
    if not isinstance(data, dict):
        raise bad_reply("it is not a JSON object")
    return data


def _first(choices: object) -> dict[str, Any]:
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        return choices[0]
    raise bad_reply("it has no choices")


def count(value: object) -> int | None:
    """Return a number of tokens; None for what can be none."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNTED_TOKENS:
        return value
    return None


def _read_model_name(value: object) -> str:
    return value[:LONGEST_MODEL_NAME] if isinstance(value, str) and _is_storable(value) else ""


def _is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold the text: no NUL and no lone surrogates."""
    return UNSTORABLE.search(text) is None


def _read_vector(value: object, dimension: int) -> NDArray[np.float64]:
    try:
        if isinstance(value, str):
            vector = np.frombuffer(base64.b64decode(value, validate=True), dtype="<f4").astype(np.float64)
        else:
            vector = np.asarray(value, dtype=np.float64)
    except (binascii.Error, ValueError, TypeError, OverflowError) as error:
        raise bad_reply("an embedding is neither numbers nor base64") from error
    if vector.shape != (dimension,):
        raise _bad_vectors(f"one has the shape {vector.shape}, not ({dimension},)")
    return vector


def bad_reply(why: str) -> ProviderError:
    """Return the error for a reply that is not of this interface, and ``why``."""
    return ProviderError(f"the reply cannot be read: {why}", retryable=True, kind="bad_reply")


def _bad_vectors(why: str) -> ProviderError:
    return ProviderError(f"the embeddings cannot be used: {why}", retryable=False, kind="bad_vectors")
