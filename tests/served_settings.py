"""The product's settings on the test database, for a web server in a process of its own."""

import os

from microcred.settings import *  # noqa: F403
from microcred.settings import DATABASES

DATABASES["default"]["NAME"] = os.environ["SERVED_DATABASE"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
