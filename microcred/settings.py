"""All settings, in sections; every value that a deployment may change is read by microcred/env.py."""

import datetime as dt
from pathlib import Path
from typing import Any

from microcred import env
from microcred.admin_theme import UNFOLD as UNFOLD
from microcred.api.openapi import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from microcred.api.rate_limits import RATE_LIMITS as RATE_LIMITS
from microcred.api.rate_limits import RATE_LIMITS_REFUSE_UNCOUNTED as RATE_LIMITS_REFUSE_UNCOUNTED
from microcred.api.rest import CORS_ALLOW_HEADERS as CORS_ALLOW_HEADERS
from microcred.api.rest import CORS_EXPOSE_HEADERS as CORS_EXPOSE_HEADERS
from microcred.api.rest import REST_FRAMEWORK as REST_FRAMEWORK
from microcred.embedded import EmbeddedServer
from microcred.gauges import GAUGES as GAUGES
from microcred.logging import configure_logging
from microcred.postgres_options import session_options
from microcred.registry import ASSESSMENTS_TOLD as ASSESSMENTS_TOLD
from microcred.registry import EMBEDDING_LEDGER as EMBEDDING_LEDGER
from microcred.registry import ERASERS as ERASERS
from microcred.registry import HEALTH as HEALTH
from microcred.registry import JOB_KINDS as JOB_KINDS
from microcred.registry import KEYS as KEYS
from microcred.registry import PRIVACY as PRIVACY
from microcred.registry import REPAIRS as REPAIRS
from microcred.registry import SEALED as SEALED
from microcred.registry import STUDENTS_DAY as STUDENTS_DAY
from microcred.settings_institution import *  # noqa: F403 - likewise
from microcred.settings_models import AI_MODELS as AI_MODELS
from microcred.settings_models import MODEL_ANSWERS as MODEL_ANSWERS
from microcred.settings_models import MODEL_SUMMARIES as MODEL_SUMMARIES
from microcred.settings_models import MODEL_WORDS as MODEL_WORDS
from microcred.settings_task_queue import worker_cluster
from microcred.settings_transport import *  # noqa: F403 - a section of the settings, kept in a file of its own
from microcred.settings_transport import ENVIRONMENT as ENVIRONMENT
from microcred.settings_transport import IS_DEPLOYED as IS_DEPLOYED

BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = env.flag("DEBUG", default=False)
STATE_DIR = Path(env.text("MICROCRED_STATE_DIR", str(BASE_DIR / "var")))
VERSION = "0.1.0"

# --- Secrets ----------------------------------------------------------------------------------------------
SECRETS_DIR = STATE_DIR / "secrets"
SECRET_KEY = env.secret("SECRET_KEY", SECRETS_DIR, required=IS_DEPLOYED)
# Former ones: sessions, links in letters and kept answers of theirs still hold.
SECRET_KEY_FALLBACKS = env.names("SECRET_KEY_FALLBACKS", [])
JWT_SIGNING_KEY = env.secret("JWT_SIGNING_KEY", SECRETS_DIR, required=IS_DEPLOYED)
# Keys whose tokens are accepted beside those of the signing key, while one replaces the other.
JWT_VERIFYING_KEYS = env.names("JWT_VERIFYING_KEYS", [])
WEBHOOK_ENCRYPTION_KEY = env.secret("WEBHOOK_ENCRYPTION_KEY", SECRETS_DIR, required=IS_DEPLOYED)
# Former ones: what they sealed is opened, until manage.py reseal_secrets has sealed it again.
WEBHOOK_DECRYPTION_KEYS = env.names("WEBHOOK_DECRYPTION_KEYS", [])
# Decision records hold hashes of answers under a key derived from it; set it before SECRET_KEY is ever changed.
RECORD_HASH_KEY = env.text("RECORD_HASH_KEY", SECRET_KEY)
# Service keys are stored as their HMAC under it; the same holds.
SERVICE_KEY_HASH_KEY = env.text("SERVICE_KEY_HASH_KEY", SECRET_KEY)
# Former ones, under which keys are still accepted.
SERVICE_KEY_FORMER_HASH_KEYS = env.names("SERVICE_KEY_FORMER_HASH_KEYS", [])

