"""Which judge reads the essays: the model where there is one, else the local scorer."""

from microcred.ai import providers
from scoring.essays.judge import ModelJudge
from scoring.essays.judgement import Judge
from scoring.essays.local import LocalJudge


def current_judge() -> Judge:
    """Return the judge that the settings ask for. Only for workers: it may load the embedder."""
    chat = providers.chat_model()
    return ModelJudge(chat) if chat else LocalJudge(providers.embedder())
