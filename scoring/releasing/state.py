"""Which scorer the settings ask for, and which one essays are scored by: the one that a passed gate released."""

from dataclasses import asdict, dataclass
from typing import Final, Literal

from django.conf import settings
from django.db.models import Q

from microcred.ai import providers
from microcred.compiled_queries import CompiledQuery
from microcred.pipelining import PipelinedQuery
from scoring.essays import local, prompt
from scoring.models import ScorerRelease

MINILM: Final = "all-MiniLM-L6-v2"
CHAT_PROVIDER: Final = "openai"
EMBEDDING_PROVIDER: Final = "sentence-transformers"


@dataclass(frozen=True, slots=True)
class Scorer:
    """What a release is of: a prompt with a model, or the local scorer with an embedding model."""

    kind: Literal["model", "local"]
    version: str
    provider: str
    host: str
    model: str

    def __str__(self) -> str:
        place = f" at {self.host}" if self.host else ""
        return f"{self.version} with {self.model}{place}"


_ACTIVE: Final = CompiledQuery(
    lambda kind: ScorerRelease.objects.filter(kind=kind, active=True)[:1], kind=str
)


def configured_scorer() -> Scorer:
    """Return the scorer that code and settings ask for; loads no model."""
    return _model() if settings.OPENAI_API_KEY else _local()


def released() -> ScorerRelease | None:
    """Return the release that essays are scored by now, or None where there is none that can be used.

    It need not be what the settings ask for: a prompt or model that has not passed is not used, and the last one
    that has goes on, as long as this code has its prompt and the settings lead to its provider.
    """
    active = _ACTIVE.first(kind=configured_scorer().kind)
    return active if active is not None and is_available(active) else None


def released_read() -> PipelinedQuery[ScorerRelease]:
    """Return what `released` asks, to be pipelined with others."""
    return _ACTIVE.read(kind=configured_scorer().kind)


def is_available(release: ScorerRelease) -> bool:
    """Whether the settings and this code can still score by this release."""
    if release.kind == "local":
        return scorer_of(release) == _local()
    asked = _model()
    by_this_provider = (release.provider, release.host) == (asked.provider, asked.host)
    return bool(settings.OPENAI_API_KEY) and by_this_provider and release.version in prompt.AVAILABLE


def scorer_of(release: ScorerRelease) -> Scorer:
    """Return what a release is of."""
    kind: Literal["model", "local"] = "model" if release.kind == "model" else "local"
    return Scorer(kind, release.version, release.provider, release.host, release.model)


def runs_of(scorer: Scorer) -> Q:
    """Return the filter for the gate's runs over this scorer."""
    return Q(**asdict(scorer))


def _model() -> Scorer:
    model = settings.AI_MODELS["scoring"]
    return Scorer("model", prompt.PROMPT_VERSION, CHAT_PROVIDER, providers.chat_host(), model)


def _local() -> Scorer:
    # Answers are embedded on this machine, wherever the catalog is.
    return Scorer("local", local.VERSION, EMBEDDING_PROVIDER, "", settings.EMBEDDING_MODEL or MINILM)
