"""Every benchmark runs, measures what it says, and touches no database but one of its own or a test's."""

import argparse
import json
from collections.abc import Callable
from typing import Any

import pytest

from benchmarks import (
    database,
    embedding,
    neighbours,
    pipeline,
    practice,
    retrieval,
    rules,
    session_summaries,
    worker_start,
)
from benchmarks.measuring import Report, interleaved, ratios, series
from microcred.ai import providers
from tests.factories.recommendations import WordEmbedder

SIZES: dict[str, Any] = {"rounds": 1, "json": True}


@pytest.mark.parametrize(
    "script", [retrieval, embedding, neighbours, pipeline, practice, session_summaries, worker_start]
)
def test_every_script_explains_itself(script: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        script.main(["--help"])

    assert ended.value.code == 0
    assert "--rounds" in capsys.readouterr().out


def test_rules_score_answers_of_every_kind_alike_in_every_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "ANSWERS", 30)

    for case in rules.CASES.values():
        assert rules.measure(*case)[1] == rules.measure(*case)[1]


def test_practice_foretells_better_than_what_it_is_compared_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(practice, "TIMED", 10)

    figures = practice.measure(argparse.Namespace(students=80, answers=20, items=60, **SIZES)).figures

    assert [figures[one]["oracle"]["share"] for one in practice.WORLDS] == [1.0, 1.0, 1.0]
    placed = {who: own["share"] for who, own in figures["placed"].items()}
    assert placed["flat K = 32"] < placed["K = 32, both move"] < placed["ours"] < 1.0
    assert list(figures["choosing"]) == list(practice.CHOICES)
    assert all(own["correlation_40"] > own["correlation_5"] > 0.5 for own in figures["choosing"].values())


@pytest.mark.parametrize(
    ("chances", "solved", "area"),
    [
        ([0.9, 0.8, 0.3, 0.2], [True, True, False, False], 1.0),
        ([0.9, 0.8, 0.3, 0.2], [False, False, True, True], 0.0),
        ([0.9, 0.8, 0.3, 0.2], [True, False, True, False], 0.75),
        ([0.5, 0.5, 0.5], [True, False, False], 0.5),
    ],
)
def test_the_area_is_how_often_a_right_answer_is_ranked_above_a_wrong_one(
    chances: list[float], solved: list[bool], area: float
) -> None:
    assert practice.auc(chances, solved) == area


def test_contenders_take_turns_and_medians_are_of_rounds() -> None:
    called: list[str] = []

    def job(name: str) -> Callable[[int], None]:
        return lambda _: called.append(name)

    found = interleaved({"one": job("one"), "other": job("other")}, calls=3, rounds=2, warm=0)

    assert called == [
        "one",
        "other",
        "other",
        "one",
        "one",
        "other",
        "other",
        "one",
        "one",
        "other",
        "other",
        "one",
    ]
    assert {name: len(own.medians) for name, own in found.items()} == {"one": 2, "other": 2}
    assert ratios(series([[8.0], [9.0], [4.0]]), series([[2.0], [3.0], [4.0]])) == (3.0, 1.0, 4.0)


def test_a_missed_goal_shows_in_the_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report("a job")
    report.at_most("p50", 3.0, 2.0, "ms")

    assert report.ended(as_json=True) == 1

    told = json.loads(capsys.readouterr().out)
    assert (told["row"], told["goals"][0]["met"]) == ("a job", False)


@pytest.mark.django_db
def test_the_product_database_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    database.require_own()

    monkeypatch.setattr(database, "OWN", ("benchmark_",))

    with pytest.raises(database.NotOwn, match="is not a benchmark's database"):
        database.require_own()


@pytest.mark.django_db
def test_retrieval_finds_what_an_exact_comparison_finds() -> None:
    asked = argparse.Namespace(passages=300, queries=4, chroma=False, compare_index=True, **SIZES)

    figures = retrieval.measure(asked).figures

    assert [figures[one]["passing"] for one in ("all", "10 %", "1 %")] == [300, 30, 5]
    assert {figures[one]["ours"]["recall"] for one in ("all", "10 %", "1 %")} == {1.0}


@pytest.mark.django_db
def test_embedding_compares_the_stored_vectors() -> None:
    embedder = WordEmbedder()

    report = embedding.measure(
        argparse.Namespace(texts=5, **SIZES | {"rounds": 2}), ours=embedder, reference=WordEmbedder().embed
    )

    assert report.figures["furthest"] == pytest.approx(0.0, abs=1e-6)
    assert len(report.figures["ratio"]) == 3


def test_neighbours_are_scikit_learns() -> None:
    report = neighbours.measure(argparse.Namespace(learners=3000, queries=5, **SIZES))

    assert report.figures["ours"]["hit_rate"] == report.figures["scikit-learn"]["hit_rate"]
    assert [goal.met for goal in report.goals if "common" in goal.what] == [True]


@pytest.mark.django_db
def test_the_pipeline_ends_with_results(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = WordEmbedder()
    monkeypatch.setattr(providers, "embedder", lambda: chosen)
    monkeypatch.setattr(pipeline, "WARM", 1)

    report = pipeline.measure(
        argparse.Namespace(passages=300, learners=30, calls=1, alone=True, cold=False, **SIZES)
    )

    assert report.figures["statements"] > 20
    assert report.figures["ours"]["p50_ms"] > 0


@pytest.mark.django_db
def test_an_hour_with_a_tutor_is_told_of() -> None:
    asked = argparse.Namespace(lines=30, delay=0.0, calls=1, **SIZES)

    figures = session_summaries.measure(asked).figures

    assert figures["characters"] > 2000
    assert figures["whole_s"] > figures["processor_s"] / 2 > 0
