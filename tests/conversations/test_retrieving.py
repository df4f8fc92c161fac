"""Where the catalog is embedded elsewhere, questions are searched for by their words and compared here."""

from functools import cache

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from catalog.models import Credential
from conversations.analysis import analyse
from conversations.enums import Author, Outcome
from conversations.retrieving import COMPARED, PASSAGES, look, searches
from microcred.ai import providers
from recommendations.services import refresh_active_index
from tests.conversations.scenes import ABOUT_JOINS, ABOUT_RAIN, asked, catalog
from tests.factories.accounts import UserFactory
from tests.factories.catalog import NOW
from tests.factories.recommendations import FailingEmbedder, WordEmbedder, offered
from tests.fakes.openai_server import FakeOpenAI

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> WordEmbedder:
    """The embedder of this machine, which is not that of the index."""
    return WordEmbedder("here")


def in_use() -> None:
    """Embed what is new in the catalog elsewhere, for the index in use."""
    refresh_active_index(embedder=WordEmbedder(), now=NOW)


@pytest.fixture(autouse=True)
def offers(monkeypatch: pytest.MonkeyPatch, here: WordEmbedder) -> dict[str, Credential]:
    """Two credentials, embedded elsewhere; from then on nothing may be embedded there."""
    found = catalog(monkeypatch)
    in_use()
    monkeypatch.setattr(providers, "embedder", cache(lambda: pytest.fail("a question would leave")))
    monkeypatch.setattr(providers, "local_embedder", lambda: here)
    return found


def test_a_question_is_answered_and_embedded_here_alone(offers: dict[str, Credential]) -> None:
    turn = asked(UserFactory(), ABOUT_JOINS)

    assert (turn.outcome, turn.author, turn.degraded) == (Outcome.ANSWER, Author.PASSAGES, False)
    assert turn.citations[0]["credential_id"] == str(offers["joins"].pk)


def test_it_goes_as_where_the_index_is_of_this_machine(here: WordEmbedder) -> None:
    (elsewhere,) = searches([ABOUT_JOINS], here)
    (own,) = searches([ABOUT_JOINS], WordEmbedder())

    assert elsewhere.passages[0].source == own.passages[0].source
    assert elsewhere.cosine == pytest.approx(own.cosine)


def test_how_near_a_passage_comes_is_told_by_vectors_of_one_model(here: WordEmbedder) -> None:
    (found,) = searches([ABOUT_JOINS], here)

    first = found.passages[0]
    text = f"{first.title}\n{first.heading}\n{first.source.text}"
    assert first.nearness == pytest.approx(float(here.embed([text])[0] @ here.embed([ABOUT_JOINS])[0]))
    assert found.cosine == first.nearness > 0.3


def test_what_has_none_of_its_words_is_not_compared(here: WordEmbedder) -> None:
    (found,) = searches([ABOUT_RAIN], here)

    assert (found.passages, found.cosine) == ((), 0.0)
    assert here.embedded == [ABOUT_RAIN]
    assert asked(UserFactory(), ABOUT_RAIN).outcome == Outcome.OUT_OF_SCOPE


def test_a_follow_up_is_told_by_how_much_nearer_it_comes(here: WordEmbedder) -> None:
    question = "What does it cover?"

    found = look(question, analyse(question), [ABOUT_JOINS], here)

    assert found.follows == 0
    assert found.search.passages[0].title == "Outer joins in practice"


def test_passages_are_embedded_once_and_only_the_best_are_kept(
    here: WordEmbedder,
) -> None:
    for number in range(COMPARED + 5):
        offered(f"joins-{number}", text=f"Joins of kind number{number} keep rows. All about joins and keys")
    in_use()

    (first,) = searches([ABOUT_JOINS], here)
    embedded = len(here.embedded)
    (again,) = searches([ABOUT_JOINS], here)

    assert (len(first.passages), embedded) == (PASSAGES, COMPARED + 1)
    assert first.passages == again.passages
    assert here.embedded[embedded:] == [ABOUT_JOINS]


def test_of_a_question_that_a_model_may_answer_nothing_is_embedded_elsewhere_either(
    openai: FakeOpenAI, settings: Settings
) -> None:
    settings.EMBEDDING_PROVIDER = "openai"
    student: User = UserFactory()

    asked(student, ABOUT_JOINS)

    assert [one.path for one in openai.requests] == ["/v1/chat/completions"]


def test_without_an_embedder_here_it_goes_to_the_advisor(monkeypatch: pytest.MonkeyPatch) -> None:
    failing = FailingEmbedder()
    monkeypatch.setattr(providers, "local_embedder", lambda: failing)

    assert asked(UserFactory(), ABOUT_JOINS).outcome == Outcome.UNAVAILABLE
