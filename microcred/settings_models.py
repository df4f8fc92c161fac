"""Settings: which model does what, and what models may do at all."""

from microcred import env

_USUAL = "gpt-4o-mini"

AI_MODELS = {
    "scoring": env.text("OPENAI_SCORING_MODEL", _USUAL),
    "answers": env.text("OPENAI_ANSWERS_MODEL", _USUAL),
    "summaries": env.text("OPENAI_SUMMARIES_MODEL", _USUAL),
    "practice": env.text("OPENAI_PRACTICE_MODEL", _USUAL),
    "practice_check": env.text("OPENAI_PRACTICE_CHECK_MODEL", _USUAL),
    "embedding": env.text("OPENAI_EMBEDDING_MODEL", "text-embedding-3-small"),
}
MODEL_WORDS = env.flag("MODEL_WORDS", default=True)  # whether a model writes what recommendations say
MODEL_ANSWERS = env.flag("MODEL_ANSWERS", default=True)  # whether a model answers questions
MODEL_SUMMARIES = env.flag("MODEL_SUMMARIES", default=True)  # whether a model writes summaries of sessions
