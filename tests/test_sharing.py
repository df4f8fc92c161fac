"""Which tests run when, where several processes share them."""

import os
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from threadpoolctl import threadpool_info

from tests import sharing


def test_long_files_are_spread_over_the_first_half(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "LONG", frozenset({"l1", "l2"}))
    files = {
        name: [f"{name}::1", f"{name}::2"] for name in ("a", "b", "c", "d", "l1", "e", "f", "g", "h", "l2")
    }

    order = sharing.in_order(files)

    assert order[::2] == [f"{name}::1" for name in ("l1", "a", "b", "l2", "c", "d", "e", "f", "g", "h")]
    assert order[1::2] == [test.replace("::1", "::2") for test in order[::2]]


@pytest.mark.parametrize(
    ("names", "order"),
    [
        ([], []),
        (["a"], ["a"]),
        (["a", "long"], ["long", "a"]),
        (["long"], ["long"]),
    ],
)
def test_few_files(names: list[str], order: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "LONG", frozenset({"long"}))

    assert sharing.in_order({name: [name] for name in names}) == order


@pytest.mark.parametrize("name", sorted(sharing.LONG))
def test_what_is_called_long_exists(name: str) -> None:
    assert (Path(settings.BASE_DIR) / name).is_file()


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="one process has the machine to itself")
def test_a_process_beside_others_calculates_on_one_core() -> None:
    assert np.ones((2, 2)).sum() == 4

    assert {library["num_threads"] for library in threadpool_info()} == {1}
