"""Batches of chats over the openai SDK: answered within a day, at a part of the price.

A batch is a file of requests, one JSON object a line. Its answers come in two files, in any order: ``output`` for
requests that were answered, ``error`` for the others, those included that a batch ended without. A batch that
expires or is cancelled has answers too, and they are charged.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import structlog

from microcred.ai.base import (
    BatchAnswer,
    BatchRequest,
    BatchState,
    FailureKind,
    ProviderError,
)
from microcred.ai.dialects import Dialect
from microcred.ai.openai import PROVIDER, OpenAIServer
from microcred.ai.openai_chat import priced
from microcred.ai.openai_replies import read_completion, status_error
from microcred.ai.prices import PriceTable

log = structlog.get_logger(__name__)

ENDPOINT: Final = "/v1/chat/completions"
# Answers of 1,000 requests with some ten criteria each are a few megabytes.
MAX_FILE_BYTES: Final = 100_000_000
NAME: Final = "microcred_batch"
LISTED: Final = 100
# A reply whose model is not said has no price, and counts with what was set aside for it.
UNNAMED: Final = "unnamed"
_ENDED: Final[Mapping[str, FailureKind]] = {"batch_expired": "expired", "batch_cancelled": "cancelled"}


class OpenAIBatches:
    """Batches at a server that speaks OpenAI's API; ``prices`` are those of batches."""

    def __init__(self, server: OpenAIServer, *, prices: PriceTable) -> None:
        self._server = server
        self._prices = prices
        self.provider = PROVIDER

    def start(self, requests: Iterable[BatchRequest], *, name: str) -> BatchState:
        """Upload the requests and have them answered; see BatchModel. Raises ProviderError."""
        lines = b"".join(self._line(request) for request in requests)
        with self._server.call():
            file = self._server.sdk.files.with_raw_response.create(
                file=(f"{name}.jsonl", lines), purpose="batch"
            )
        file_id = _text(_object(file.http_response.content), "id")
        with self._server.call():
            raw = self._server.sdk.batches.with_raw_response.create(
                input_file_id=file_id,
                endpoint=ENDPOINT,
                completion_window="24h",
                metadata={NAME: name},
            )
        state = _state(_object(raw.http_response.content))
        log.info("ai.batch_started", batch=state.batch_id, bytes=len(lines))
        return state

    def find(self, name: str) -> BatchState | None:
        """Return the batch of this name among the newest, if it is there. Raises ProviderError."""
        with self._server.call():
            raw = self._server.sdk.batches.with_raw_response.list(limit=LISTED)
        listed = _object(raw.http_response.content).get("data")
        for item in listed if isinstance(listed, list) else []:
            about = item.get("metadata") if isinstance(item, dict) else None
            if isinstance(about, dict) and about.get(NAME) == name:
                return _state(item)
        return None

    def state(self, batch_id: str) -> BatchState:
        """Return how a batch stands. Raises ProviderError."""
        with self._server.call():
            raw = self._server.sdk.batches.with_raw_response.retrieve(batch_id)
        return _state(_object(raw.http_response.content))

    def answers(self, state: BatchState) -> Iterator[BatchAnswer]:
        """Return what is in the batch's files; a line that names no request is left out. Raises ProviderError."""
        for file_id in filter(None, (state.output_file, state.error_file)):
            with self._server.call():
                content = self._server.sdk.files.with_raw_response.content(file_id)
            for line in content.http_response.content.splitlines():
                answer = self._answer(line)
                if answer is None:
                    log.warning("ai.batch_line_unreadable", batch=state.batch_id)
                else:
                    yield answer

    def forget(self, state: BatchState) -> None:
        """Delete the batch's files; one that is gone already is no error. Raises ProviderError."""
        for file_id in filter(None, (state.input_file, state.output_file, state.error_file)):
            try:
                with self._server.call():
                    self._server.sdk.files.with_raw_response.delete(file_id)
            except ProviderError as error:
                if error.kind != "bad_request":
                    raise

    def _line(self, request: BatchRequest) -> bytes:
        line = {
            "custom_id": request.key,
            "method": "POST",
            "url": ENDPOINT,
            "body": Dialect.guessed(request.model).request(request),
        }
        return json.dumps(line).encode() + b"\n"

    def _answer(self, line: bytes) -> BatchAnswer | None:
        try:
            found = _object(line)
            key = _text(found, "custom_id")
        except ProviderError:
            return None
        try:
            completion = read_completion(_body(found), prompt_characters=0, asked_model=UNNAMED)
        except ProviderError as error:
            return BatchAnswer(key, None, error)
        reply = priced(completion, self._prices, asked_model=UNNAMED, latency_ms=0)
        return BatchAnswer(key, reply, None)


def _body(line: Mapping[str, Any]) -> bytes:
    """Return the completion of an answered request as its bytes; raises ProviderError for any other."""
    response, error = line.get("response"), line.get("error")
    if isinstance(response, dict) and response.get("status_code") == 200:
        return json.dumps(response.get("body")).encode()
    if isinstance(response, dict) and isinstance(response.get("status_code"), int):
        raise status_error(response["status_code"], {}, None)
    code = str(error.get("code")) if isinstance(error, dict) else ""
    kind = _ENDED.get(code, "server")
    raise ProviderError("the batch ended without an answer", retryable=True, kind=kind)


def _state(data: Mapping[str, Any]) -> BatchState:
    errors = data.get("errors")
    listed = errors.get("data") if isinstance(errors, dict) else None
    codes = (
        [str(one.get("code")) for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    )
    return BatchState(
        batch_id=_text(data, "id"),
        status=_text(data, "status"),
        input_file=_named(data, "input_file_id"),
        output_file=_named(data, "output_file_id"),
        error_file=_named(data, "error_file_id"),
        errors=tuple(code[:64] for code in codes[:20]),
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _unreadable() from error
    if not isinstance(data, dict):
        raise _unreadable()
    return data


def _text(data: Mapping[str, Any], name: str) -> str:
    found = _named(data, name)
    if not found:
        raise _unreadable()
    return found


def _named(data: Mapping[str, Any], name: str) -> str:
    """Return a short text of the provider's, empty where there is none."""
    found = data.get(name)
    return found[:128] if isinstance(found, str) and found.isprintable() else ""


def _unreadable() -> ProviderError:
    return ProviderError("the reply about a batch cannot be read", retryable=True, kind="bad_reply")
