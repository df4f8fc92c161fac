"""Files of scored answers, and what is said of those that cannot be used."""

import gzip
import json
from pathlib import Path

import pytest

from microcred.tables import TableError
from scoring.training.dataset import Scale, ScoredText, read_sets

PLAIN = "set,text,score\n1,One text.,2\n1,Another.,4\n2,A third.,1\n"


def stored(folder: Path, content: str | bytes, name: str = "essays.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_each_set_has_its_texts_and_the_range_and_step_of_its_scores(tmp_path: Path) -> None:
    first, second = read_sets(stored(tmp_path, PLAIN))

    assert (first.id, first.scale) == ("1", Scale(2.0, 4.0, 2.0))
    assert first.texts == [ScoredText("One text.", 2.0), ScoredText("Another.", 4.0)]
    assert (second.id, second.scale) == ("2", Scale(1.0, 1.0, 1.0))


def test_tabs_gzip_quotation_marks_and_windows_letters_are_read(tmp_path: Path) -> None:
    table = (
        'set\ttext\tscore\tscore1\tscore2\tfold\tgroup\n1\t"He said ""yes"",\nthen caf\xe9."\t3\t1\t2\ta\tx\n'
    )

    (only,) = read_sets(stored(tmp_path, gzip.compress(table.encode("cp1252")), "essays.tsv.gz"))

    assert only.texts == [ScoredText('He said "yes",\nthen café.', 3.0, 1.0, 2.0, "a", "x")]


def test_columns_are_mapped_and_sets_described(tmp_path: Path) -> None:
    path = stored(tmp_path, "prompt,full_text,Overall\np,Text.,2.5\np,More.,3.0\n")
    told = {"p": {"prompt": "Why?", "rubric": {"best": "Clear."}, "min": 1, "max": 5, "step": 0.5}}
    described = stored(tmp_path, json.dumps(told), "sets.json")

    columns = {"set": "prompt", "text": "full_text", "score": "Overall"}
    (only,) = read_sets(path, columns=columns, described=described)

    assert (only.prompt, only.rubric.text, only.scale) == ("Why?", "Clear.", Scale(1.0, 5.0, 0.5))
    assert list(only.scale.levels) == [1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0]


def test_rows_without_a_score_are_left_out_and_counted(tmp_path: Path) -> None:
    (only,) = read_sets(stored(tmp_path, "set,text,score\n1,A.,1\n1,B.,\n1,C.,2\n"))

    assert (len(only.texts), only.left_out) == (2, 1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,text,score\n1,A.,1\n", "no column for set. Its columns: id, text, score"),
        ("set,text,score\n1,A.,1\n1,B.,high\n", "line 3: score is 'high', not a number"),
        ("set,text,score\n1,A.,nan\n", "line 2: score is 'nan', not a number"),
        ("set,text,score\n", "there is no scored text"),
        ("", "no column for set, text, score. Its columns: none"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(TableError, match=message):
        read_sets(stored(tmp_path, content))


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"1": {"min": 3}}, "scores from 2.0 to 4.0 leave its range"),
        ({"1": {"step": 0}}, "the range 2.0 to 4.0 in 0.0 is empty"),
        ({"1": {"step": 0.0001}}, "makes too many levels"),
        ({"1": {"max": "high"}}, "min, max and step are numbers"),
        ([1], "expected an object of objects"),
    ],
)
def test_what_is_wrong_with_a_description_is_said(tmp_path: Path, told: object, message: str) -> None:
    described = stored(tmp_path, json.dumps(told), "sets.json")

    with pytest.raises(TableError, match=message):
        read_sets(stored(tmp_path, PLAIN), described=described)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="cannot be read"):
        read_sets(tmp_path / "none.csv")


def test_values_are_rounded_to_the_step_and_kept_in_the_range() -> None:
    scale = Scale(1.0, 3.0, 0.5)

    assert list(scale.rounded(scale.levels + 0.25)) == [1.5, 2.0, 2.5, 3.0, 3.0]
    assert list(scale.rounded(scale.levels - 2)) == [1.0] * 5


def test_among_many_columns_only_the_named_ones_are_read(tmp_path: Path) -> None:
    extra = [f"trait{at}" for at in range(24)]
    header = ["essay_id", "set", "text", "score1", "score2", "score", *extra]
    rows = [["7", "1", 'He said ""so"".', "2", "3", "5", *[""] * 24], ["8", "1", "Yes.", "1", "1", "2"]]
    table = "\r\n".join("\t".join(row) for row in [header, *rows])

    (only,) = read_sets(stored(tmp_path, table.encode("latin-1"), "essays.tsv"))

    assert [(t.score, t.score1, t.score2) for t in only.texts] == [(5.0, 2.0, 3.0), (2.0, 1.0, 1.0)]


def test_a_set_that_a_program_wrote_as_a_decimal_number_is_found_in_the_description(tmp_path: Path) -> None:
    path = stored(tmp_path, "set,text,score\n1.0,A.,1\n1.0,B.,2\n")
    described = stored(tmp_path, json.dumps({"1": {"min": 0, "max": 3}}), "sets.json")

    (only,) = read_sets(path, described=described)

    assert (only.id, only.scale) == ("1", Scale(0.0, 3.0, 1.0))


@pytest.mark.parametrize(
    ("scores", "told", "step"),
    [
        pytest.param([2, 4, 6], {"min": 1, "max": 6}, 1.0, id="whole scores between odd ends"),
        pytest.param([2, 4, 6], {}, 2.0, id="even scores"),
        pytest.param([1, 2.5, 4], {"min": 1, "max": 5}, 0.5, id="halves"),
        pytest.param([0, 10, 15], {}, 5.0, id="fives"),
        pytest.param([1, 1.3333, 2.6667, 3], {}, 0.3333, id="thirds"),
        pytest.param([3, 3], {}, 1.0, id="one value"),
    ],
)
def test_the_step_leads_to_every_score(
    tmp_path: Path, scores: list[float], told: dict[str, int], step: float
) -> None:
    path = stored(tmp_path, "set,text,score\n" + "".join(f"1,A.,{score}\n" for score in scores))
    described = stored(tmp_path, json.dumps({"1": told}), "sets.json")

    (only,) = read_sets(path, described=described)

    assert only.scale.step == pytest.approx(step, abs=1e-3)
    assert only.scale.rounded(only.scores) == pytest.approx(only.scores, abs=1e-2)


@pytest.mark.parametrize(
    ("scores", "step"),
    [
        pytest.param([0, 37.25, 99.99], 0.1, id="hundredths of a hundred"),
        pytest.param([0.123456, 4.500001, 9.87654], 0.01, id="six decimals"),
        pytest.param([0, 20_001], 20_001.0, id="far apart, and yet two"),
    ],
)
def test_scores_of_many_decimals_are_compared_in_round_steps(
    tmp_path: Path, scores: list[float], step: float
) -> None:
    path = stored(tmp_path, "set,text,score\n" + "".join(f"1,A.,{score}\n" for score in scores))

    (only,) = read_sets(path)

    assert only.scale.step == pytest.approx(step)
    assert len(only.scale.levels) <= 1_001
    assert only.coarser is (step < 1)


def test_a_row_without_a_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="line 3: there is no set"):
        read_sets(stored(tmp_path, "set,text,score\n1,A.,1\n,B.,2\n"))


def test_a_description_of_other_sets_is_refused(tmp_path: Path) -> None:
    described = stored(tmp_path, json.dumps({"9": {"min": 0}}), "sets.json")

    with pytest.raises(TableError, match="describes none of the sets 1, 2"):
        read_sets(stored(tmp_path, PLAIN), described=described)
