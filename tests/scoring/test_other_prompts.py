"""Which questions an answer is held against in use."""

import datetime as dt

import pytest
from django.test.utils import CaptureQueriesContext

from catalog import services
from catalog.models import Question
from scoring.essays.task import EssayTask
from scoring.other_prompts import MOST_OTHERS, others_in_use
from tests.factories.catalog import NOW, QuestionFactory, published_question
from tests.scoring.essays.samples import essay

pytestmark = pytest.mark.django_db


def answering(question: Question) -> EssayTask:
    return essay("An answer.", question_id=str(question.pk))


def test_all_active_published_essay_questions_but_the_one_that_is_judged() -> None:
    own, ships = published_question("essay", prompt="Own?"), published_question("essay", prompt="Ships?")
    published_question("essay", prompt="Coins?")
    published_question("numeric", prompt="Numbers?")
    QuestionFactory(question_type="essay", prompt="A draft?")
    retired = published_question("essay", prompt="Retired?")
    services.set_question_active(by=None, question=retired, active=False)

    others = others_in_use()

    assert sorted(others(answering(own))) == ["Coins?", "Ships?"]
    assert sorted(others(answering(ships))) == ["Coins?", "Own?"]


def test_a_reworded_question_counts_by_what_students_are_asked_now() -> None:
    own, other = published_question("essay"), published_question("essay", prompt="Before?")
    other.prompt = "After?"
    other.save()

    assert others_in_use()(answering(own)) == ["Before?"]

    services.publish_question(by=None, question=other, now=NOW + dt.timedelta(minutes=1))
    assert others_in_use()(answering(own)) == ["After?"]


def test_they_are_read_once(django_assert_num_queries: CaptureQueriesContext) -> None:
    own = published_question("essay")
    published_question("essay", prompt="Other?")
    others = others_in_use()

    with django_assert_num_queries(1):  # type: ignore[operator]
        assert others(answering(own)) == others(answering(own)) == ["Other?"]


def test_of_more_than_are_read_the_newest_count(monkeypatch: pytest.MonkeyPatch) -> None:
    own = published_question("essay")
    older, newer = (published_question("essay", prompt=prompt) for prompt in ("Older?", "Newer?"))
    newer.prompt = "Newest?"
    newer.save()
    services.publish_question(by=None, question=newer, now=NOW + dt.timedelta(minutes=1))
    monkeypatch.setattr("scoring.other_prompts.MOST_OTHERS", 1)

    assert others_in_use()(answering(own)) == ["Newest?"]
    assert MOST_OTHERS == 300
    assert older.active
