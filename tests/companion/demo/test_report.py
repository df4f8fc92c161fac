"""The result as a terminal shows it."""

from typing import Any

import pytest

from companion.demo.report import WIDTH, lines_of

ITEM: dict[str, Any] = {
    "position": 1,
    "title": "SQL joins",
    "provider": "Harbour Data School",
    "level": 3,
    "hours": 12,
    "confidence": 0.612,
    "parts": {"gap_fit": 0.45, "retrieval": 0.2, "diversity": -0.038},
    "rationale": "It closes the largest gap.",
    "source_trace_ids": ["t2", "t1"],
}
RESULT: dict[str, Any] = {
    "summary": "You know charts well.",
    "degraded": False,
    "missing": [],
    "profile": [{"name": "SQL", "level": 1.5, "target": 4.0}],
    "traces": [
        {
            "trace_id": "t1",
            "rank": 1,
            "similarity": 0.5,
            "source_uri": "https://a.example/1",
            "snippet": "First\n passage.",
        },
        {
            "trace_id": "t2",
            "rank": 2,
            "similarity": 0.75,
            "source_uri": "https://a.example/2",
            "snippet": "Second.",
        },
    ],
    "recommendation_items": [ITEM],
}


def test_a_result_reads_from_summary_to_traces() -> None:
    assert list(lines_of(RESULT)) == [
        "",
        "RESULT",
        "  You know charts well.",
        "",
        "SKILLS (level of target)",
        "  SQL                      #######............|..... 1.5 of 4.0",
        "",
        "RECOMMENDATIONS",
        "  1. SQL joins  (Harbour Data School, level 3, 12 h)",
        "     confidence 0.612 = gap_fit +0.450 retrieval +0.200 diversity -0.038",
        "     It closes the largest gap.",
        "     [2] similarity 0.750  https://a.example/2",
        "       “Second.”",
        "     [1] similarity 0.500  https://a.example/1",
        "       “First passage.”",
        "",
    ]


def test_a_degraded_result_says_what_it_goes_without() -> None:
    degraded = {**RESULT, "degraded": True, "missing": ["essay_scores", "retrieval"]}

    assert "  Degraded: goes without essay_scores, retrieval." in list(lines_of(degraded))


@pytest.mark.parametrize(
    ("level", "target", "line"),
    [
        (0.0, 5.0, "  SQL                      ........................| 0.0 of 5.0"),
        (5.0, 2.5, "  SQL                      ############|###########. 5.0 of 2.5"),
        (None, 4.0, "  SQL                      not measured              of 4.0"),
    ],
)
def test_a_skill_is_a_bar_with_its_target(level: float | None, target: float, line: str) -> None:
    result = {**RESULT, "profile": [{"name": "SQL", "level": level, "target": target}]}

    assert list(lines_of(result))[5] == line


def test_long_texts_are_wrapped_and_passages_cut_after_three_lines() -> None:
    wordy = {**RESULT["traces"][0], "snippet": "word " * 200}
    lines = list(lines_of({**RESULT, "summary": "word " * 60, "traces": [wordy, RESULT["traces"][1]]}))

    passage = [line for line in lines if line.startswith("       ") and "word" in line]
    assert max(map(len, lines)) <= WIDTH
    assert len(passage) == 3
    assert passage[-1].endswith(" …")


def test_a_result_without_recommendations_ends_with_the_heading() -> None:
    assert list(lines_of({**RESULT, "recommendation_items": [], "traces": []}))[-1] == "RECOMMENDATIONS"