# --- Applications -----------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "microcred.administration.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "corsheaders",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_q",
    "ops",
    "accounts",
    "catalog",
    "planner",
    "assessments",
    "scoring",
    "recommendations",
    "practice",
    "nudges",
    "conversations",
    "tutoring",
    "companion",
    "partners",
]
MIDDLEWARE = [
    "microcred.middleware.RequestContextMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "microcred.browser_policy.BrowserPolicy",
    "microcred.middleware.RequireHttpsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    # Its refusals are answers too, so it stands below whatever adds headers to every answer.
    "ops.limits.RateLimitHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.sessions.SessionLimits",
    "ops.limits.PageLimits",
    "accounts.sessions.SecondFactorRequired",
    "microcred.middleware.InvalidLookupMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "microcred.urls"
WSGI_APPLICATION = "microcred.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.sessions.page_context",
            ],
        },
    },
]
LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = ["microcred.formats"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles" if IS_DEPLOYED else None  # elsewhere the finders serve
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_DEPLOYED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not IS_DEPLOYED
WHITENOISE_AUTOREFRESH = False

# --- Database ---------------------------------------------------------------------------------------------
# Persistent connections: a new one costs 2.8 ms. Never OPTIONS["pool"]: forked workers would share its sockets.
DATABASE_URL = env.address("DATABASE_URL", ("postgres", "postgresql"))
EMBEDDED_DATABASE = EmbeddedServer(STATE_DIR / "postgres")
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **(env.database(DATABASE_URL) if DATABASE_URL else EMBEDDED_DATABASE.connection_settings()),
        "ENGINE": "microcred.database",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": env.text("TEST_DATABASE_NAME", "test_microcred")},
    }
}
_PREPARED = env.flag("DATABASE_PREPARED_STATEMENTS", default=True)
DATABASES["default"].setdefault("OPTIONS", {}).update(session_options(prepared=_PREPARED))
DATABASE_SERVICE_PASSWORD = env.text("DATABASE_SERVICE_PASSWORD")  # of the user that grant_service_role makes

# Services beyond this machine that a deployment may reach without TLS.
UNENCRYPTED_HOSTS = env.names("UNENCRYPTED_HOSTS", [])

# --- Accounts and tokens ----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.BCryptSHA256PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "accounts.passwords.CommonValidator"},
    {"NAME": "accounts.passwords.CommonCoreValidator"},
    {"NAME": "accounts.passwords.ContextWordsValidator"},
]
# Words of the place that passwords may not be made of, beside those in accounts/passwords.py.
PASSWORD_WORDS = env.names("PASSWORD_WORDS", [])
# A session ends after so long without a request, and at the latest SESSION_COOKIE_AGE after the log-in.
SESSION_IDLE_MINUTES = env.integer("SESSION_IDLE_MINUTES", 60)
API_LOG_IN_DAYS = env.integer("API_LOG_IN_DAYS", 30)  # for so long one log-in can be carried on by refreshing
KEY_DAYS = env.integer("KEY_DAYS", 365)  # after which a key that was given out is to be changed
# Whether advisors and admins must have a second factor; without, those have one who want it.
SECOND_FACTOR_REQUIRED = env.flag("SECOND_FACTOR_REQUIRED", default=False)
SESSION_SERIALIZER = "accounts.session_serializer.EncryptedJSONSerializer"
# A cookie of their own would name people and could not have the __Host- prefix.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "login"
# What is said of tokens here is read by accounts/token_signing.py.
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": dt.timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": dt.timedelta(days=7),
    "SIGNING_KEY": JWT_SIGNING_KEY,
    "ISSUER": "microcred",
    "AUDIENCE": "microcred-api",
    "LEEWAY": 5,
}

# --- REST API ---------------------------------------------------------------------------------------------
RATE_LIMITS_ENABLED = env.flag("RATE_LIMITS_ENABLED", default=True)
RATELIMIT_IP_META_KEY = "ops.limits.client_address"
CACHES = {"default": {"BACKEND": "ops.counter_cache.AtomicDatabaseCache", "LOCATION": "cache_counters"}}
IDEMPOTENCY_KEEP_SECONDS = 24 * 3600

