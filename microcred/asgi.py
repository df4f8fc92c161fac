"""The ASGI application of the process that serves streams, and nothing else."""

import os

from django.conf import settings
from django.core.asgi import get_asgi_application

from microcred.streaming import AT_ONCE, limit_concurrency, streams_only

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "microcred.settings")
# A request has a thread of its own here, with which a connection that is kept would be lost.
settings.DATABASES["default"]["CONN_MAX_AGE"] = 0
application = streams_only(limit_concurrency(get_asgi_application(), AT_ONCE))
