"""The model providers that the settings choose, one of each per process.

For workers and commands: the web process answers from stored results and calls none of these.
"""

import time
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib import import_module
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from microcred.ai.base import BatchModel, ChatModel, ChatReply, Embedder, EmbeddingKey
from microcred.ai.breaker import Breaker, GuardedChat, GuardedEmbedder, MemoryStore
from microcred.ai.minilm import LIBRARIES, OnnxEmbedder
from microcred.ai.minilm import PROVIDER as LOCAL_PROVIDER
from microcred.ai.onnx_export import build
from microcred.ai.openai import EMBEDDING_DIMENSION, PROVIDER, OpenAIEmbedder, OpenAIServer
from microcred.ai.openai_background import OpenAIBackground
from microcred.ai.openai_batches import MAX_FILE_BYTES, OpenAIBatches
from microcred.ai.openai_chat import OpenAIChat
from microcred.ai.prices import PriceTable
from microcred.background_call import BackgroundCall

log = structlog.get_logger(__name__)

# Prose has three to five bytes a token; a text of nothing but rare characters is the exception.
BYTES_A_TOKEN_AT_LEAST = 2
# A file of a batch takes longer than one reply; two of them still fit into a job.
FILE_TIMEOUT_SECONDS = 20.0


@cache
def chat_model(scoring: str = "") -> ChatModel | None:
    """Return the chat model behind its breaker, or None without OPENAI_API_KEY.

    ``scoring`` names another model for scoring than the one that the settings name.
    """
    if not settings.OPENAI_API_KEY:
        return None
    models = settings.AI_MODELS | ({"scoring": scoring} if scoring else {})
    if settings.OPENAI_BACKGROUND:
        return GuardedChat(_background(models), _breaker())
    return GuardedChat(
        OpenAIChat(_server(), models=models, prices=PriceTable(settings.AI_PRICES)), _breaker()
    )


def fetch_response(kept_as: str, *, model: str, task: str, prompt_characters: int) -> ChatReply:
    """Return the answer that the provider keeps under a name, as `OpenAIBackground.fetch`. Raises ProviderError."""
    with _breaker().guard():
        return _background(settings.AI_MODELS).fetch(
            kept_as, model=model, task=task, prompt_characters=prompt_characters
        )


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
        accounted: Embedder = import_string(settings.EMBEDDING_LEDGER)(GuardedEmbedder(remote, _breaker()))
        return accounted
    return _loaded()


def local_embedder() -> Embedder:
    """Return the embedder of this machine, for what people wrote, which leaves for no embedder: the configured one, or
    where that is elsewhere the one that EMBEDDING_MODEL names, beside it.

    Raises EmbedderError as `embedder`.
    """
    return embedder() if settings.EMBEDDING_PROVIDER == LOCAL_PROVIDER else _loaded()


@cache
def _loaded() -> Embedder:
    loading = _loading()
    _loading.cache_clear()
    return loading.result()


def begin_loading() -> None:
    """Load the local model in a thread from now on, which ends before `embedder` returns; nothing else may fork until
    then. Reading, hashing and preparing its 90 MB keeps no other thread from importing.
    """
    # Here, for two threads that import at a time may each find half a module of the other's.
    for name in LIBRARIES:
        import_module(name)
    _loading()


@cache
def _loading() -> BackgroundCall[Embedder]:
    return BackgroundCall(_local_embedder)


def _local_embedder() -> Embedder:
    folder, manifest = build(settings.EMBEDDER_DIR, model=settings.EMBEDDING_MODEL)
    return OnnxEmbedder(folder, checked=manifest)


def embedding_key() -> EmbeddingKey:
    """Return what the vectors of the configured embedder have in common, without loading it.

    The local model is exported first where that has not been done. Raises EmbedderError as `embedder`.
    """
    if settings.EMBEDDING_PROVIDER == PROVIDER:
        return EmbeddingKey(PROVIDER, settings.AI_MODELS["embedding"], EMBEDDING_DIMENSION)
    _, manifest = build(settings.EMBEDDER_DIR, model=settings.EMBEDDING_MODEL)
    return EmbeddingKey(LOCAL_PROVIDER, manifest.model, manifest.dimension)


