"""The product's settings for a run of its own: its own state folder, a fake model and two kinds of job that are bad."""

import os

from microcred.settings import *  # noqa: F403
from microcred.settings import JOB_KINDS

JOB_KINDS = JOB_KINDS | {
    "chaos.naive": {"handler": "tests.faults.handlers.naive", "give_up": None, "max_attempts": 20},
    "chaos.poison": {"handler": "tests.faults.handlers.poison", "give_up": None, "max_attempts": 5},
    "chaos.plain": {"handler": "tests.faults.handlers.plain", "give_up": None, "max_attempts": 20},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WORKER_LOAD_AHEAD = WORKER_WARM_UPS = []
WORKER_PRELOAD = ["tests.faults.preload.prepare"]
WORKER_THREADS = 8
# A shorter lease lets a run of seconds see what one of minutes does with the product's own.
JOB_LEASE_SECONDS, JOB_RENEW_SECONDS = (15, 4) if os.environ.get("CHAOS_LONG_LEASE") else (4, 1)
OPENAI_API_KEY = "sk-test"
OPENAI_BACKGROUND = bool(os.environ.get("CHAOS_BACKGROUND"))
EMBEDDING_PROVIDER = "openai"
AI_PRICES = {
    "gpt-4o-mini": {"input": "15", "output": "60"},
    "text-embedding-3-small": {"input": "2", "output": "0"},
}
# One call for each essay, so that every other one is one too many.
MODEL_MAX_READINGS = 1
MODEL_WORDS = False
