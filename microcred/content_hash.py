"""Versions of content: what two copies of it have in common, and no other content."""

import hashlib
import json
from typing import Any


def version_of(content: Any, *, encoder: type[json.JSONEncoder] | None = None) -> str:
    """Return a version that changes with the content: its hash. ``encoder`` writes what JSON does not know."""
    canonical = json.dumps(content, sort_keys=True, cls=encoder)
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]
