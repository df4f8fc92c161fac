"""What content is called by its version."""

import hashlib
import json
from typing import Any

import pytest

from microcred.content_hash import version_of


def test_a_version_is_the_hash_of_its_content() -> None:
    assert (
        version_of({"b": 2, "a": [1, "é"]})
        == hashlib.sha256(b'{"a": [1, "\\u00e9"], "b": 2}').hexdigest()[:32]
    )


def test_the_order_of_names_does_not_matter_and_the_order_of_items_does() -> None:
    assert version_of({"a": 1, "b": 2}) == version_of({"b": 2, "a": 1})
    assert version_of([1, 2]) != version_of([2, 1])


def test_what_json_does_not_know_needs_somebody_who_writes_it() -> None:
    class Sets(json.JSONEncoder):
        def default(self, o: Any) -> Any:
            return sorted(o)

    assert version_of({2, 1}, encoder=Sets) == version_of([1, 2])
    with pytest.raises(TypeError):
        version_of({2, 1})