@cache
def batches() -> BatchModel | None:
    """Return what answers many chats within a day, or None without OPENAI_API_KEY."""
    if not settings.OPENAI_API_KEY:
        return None
    prices = PriceTable(settings.AI_PRICES, share=batch_share())
    return OpenAIBatches(_file_server(), prices=prices)


def batch_share() -> Decimal:
    """Return the part of the usual price that a call costs in a batch."""
    return Decimal(str(settings.MODEL_BATCH_SHARE))


def chat_host() -> str:
    """Return the host, with its port if it has one, that texts for the chat model are sent to."""
    return urlsplit(settings.OPENAI_BASE_URL).netloc.rpartition("@")[2] or "api.openai.com"


def highest_chat_cost(
    model: str, *, sent: str, max_tokens: int, assume_price: bool, share: Decimal = Decimal(1)
) -> int:
    """Return micro-cents that a call cannot exceed: half as many tokens read as ``sent`` has bytes, and
    ``max_tokens`` written, at ``share`` of the price. A model without a price costs nothing, or with
    ``assume_price`` as much as the dearest.
    """
    return _highest_cost(model, [sent], max_tokens, assume_price, share)


def highest_embedding_cost(model: str, *, texts: Sequence[str], assume_price: bool) -> int:
    """Return micro-cents that embedding ``texts`` cannot exceed, as for a call of a chat model."""
    return _highest_cost(model, texts, 0, assume_price, Decimal(1))


def _highest_cost(
    model: str, sent: Sequence[str], max_tokens: int, assume_price: bool, share: Decimal
) -> int:
    table = PriceTable(settings.AI_PRICES, share=share)
    price = table.find(model) or (table.dearest() if assume_price else None)
    if price is None:
        return 0
    read = sum(-(-len(text.encode("utf-8", "replace")) // BYTES_A_TOKEN_AT_LEAST) for text in sent)
    return price.microcents(input_tokens=read, output_tokens=max_tokens)


def preload() -> None:
    """Load everything before forking, so that the forked workers share it and start at once."""
    started = time.monotonic()
    loaded, here = embedder(), local_embedder()
    if isinstance(here, OnnxEmbedder):
        here.embed(["The first run of a graph allocates what later runs use again."])
    chat = chat_model()
    log.info(
        "ai.preloaded",
        embedder=loaded.model,
        chat_model=chat.model if chat else None,
        duration_ms=round((time.monotonic() - started) * 1000),
    )


def reset() -> None:
    """Forget the providers and the breaker's count, so that changed settings take effect."""
    for server in (_server, _file_server):
        if server.cache_info().currsize:
            server().close()
    for provider in (
        chat_model, embedder, _loaded, _loading, batches, _server, _file_server, _breaker,
    ):  # fmt: skip
        provider.cache_clear()


def _background(models: Mapping[str, str]) -> OpenAIBackground:
    return OpenAIBackground(_server(), models=models, prices=PriceTable(settings.AI_PRICES))


@cache
def _server() -> OpenAIServer:
    return OpenAIServer(
        api_key=settings.OPENAI_API_KEY,
        base_url=settings.OPENAI_BASE_URL,
        timeout=settings.AI_TIMEOUT_SECONDS,
        connect_timeout=settings.AI_CONNECT_TIMEOUT_SECONDS,
    )


@cache
def _file_server() -> OpenAIServer:
    """The same server, with the patience that files take."""
    return OpenAIServer(
        api_key=settings.OPENAI_API_KEY,
        base_url=settings.OPENAI_BASE_URL,
        timeout=FILE_TIMEOUT_SECONDS,
        connect_timeout=settings.AI_CONNECT_TIMEOUT_SECONDS,
        max_reply_bytes=MAX_FILE_BYTES,
    )


@cache
def _breaker() -> Breaker:
    return Breaker(PROVIDER, clock=time.monotonic, store=MemoryStore())
