"""Windows, inner layers, and vectors that are kept."""

from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from microcred.ai.minilm import OnnxEmbedder
from microcred.ai.onnx_export import build
from scoring.training.encoder import INNER_LAYERS, LayerEncoder, name_today, windows_of
from scoring.training.vector_cache import CachedEncoder
from tests.scoring.training.made import HashedEncoder


@pytest.fixture(scope="module")
def exported() -> Path:
    return build(settings.EMBEDDER_DIR, model="")[0]


@pytest.fixture(scope="module")
def encoder(exported: Path) -> LayerEncoder:
    return LayerEncoder(exported)


def test_windows_are_few_and_of_equal_length() -> None:
    assert windows_of(range(5), 5) == [range(5)]
    assert [len(window) for window in windows_of(range(11), 5)] == [4, 4, 3]
    assert list(map(list, windows_of([], 5))) == [[]]


def test_the_final_vector_of_a_short_text_is_the_embedders(encoder: LayerEncoder, exported: Path) -> None:
    text = "A small museum wants to open on Monday evenings."

    row = encoder.encode([text])[0]

    assert row.shape == ((INNER_LAYERS + 1) * encoder.width,)
    assert row[: encoder.width] == pytest.approx(OnnxEmbedder(exported).embed([text])[0], abs=1e-6)


def test_a_text_has_the_same_bits_whatever_stands_beside_it(encoder: LayerEncoder) -> None:
    texts = ["One sentence. " * 90, "Short.", ""]

    assert (encoder.encode(texts)[0] == encoder.encode(texts[:1])[0]).all()
    assert np.isfinite(encoder.encode(texts)).all()


def test_what_lies_beyond_the_first_window_counts(encoder: LayerEncoder) -> None:
    start = "The library is open on Sundays. " * 60

    near, far = encoder.encode([start, start + "Volcanoes throw ash and lava. " * 40])

    assert float(near[: encoder.width] @ far[: encoder.width]) < 0.95


def test_the_vocabulary_ranks_common_words_first(encoder: LayerEncoder) -> None:
    ranks = encoder.ranks()

    assert ranks["the"] < ranks["library"] < ranks["basalt"]
    assert "librery" not in ranks


def test_a_text_is_encoded_once_and_remembered_bit_by_bit(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    source = HashedEncoder()
    first = CachedEncoder(source, tmp_path, lambda done, all_: told.append((done, all_)))
    fresh = first.encode(["one library", "two readers", "one library"])

    again = CachedEncoder(source, tmp_path).encode(["two readers", "three books", "one library"])

    assert source.read == ["one library", "two readers", "three books"]
    assert told == [(2, 2)]
    assert (again[[2, 0]] == fresh[:2]).all()
    assert (fresh[0] == fresh[2]).all()


def test_vectors_of_another_encoder_are_not_taken_for_its_own(tmp_path: Path) -> None:
    CachedEncoder(HashedEncoder(), tmp_path).encode(["one library"])
    other = HashedEncoder()
    other.name = "another"

    CachedEncoder(other, tmp_path).encode(["one library"])

    assert other.read == ["one library"]


def test_a_name_from_before_another_export_of_the_same_weights_is_known(encoder: LayerEncoder) -> None:
    assert encoder.name == "all-MiniLM-L6-v2-layers1"
    assert name_today("all-MiniLM-L6-v2-layers1-2bd01407ba73") == encoder.name
    assert name_today("other@2bd01407ba73-layers1") == "other@2bd01407ba73-layers1"
