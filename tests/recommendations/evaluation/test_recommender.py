"""manage.py recommender evaluate: files in, figures that a person can check out."""

import gzip
import json
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from microcred import tables
from microcred.ai import providers
from recommendations.collaborative.signals import ConstantSignal
from recommendations.evaluation.datasets import read_learners
from recommendations.evaluation.ranking import measure
from tests.factories.recommendations import WordEmbedder


def write(path: Path, text: str) -> Path:
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


ITEMS = """item_id,title,text,tags
a,Steel,Welding of steel,metal|craft
b,Pipes,Welding of pipes,
c,Bread,Baking,
d,Cake,Baking cake,
"""
HISTORY = "user_id\titem_id\nanna\ta\nben\ta\nben\tb\ncleo\tc\n"
TARGETS = "user_id,item_id\nanna,b\nanna,a\ncleo,d\ndora,a\ndora,b\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    return (
        write(tmp_path / "items.csv", ITEMS),
        write(tmp_path / "history.tsv.gz", HISTORY),
        write(tmp_path / "targets.csv", TARGETS),
    )


def test_files_are_read_in_every_form(files: tuple[Path, Path, Path]) -> None:
    learners = read_learners(*files)

    assert learners.items[0].words == "Steel\nmetal, craft\nWelding of steel"
    assert learners.history.taken.toarray().tolist() == [
        [1, 0, 0, 0],
        [1, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 0],
    ]
    # What Anna had taken before is no target; Dora comes with no history at all.
    assert [one.tolist() for one in learners.targets] == [[1], [], [3], [0, 1]]


