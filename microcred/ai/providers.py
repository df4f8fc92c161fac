"""The model providers that the settings choose, one of each per process.

For workers and commands: the web process answers from stored results and calls none of these.
"""

import time
from functools import cache
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from microcred.ai.base import ChatModel, Embedder
from microcred.ai.breaker import Breaker, GuardedChat, GuardedEmbedder, MemoryStore
from microcred.ai.minilm import OnnxEmbedder
from microcred.ai.onnx_export import build
from microcred.ai.openai import PROVIDER, OpenAIChat, OpenAIEmbedder, OpenAIServer
from microcred.ai.prices import PriceTable

log = structlog.get_logger(__name__)

# Prose has three to five bytes a token; a text of nothing but rare characters is the exception.
BYTES_A_TOKEN_AT_LEAST = 2


@cache
def chat_model() -> ChatModel | None:
    """Return the chat model behind its breaker, or None without OPENAI_API_KEY."""
    if not settings.OPENAI_API_KEY:
        return None
    prices = PriceTable(settings.AI_PRICES)
    return GuardedChat(OpenAIChat(_server(), models=settings.AI_MODELS, prices=prices), _breaker())


@cache
def embedder() -> Embedder:
    """Return the embedder, loaded; the local model is exported first where that has not been done.

    Raises EmbedderError when the local weights or their export are not the expected ones.
    """
    if settings.EMBEDDING_PROVIDER == PROVIDER:
        if not settings.OPENAI_API_KEY:
            raise ImproperlyConfigured("EMBEDDING_PROVIDER=openai needs OPENAI_API_KEY.")
        remote = OpenAIEmbedder(
            _server(), model=settings.AI_MODELS["embedding"], prices=PriceTable(settings.AI_PRICES)
        )
        return GuardedEmbedder(remote, _breaker())
    folder, _ = build(settings.EMBEDDER_DIR, model=settings.EMBEDDING_MODEL)
    return OnnxEmbedder(folder)


def chat_host() -> str:
    """Return the host, with its port if it has one, that texts for the chat model are sent to."""
    return urlsplit(settings.OPENAI_BASE_URL).netloc.rpartition("@")[2] or "api.openai.com"


def highest_chat_cost(model: str, *, sent: str, max_tokens: int, assume_price: bool) -> int:
    """Return micro-cents that a call cannot exceed: half as many tokens read as ``sent`` has bytes, and
    ``max_tokens`` written. A model without a price costs nothing, or with ``assume_price`` as much as the dearest.
    """
    table = PriceTable(settings.AI_PRICES)
    price = table.find(model) or (table.dearest() if assume_price else None)
    if price is None:
        return 0
    read = -(-len(sent.encode("utf-8", "replace")) // BYTES_A_TOKEN_AT_LEAST)
    return price.microcents(input_tokens=read, output_tokens=max_tokens)


def preload() -> None:
    """Load everything before forking, so that the forked workers share it and start at once."""
    started = time.monotonic()
    loaded = embedder()
    if isinstance(loaded, OnnxEmbedder):
        loaded.embed(["The first run of a graph allocates what later runs use again."])
    chat = chat_model()
    log.info(
        "ai.preloaded",
        embedder=loaded.model,
        chat_model=chat.model if chat else None,
        duration_ms=round((time.monotonic() - started) * 1000),
    )


def reset() -> None:
    """Forget the providers and the breaker's count, so that changed settings take effect."""
    if _server.cache_info().currsize:
        _server().close()
    for provider in (chat_model, embedder, _server, _breaker):
        provider.cache_clear()


@cache
def _server() -> OpenAIServer:
    return OpenAIServer(
        api_key=settings.OPENAI_API_KEY,
        base_url=settings.OPENAI_BASE_URL,
        timeout=settings.AI_TIMEOUT_SECONDS,
        connect_timeout=settings.AI_CONNECT_TIMEOUT_SECONDS,
    )


@cache
def _breaker() -> Breaker:
    return Breaker(PROVIDER, clock=time.monotonic, store=MemoryStore())
