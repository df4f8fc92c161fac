"""How much memory the server keeps pages in."""

import os
from pathlib import Path

import pytest

from microcred.embedded.memory import available_memory, shared_buffers

MACHINE = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize(
    ("memory", "taken"),
    [
        pytest.param(512 * 2**20, "128MB", id="never less than a small server needs"),
        pytest.param(2**30, "128MB", id="an eighth"),
        pytest.param(3 * 2**30, "384MB", id="an eighth of more"),
        pytest.param(8 * 2**30, "1024MB", id="an eighth that is the most"),
        pytest.param(64 * 2**30, "1024MB", id="never more than a large catalog fills"),
    ],
)
def test_an_eighth_of_the_memory_within_bounds(memory: int, taken: str) -> None:
    assert shared_buffers(memory) == taken


@pytest.mark.parametrize(
    ("written", "found"),
    [
        pytest.param("268435456\n", 268_435_456, id="a limit"),
        pytest.param("max\n", MACHINE, id="none"),
        pytest.param("9223372036854771712\n", MACHINE, id="more than there is"),
        pytest.param("", MACHINE, id="empty"),
    ],
)
def test_a_container_has_no_more_than_it_is_given(tmp_path: Path, written: str, found: int) -> None:
    (tmp_path / "memory.max").write_text(written)

    assert available_memory([tmp_path / "memory.max", tmp_path / "nothing"]) == found
