"""Transcripts of which it is known what is right, and what is counted of them."""

import json
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from catalog.skill_texts import SkillText
from microcred.ai import providers
from scoring.models import ModelCall
from tests.factories.recommendations import WordEmbedder
from tests.fakes.openai_server import FakeOpenAI, Received
from tests.tutoring.scenes import catalog
from tutoring.enums import Author, Outcome
from tutoring.evaluation import datasets
from tutoring.evaluation.measuring import Tried, chosen, measure, report
from tutoring.summarizing import Draft, SummarizingContext

SKILLS = (
    SkillText("sql", "SQL", "SQL: left join of tables and rows", ()),
    SkillText("rain", "Rain", "clouds", ()),
)
TEXT = """# one | sql
T: A left join of tables keeps all rows of the left tables.
S: And an inner join of tables keeps rows of both tables.
T: A join of tables and rows is a query of tables.
S: I see the rows of tables in the join now.
T: For next time, write a left join of three tables. §
# small_talk |
T: My umbrella broke on the bridge this morning.
S: What a pity, it was a beautiful red one, too.
T: I will buy a new one after our lesson, I hope.
S: The shop beside the station has nice ones, I think.
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "transcripts.txt"
    made.write_text(TEXT)
    return made


def test_there_are_transcripts_of_every_kind_in_both_halves() -> None:
    cases = datasets.read()

    assert len(cases) >= 24
    assert {(one.kind, one.half) for one in cases} == {
        (kind, half) for kind in datasets.KINDS for half in ("choose", "report")
    }
    assert Counter(one.half for one in cases) == {"choose": 15, "report": 15}
    assert all(
        len(one.topics) == (2 if one.kind == "two" else 1)
        for one in cases
        if one.kind in ("one", "two", "named")
    )


def test_a_file_is_read(file: Path) -> None:
    first, second = datasets.read(file)

    assert (first.kind, first.half) == ("one", "choose")
    assert (first.topics, first.steps) == (frozenset({"sql"}), frozenset({5}))
    assert first.lines[4].text == "For next time, write a left join of three tables."
    assert (second.kind, second.topics, second.steps) == ("small_talk", frozenset(), frozenset())


def test_what_is_right_is_counted(file: Path) -> None:
    means = SummarizingContext(WordEmbedder(), SKILLS)

    found = report(measure(datasets.read(file), means), means)

    assert found["transcripts"] == 2
    assert found["choose"] == {
        "topics_precision": {"held": 1, "of": 1},
        "topics_recall": {"held": 1, "of": 1},
        "steps_precision": {"held": 1, "of": 1},
        "steps_recall": {"held": 1, "of": 1},
        "sentences_wrong": {"held": 0, "of": 3},
        "nothing_made_of_nothing": {"held": 1, "of": 1},
    }
    assert found["report"]["topics_recall"] == {"held": 0, "of": 0}


def test_a_sentence_that_quotes_what_nobody_said_is_wrong(file: Path) -> None:
    case = datasets.read(file)[0]
    told: list[dict[str, Any]] = [
        {"text": "The tutor said: “A left join of tables keeps all rows”", "lines": [1]},
        {"text": "The tutor said: “Joins are easy”", "lines": [1]},
        {"text": "They talked.", "lines": []},
    ]

    assert Tried(case, Draft(Outcome.SUMMARISED, narrative=tuple(told)), ()).wrong_sentences == 2


def test_the_thresholds_are_those_that_find_most(file: Path) -> None:
    case = datasets.read(file)[0]
    tried = Tried(case, Draft(Outcome.SUMMARISED), [(0.3, 0.31)] * 2 + [(0.4, 0.2)] * 3)

    assert chosen([tried], SummarizingContext(WordEmbedder(), SKILLS)) == (0.4, 0.4)


def test_what_a_model_says_is_counted(file: Path) -> None:
    case = datasets.read(file)[0]
    sentences: tuple[dict[str, Any], ...] = ({"text": "The student looked at joins.", "lines": [1]},)
    drafts = [
        Draft(Outcome.SUMMARISED, Author.MODEL, narrative=sentences, said=6, dropped=1),
        Draft(Outcome.SUMMARISED, narrative=sentences, degraded=True, said=3, dropped=2),
        Draft(Outcome.NO_SKILL),
    ]

    found = report(
        [Tried(case, one, [(0.0, 0.0)] * 5) for one in drafts], SummarizingContext(WordEmbedder(), SKILLS)
    )

    assert found["choose"]["told_by_the_model"] == {"held": 1, "of": 2}
    assert found["choose"]["sentences_kept"] == {"held": 6, "of": 9}
    assert "told_by_the_model" not in found["report"]


def told(request: Received) -> str:
    """What a model says of the first transcript: three sentences, of which one is made up."""
    said = [
        "A left join of tables keeps all rows.",
        "They danced all night.",
        "The student sees the rows of tables.",
    ]
    return json.dumps(
        {
            "sentences": [
                {"text": text, "lines": [number]} for text, number in zip(said, (1, 2, 4), strict=True)
            ]
        }
    )


@pytest.mark.django_db
def test_the_command_has_a_model_tell_of_them(
    file: Path, openai: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog(monkeypatch)
    openai.script = told
    out = StringIO()

    call_command("tutoring", "evaluate", "--model", "--json", "--transcripts", str(file), stdout=out)

    figures = json.loads(out.getvalue())["choose"]
    assert figures["told_by_the_model"] == {"held": 1, "of": 1}
    assert figures["sentences_kept"] == {"held": 2, "of": 3}
    call = ModelCall.objects.get()
    assert (call.purpose, call.person_id, call.assessment_id, call.outcome) == (
        "gate",
        None,
        None,
        "answered",
    )
    call_command("tutoring", "evaluate", "--model", "--transcripts", str(file), stdout=out)
    assert "sentences kept                       2/3           -" in out.getvalue()
    assert len(openai.requests) == 1


@pytest.mark.django_db
def test_without_a_model_the_command_says_so(file: Path, settings: Settings) -> None:
    settings.OPENAI_API_KEY = ""
    providers.reset()

    with pytest.raises(CommandError, match="set OPENAI_API_KEY"):
        call_command("tutoring", "evaluate", "--model", "--transcripts", str(file), stdout=StringIO())


@pytest.mark.django_db
def test_the_command_wants_the_catalog_of_the_transcripts(file: Path) -> None:
    with pytest.raises(CommandError, match="The catalog has no skill sql"):
        call_command("tutoring", "evaluate", "--transcripts", str(file), stdout=StringIO())
    file.write_text("# other | sql\nT: Hi")
    with pytest.raises(CommandError, match="is no kind"):
        call_command("tutoring", "evaluate", "--transcripts", str(file), stdout=StringIO())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("no transcript", "holds no transcript"),
        ("", "holds no transcript"),
        ("# one | sql\nX: Hi", "“X: Hi” is said by neither T nor S"),
        ("# one | sql\nT: Hi\n\nS: Hi", "“” is said by neither T nor S"),
    ],
)
def test_a_file_of_another_form_is_refused(file: Path, content: str, why: str) -> None:
    file.write_text(content)

    with pytest.raises(CommandError, match=why):
        call_command("tutoring", "evaluate", "--transcripts", str(file), stdout=StringIO())