def test_files_with_columns_of_other_names_are_read_by_those(
    files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    items = write(tmp_path / "courses.csv", ITEMS.replace("item_id", "course").replace("text", "about"))

    learners = read_learners(items, *files[1:], by_name={"item_id": "course", "text": "about"})

    assert learners.items == read_learners(*files).items


def test_items_that_only_a_user_names_have_no_words(files: tuple[Path, Path, Path], tmp_path: Path) -> None:
    more = write(tmp_path / "more.csv", TARGETS + "anna,unknown\n")

    learners = read_learners(files[0], files[1], more)

    assert (len(learners.items), learners.items[4].words) == (5, "")
    assert learners.targets[0].tolist() == [1, 4]


@pytest.mark.parametrize(
    ("times", "known"),
    [
        (("2024-01-02", "2024-01-01T08:00:00+02:00"), True),
        (("5", "7"), True),
        (("5", "5"), False),
        (("5", ""), False),
        (("5", "nan"), False),
        (("5", "inf"), False),
        (("5", "yesterday"), False),
    ],
)
def test_times_are_used_only_when_all_can_be_read_and_they_differ(
    files: tuple[Path, Path, Path], tmp_path: Path, times: tuple[str, str], known: bool
) -> None:
    rows = [f"ben,{item},{time}" for item, time in zip("ab", times, strict=True)]
    history = write(tmp_path / "timed.csv", "\n".join(["user_id,item_id,timestamp", *rows]))

    learners = read_learners(files[0], history, files[2])

    assert (learners.history.times is not None) is known
    assert learners.untimed.startswith("timestamps are not used") is not known


def test_ids_are_read_without_the_spaces_around_them(files: tuple[Path, Path, Path], tmp_path: Path) -> None:
    spaced = write(tmp_path / "spaced.csv", TARGETS.replace(",b", ", b "))

    read, same = (read_learners(*files[:2], targets) for targets in (spaced, files[2]))

    assert len(read.items) == 4
    assert [one.tolist() for one in read.targets] == [one.tolist() for one in same.targets]


def test_the_command_says_how_many_items_are_not_listed(
    files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    other = write(tmp_path / "other.csv", "item_id,title,text\na,,\nnobody-took-this,,\n")
    said = StringIO()

    call_command("recommender", "evaluate", *arguments((other, *files[1:])), stdout=StringIO(), stderr=said)

    assert "3 of 5 items are named by users and not listed: they have no words" in said.getvalue()


def test_the_command_says_why_times_are_not_used(files: tuple[Path, Path, Path], tmp_path: Path) -> None:
    timed = write(tmp_path / "timed.csv", "user_id,item_id,timestamp\nben,a,5\nben,b,nan\nanna,a,6\n")
    bare = write(tmp_path / "bare.csv", "item_id,title,text\n")
    said = StringIO()

    call_command(
        "recommender", "evaluate", *arguments((bare, timed, files[2])), stdout=StringIO(), stderr=said
    )

    assert "timestamps are not used: some are missing" in said.getvalue()


def test_figures_are_those_worked_out_by_hand(files: tuple[Path, Path, Path]) -> None:
    learners = read_learners(*files)

    quality = measure(ConstantSignal("order", np.array([4, 3, 2, 1], np.float32)), learners)

    # Anna has b first; Cleo has d third of a, b, d; Dora has a and b first.
    assert quality.recall[10] == 1.0
    assert quality.ndcg[10] == pytest.approx((1 + 1 / np.log2(4) + 1) / 3)
    assert quality.coverage == 1.0
    # The most taken tenth is item a: one of the ten places of the three lists, twice.
    assert quality.top_share == pytest.approx(2 / 10)


def test_equal_scores_keep_the_items_order(files: tuple[Path, Path, Path]) -> None:
    learners = read_learners(*files)

    quality = measure(ConstantSignal("same", np.ones(4, np.float32)), learners)

    assert quality.ndcg[20] == pytest.approx((1 + 1 / np.log2(4) + 1) / 3)


def arguments(files: tuple[Path, Path, Path]) -> list[str]:
    return ["--items", str(files[0]), "--history", str(files[1]), "--targets", str(files[2])]


def test_the_command_prints_one_json_object(
    files: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.STATE_DIR = tmp_path
    embedder = WordEmbedder()
    monkeypatch.setattr(providers, "embedder", lambda: embedder)
    out = StringIO()

    call_command("recommender", "evaluate", *arguments(files), "--json", stdout=out, stderr=StringIO())

    found = json.loads(out.getvalue())
    assert (found["n_users"], found["n_items"]) == (3, 4)
    assert list(found["models"]) == ["popularity", "text", "knn", "blend"]
    assert set(found["models"]["blend"]) == {
        "recall@10", "ndcg@10", "recall@20", "ndcg@20", "coverage", "top_share", "seconds",
    }  # fmt: skip
    embedded = len(embedder.embedded)
    call_command("recommender", "evaluate", *arguments(files), stdout=out, stderr=StringIO())
    assert len(embedder.embedded) == embedded


def test_without_words_the_text_model_is_said_to_be_missing(
    files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    bare = write(tmp_path / "bare.csv", "item_id,title,text\na,,\nb,,\nc,,\nd,,\n")
    out = StringIO()

    call_command("recommender", "evaluate", *arguments((bare, *files[1:])), stdout=out, stderr=StringIO())

    assert "text       the items have no words" in out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("items", "item_id,title\na,Steel\n", "no column text"),
        ("items", "item_id,title,text\na,,\na,,\n", "item a stands there twice"),
        ("items", "item_id,title,text\n ,Steel,\n", "line 2: nothing for item_id"),
        ("history", "user_id,item_id\nanna\n", "line 2: nothing for item_id"),
        ("history", "user_id,item_id\n,a\n", "line 2: nothing for user_id"),
        ("history", "user_id,item_id\n", "there is nothing to learn from"),
        ("targets", "user_id,item_id\nanna,a\n", "nobody took anything there"),
        ("targets", "", "no column user_id, item_id"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    files: tuple[Path, Path, Path], tmp_path: Path, name: str, content: str, said: str
) -> None:
    broken = write(tmp_path / "broken.csv", content)
    given = tuple(
        broken if name == one else path
        for one, path in zip(("items", "history", "targets"), files, strict=True)
    )

    with pytest.raises(CommandError, match=said):
        call_command("recommender", "evaluate", *arguments(given), stderr=StringIO())  # type: ignore[arg-type]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(tables.TableError, match=r"nowhere\.csv cannot be read"):
        list(tables.rows(tmp_path / "nowhere.csv", columns=["a"]))