# --- Jobs -------------------------------------------------------------------------------------------------
REDIS_URL = env.address("REDIS_URL", ("redis", "rediss", "unix"))
WORKER_PROCESSES = env.integer("WORKER_PROCESSES", 2)
# Jobs that each of them does at a time, most of them waiting for somebody; each has a database connection of its own.
WORKER_THREADS = env.integer("WORKER_THREADS", 32)
# How many webhooks are sent at a time, and how many of those to the same receiver.
WEBHOOKS_AT_ONCE = env.integer("WEBHOOKS_AT_ONCE", 16)
WEBHOOKS_AT_ONCE_EACH = env.integer("WEBHOOKS_AT_ONCE_EACH", 2)
Q_CLUSTER: dict[str, Any] = worker_cluster(WORKER_PROCESSES, REDIS_URL)
# The longest wait for a lost worker's job; renewal; when work is taken to hang and loses it; when its process ends.
JOB_LEASE_SECONDS, JOB_RENEW_SECONDS, JOB_DEADLINE_SECONDS, JOB_TIMEOUT_SECONDS = 15, 4, 60, 90
JOB_STOP_SECONDS = 20  # what runs when the worker is told to stop may go on for so long, and is put back then
# Called when the worker's command begins; before it forks, when threads of the former have ended; in each fork, idle.
WORKER_LOAD_AHEAD = ["microcred.ai.providers.begin_loading"]
WORKER_PRELOAD = ["microcred.ai.providers.preload"]
WORKER_WARM_UPS = ["recommendations.warm_up.warm_up"]
# --- Metrics ----------------------------------------------------------------------------------------------
METRICS_TOKEN = env.text("METRICS_TOKEN")  # whose bearer may read /metrics; without one, this machine

# --- Assessments ------------------------------------------------------------------------------------------
ASSESSMENT_HOURS = env.integer("ASSESSMENT_HOURS", 72)

# --- Personal data ----------------------------------------------------------------------------------------
# How long people may think over an erasure, and fetch a copy of their data.
ERASURE_COOL_OFF_DAYS = env.integer("ERASURE_COOL_OFF_DAYS", 14, least=0)
EXPORT_KEEP_DAYS = env.integer("EXPORT_KEEP_DAYS", 7)
RETENTION_DAYS = {  # of rows of a purpose; 0 until erasure
    "MODEL_TEXTS": env.integer("RETENTION_MODEL_TEXTS_DAYS", 0, least=0),
    "CONVERSATIONS": env.integer("RETENTION_CONVERSATIONS_DAYS", 365, least=0),
    "TRANSCRIPTS": env.integer("RETENTION_TRANSCRIPTS_DAYS", 30, least=0),
    "WEBHOOKS": env.integer("RETENTION_WEBHOOKS_DAYS", 365, least=0),
    # Whoever was told something is told so no second time for as long as it is known.
    "NUDGES": env.integer("RETENTION_NUDGES_DAYS", 365, least=60),
    "ADMIN_LOG": env.integer("RETENTION_ADMIN_LOG_DAYS", 365, least=0),
    "MEASUREMENTS": env.integer("RETENTION_MEASUREMENTS_DAYS", 730, least=0),
}

# --- Oversight --------------------------------------------------------------------------------------------
# A person looks at essays whose scorer is less sure than this (0 sure to 1 a guess), and holds one so long.
REVIEW_UNCERTAINTY_ABOVE = env.decimal("REVIEW_UNCERTAINTY_ABOVE", 0.6, most=1)
REVIEW_LEASE_HOURS = env.integer("REVIEW_LEASE_HOURS", 8)
# Reviewers first mark the examples of a question, where it has some, and agree on so many of the criteria.
CALIBRATION_WITHOUT_EXAMPLES = env.flag("CALIBRATION_WITHOUT_EXAMPLES", default=True)
CALIBRATION_AGREEMENT = env.decimal("CALIBRATION_AGREEMENT", 0.8, most=1)
APPEAL_DAYS = env.integer("APPEAL_DAYS", 14, least=0)
APPEALS_PER_CRITERION = env.integer("APPEALS_PER_CRITERION", 1, least=0)
APPEALS_CANNOT_LOWER = env.flag("APPEALS_CANNOT_LOWER", default=True)

