"""All answers to a question beside each other, and the command that shows them."""

import json
import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from microcred.ai import providers
from scoring import comparison
from scoring.models import EssayScore
from scoring.training.reading import Reader, reader
from tests.factories.scorers import scored_by_people
from tests.scoring.essays.embedders import BagOfWords
from tests.scoring.training.made import HashedEncoder

pytestmark = pytest.mark.django_db


def read() -> Reader:
    return reader(HashedEncoder())


def test_every_answer_is_there_once_and_those_furthest_apart_come_first() -> None:
    question = scored_by_people(24)
    before = list(EssayScore.objects.order_by("pk").values())

    found = comparison.compare_answers(question.pk, embedder=BagOfWords(), reader=read)

    assert len({one.assessment_id for one in found}) == len(found) == 24
    assert [one.apart for one in found] == sorted((one.apart for one in found), reverse=True)
    assert {one.source for one in found} == {"human"}
    assert min(one.uncertainty for one in found) >= 0.5
    assert list(EssayScore.objects.order_by("pk").values()) == before


def test_the_command_prints_json_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "embedder", BagOfWords)
    question, out = scored_by_people(2), StringIO()

    call_command("compare_answers", question=question.pk, json=True, stdout=out)

    (first, _) = json.loads(out.getvalue())
    assert set(first) == {"assessment", "score", "by", "compared", "maximum", "uncertainty"}
    assert (first["by"], first["maximum"]) == ("human", "4.00")


def test_the_command_prints_a_line_for_every_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "embedder", BagOfWords)
    question, out = scored_by_people(2), StringIO()

    call_command("compare_answers", question=question.pk, stdout=out)

    assert len(out.getvalue().splitlines()) == 3


def test_a_question_without_essays_cannot_be_compared() -> None:
    with pytest.raises(CommandError, match="No essay has answered"):
        call_command("compare_answers", question=uuid.uuid4())
