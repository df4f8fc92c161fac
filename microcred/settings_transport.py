"""Settings: where requests come from, and how they and their answers travel."""

from microcred import env
from microcred.browser_policy import CONTENT_SECURITY_POLICY as CONTENT_SECURITY_POLICY

ENVIRONMENT = env.choice("ENVIRONMENT", ("local", "test", "staging", "production"), "local")
IS_DEPLOYED = ENVIRONMENT in ("staging", "production")

HOST = env.text("HOST", "127.0.0.1")
PORT = env.integer("PORT", 8000, most=65535)
# Where a process of its own serves streams; 0 for none.
EVENTS_PORT = env.integer("EVENTS_PORT", 0, least=0, most=65535)
WEB_PROCESSES = env.integer("WEB_PROCESSES", 2)
# Each thread keeps a database connection of its own.
WEB_THREADS = env.integer("WEB_THREADS", 4)
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", [] if IS_DEPLOYED else ["127.0.0.1", "localhost", "[::1]"])
# Where the product is reached from outside, for the links in letters.
PUBLIC_URL = env.address("PUBLIC_URL", ("https", "http")).rstrip("/") or (
    f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
    if IS_DEPLOYED and ALLOWED_HOSTS
    # What listens everywhere, as the image does, is no address that a browser could go to.
    else f"http://{'127.0.0.1' if HOST in ('0.0.0.0', '::') else HOST}:{PORT}"  # noqa: S104
)
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS", [])
CORS_ALLOWED_ORIGINS = env.names("CORS_ALLOWED_ORIGINS", [])
CORS_URLS_REGEX = r"^/api/.*$"
TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", 0, least=0)
SECURE_SSL_REDIRECT = IS_DEPLOYED
# A program that forgot the s of https must hear of it, not be led on with its token already on the wire.
SECURE_REDIRECT_EXEMPT = [r"^health", r"^metrics$", r"^api/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_DEPLOYED else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_DEPLOYED
SECURE_HSTS_PRELOAD = IS_DEPLOYED
SECURE_REFERRER_POLICY = "same-origin"
# The prefix makes browsers refuse a cookie of this name that another host or an unencrypted page has set.
_COOKIE_PREFIX = "__Host-" if IS_DEPLOYED else ""
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}sessionid"
SESSION_COOKIE_SECURE = IS_DEPLOYED
SESSION_COOKIE_AGE = 8 * 3600
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_SECURE = IS_DEPLOYED
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
API_MAX_BODY_BYTES = 1024 * 1024
# A form of the administration holds a credential with its documents, of which one may have megabytes.
DATA_UPLOAD_MAX_MEMORY_SIZE = 9 * 1024 * 1024
# A student's page has a field for each item of a question, up to a hundred, and up to a hundred questions.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 11_000

# smtp://user:password@host:587 or smtp+tls://...; without one, letters are written to the log of the process.
globals().update(env.mail_server("EMAIL_URL", "consolemail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "MicroCred <noreply@localhost>")
# Where links for passwords in letters to students lead, the code behind #; else to the product's own page.
PASSWORD_PAGE = env.address("PASSWORD_PAGE", ("https", "http"))