# --- Practice ---------------------------------------------------------------------------------------------
PRACTICE_RATING = env.choice("PRACTICE_RATING", ("uncertain", "flat"), "uncertain")  # or Elo's constant step
PRACTICE_DRAFTS_A_DAY = env.integer("PRACTICE_DRAFTS_A_DAY", 0, least=0)  # items a model writes unasked
PRACTICE_ITEMS_UNATTENDED = env.flag("PRACTICE_ITEMS_UNATTENDED", default=False)  # before staff has looked

# --- Nudges -----------------------------------------------------------------------------------------------
NUDGES = env.flag("NUDGES", default=True)
NUDGES_TIME_ZONE = env.text("NUDGES_TIME_ZONE", "UTC")  # whose clock counts for students who have named none
NUDGES_LINK = env.address("NUDGES_LINK", ("https", "http"))  # of letters; else to the product's own page

# --- Model providers --------------------------------------------------------------------------------------
OPENAI_API_KEY = env.text("OPENAI_API_KEY")
OPENAI_BASE_URL = env.address("OPENAI_BASE_URL", ("https", "http"))
OPENAI_BACKGROUND = env.flag("OPENAI_BACKGROUND", default=False)  # whether the provider keeps answers
AI_PRICES: dict[str, dict[str, str]] = env.mapping("AI_PRICES")
AI_TIMEOUT_SECONDS = env.decimal("AI_TIMEOUT_SECONDS", 20, least=0.1)
AI_CONNECT_TIMEOUT_SECONDS = env.decimal("AI_CONNECT_TIMEOUT_SECONDS", 3, least=0.1)
# What model calls may cost, in US cents; 0 for no limit.
MODEL_BUDGET_MONTH_CENTS = env.decimal("MODEL_BUDGET_MONTH_CENTS", 0)
MODEL_CAP_ASSESSMENT_CENTS = env.decimal("MODEL_CAP_ASSESSMENT_CENTS", 0)
MODEL_BATCH_SHARE = env.decimal("MODEL_BATCH_SHARE", 0.5)  # of the usual price
MODEL_BATCH_POLL_SECONDS = env.integer("MODEL_BATCH_POLL_SECONDS", 300)
MODEL_MAX_READINGS = env.integer("MODEL_MAX_READINGS", 3)  # of an essay whose score is in doubt; 1 for once
MODEL_CALLS_AT_ONCE = env.integer("MODEL_CALLS_AT_ONCE", 4)  # of one assessment; 1 for one after the other
ANSWERS_HELP_TEXT = env.text("ANSWERS_HELP_TEXT")  # for who writes of harm to themself
MODEL_REDACT_NAMES = env.names("MODEL_REDACT_NAMES", [])  # replaced in every answer, beside its student's
EMBEDDERS = ("sentence-transformers", "openai")
EMBEDDING_PROVIDER = env.choice("EMBEDDING_PROVIDER", EMBEDDERS, EMBEDDERS[0])
EMBEDDING_MODEL = env.text("EMBEDDING_MODEL")
EMBEDDER_DIR = STATE_DIR / "embedder"

# --- Webhooks ---------------------------------------------------------------------------------------------
WEBHOOK_TIMEOUT_SECONDS = env.decimal("WEBHOOK_TIMEOUT_SECONDS", 15, least=0.1)
WEBHOOK_HOSTS = [host.lower() for host in env.names("WEBHOOK_HOSTS", [])]
WEBHOOK_ALLOW_PRIVATE_ADDRESSES = env.flag("WEBHOOK_ALLOW_PRIVATE_ADDRESSES", default=not IS_DEPLOYED)

# --- Logs -------------------------------------------------------------------------------------------------
LOG_LEVEL = env.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")
LOG_FORMAT = env.choice("LOG_FORMAT", ("json", "console"), "json" if IS_DEPLOYED else "console")
LOGGING_CONFIG = None
configure_logging(level=LOG_LEVEL, style=LOG_FORMAT)
