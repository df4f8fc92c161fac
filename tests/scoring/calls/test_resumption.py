"""Answers that the provider keeps: neither a process that dies nor an answer that comes late costs a second call."""

import datetime as dt
import threading
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django.fixtures import Settings

from microcred.ai import providers, stored_responses
from microcred.ai.base import ProviderError
from microcred.db import database_now
from ops import claims, jobs
from ops.enums import JobStatus
from scoring import pending
from scoring.calls import concurrency, ledger, resumption
from scoring.calls.outgoing import Payer
from scoring.enums import CallPurpose
from scoring.models import EssayScore, ModelCall
from scoring.services import GenerationRequest, words_model
from scoring.tasks import JUDGING, score
from tests.factories.scoring import handed_in, missing_parts, scoring_job, work_off_scoring
from tests.fakes.openai_server import FakeOpenAI, Received, status
from tests.scoring.calls.entries import answer_of, outgoing, payer, reply
from tests.scoring.replies import second_level

pytestmark = pytest.mark.django_db


@pytest.fixture
def background(openai: FakeOpenAI, settings: Settings) -> FakeOpenAI:
    """The model's answers are kept by its server."""
    settings.OPENAI_BACKGROUND = True
    providers.reset()
    openai.script = second_level
    return openai


# Of a call that ends before its answer is there.
SHORT = 0.3


class Died(BaseException):
    """What ends a process in the midst of a call."""


def die_once_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first call of the process ends it as soon as the name of its answer is written down."""
    heard = resumption.note

    def note_and_die(call: ModelCall, kept_as: str) -> None:
        heard(call, kept_as)
        monkeypatch.setattr(resumption, "note", heard)
        raise Died

    monkeypatch.setattr(resumption, "note", note_and_die)


def thinking(server: FakeOpenAI) -> threading.Event:
    """The model has no answer until the event is set."""
    thought = threading.Event()

    def answered(request: Received) -> str:
        thought.wait()
        return second_level(request)

    server.script = answered
    return thought


def asked(server: FakeOpenAI) -> int:
    """How many answers were paid for."""
    return [(request.method, request.path) for request in server.requests].count(("POST", "/v1/responses"))


def run_again(job: Any) -> None:
    """The job of a process that died is queued again when its lease is over."""
    type(job).objects.filter(pk=job.pk).update(
        status=JobStatus.QUEUED, owner_token=None, lease_expires_at=None
    )
    jobs.run(str(job.pk))


def die_in_the_first_attempt(job: Any) -> None:
    claim = claims.claim_job(job.pk)
    assert claim is not None
    with pytest.raises(Died):
        score(claim)


def test_an_essay_is_judged_by_an_answer_that_is_kept(background: FakeOpenAI) -> None:
    work_off_scoring(handed_in())

    call = ModelCall.objects.get()
    assert (call.outcome, call.kept_as) == ("answered", "resp_1")
    assert asked(background) == 1
    assert EssayScore.objects.get().outcome == "scored"


def test_what_a_dead_process_asked_is_fetched_and_not_paid_for_again(
    background: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    assessment = handed_in()
    job = scoring_job(assessment)
    die_once_heard(monkeypatch)
    die_in_the_first_attempt(job)

    run_again(job)

    call = ModelCall.objects.get()
    assert (call.outcome, call.attempt, call.cost_is_estimate) == ("answered", 1, False)
    assert asked(background) == 1
    assert EssayScore.objects.get().response_payload["model_calls"] == [str(call.pk)]


def test_words_that_a_dead_process_asked_for_are_fetched_too(
    background: FakeOpenAI, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.MODEL_WORDS = True
    background.script = lambda _: '{"said": "Well done."}'
    assessment, job_id = handed_in(), uuid.UUID(int=4)
    wording = GenerationRequest(
        "words-1", "a" * 64, "Say something.", "Facts.", "words", {"type": "object"}, 100
    )
    first, second = (words_model(assessment.pk, job_id=job_id, attempt=attempt) for attempt in (1, 2))
    assert first is not None
    assert second is not None
    die_once_heard(monkeypatch)
    with pytest.raises(Died):
        first.ask(wording)

    worded = second.ask(wording)

    assert worded.content == '{"said": "Well done."}'
    assert (worded.call_id, asked(background)) == (ModelCall.objects.get().pk, 1)


def test_what_is_kept_no_longer_is_asked_again(
    background: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = scoring_job(handed_in())
    die_once_heard(monkeypatch)
    die_in_the_first_attempt(job)
    background.answers.made.clear()

    run_again(job)

    assert list(ModelCall.objects.order_by("pk").values_list("outcome", flat=True)) == [
        "abandoned",
        "answered",
    ]
    assert asked(background) == 2


def test_while_the_provider_cannot_be_asked_the_job_waits(
    background: FakeOpenAI, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    job = scoring_job(handed_in())
    die_once_heard(monkeypatch)
    die_in_the_first_attempt(job)
    settings.OPENAI_BASE_URL, url = "http://127.0.0.1:9/v1", settings.OPENAI_BASE_URL
    monkeypatch.setattr(providers, "chat_host", lambda: ModelCall.objects.get().host)
    providers.reset()
    run_again(job)
    job.refresh_from_db()
    assert (job.status, ModelCall.objects.get().state) == (JobStatus.QUEUED, "reserved")

    settings.OPENAI_BASE_URL = url
    providers.reset()
    type(job).objects.filter(pk=job.pk).update(next_run_at=job.next_run_at - dt.timedelta(hours=1))
    jobs.run(str(job.pk))

    assert (ModelCall.objects.get().outcome, asked(background)) == ("answered", 1)


def test_an_answer_that_takes_longer_than_a_call_is_fetched_by_the_next_attempt(
    background: FakeOpenAI, settings: Settings
) -> None:
    settings.AI_TIMEOUT_SECONDS = settings.AI_CONNECT_TIMEOUT_SECONDS = SHORT
    providers.reset()
    thought = thinking(background)
    assessment = handed_in()
    job = scoring_job(assessment)
    jobs.run(str(job.pk))
    job.refresh_from_db()
    call = ModelCall.objects.get()
    assert (job.status, call.state, call.kept_as) == (JobStatus.QUEUED, "reserved", "resp_1")

    thought.set()
    work_off_scoring(assessment)

    call.refresh_from_db()
    assert (call.outcome, call.attempt, asked(background)) == ("answered", 1, 1)
    assert EssayScore.objects.get().response_payload["model_calls"] == [str(call.pk)]


def test_an_answer_that_comes_after_the_result_heals_it_without_a_second_call(
    background: FakeOpenAI, settings: Settings
) -> None:
    settings.AI_TIMEOUT_SECONDS = settings.AI_CONNECT_TIMEOUT_SECONDS = SHORT
    providers.reset()
    thought = thinking(background)
    assessment = handed_in()
    jobs.drain(skip_waits=True)
    assert (missing_parts(assessment), ModelCall.objects.get().state) == (["essay_scores"], "reserved")

    thought.set()
    pending.score_due(now=database_now())
    jobs.drain(skip_waits=True)

    assert (missing_parts(assessment), ModelCall.objects.get().outcome) == ([], "answered")
    assert asked(background) == 1


def test_while_an_answer_cannot_be_had_its_call_stays_open(background: FakeOpenAI) -> None:
    assessment = handed_in()
    call = ledger.reserve(
        outgoing(answers=[answer_of(assessment)], host=providers.chat_host()), payer=payer(assessment)
    )
    resumption.note(call, "resp_1")
    background.queue(*[status(429)] * 9)

    with pytest.raises(ProviderError):
        resumption.resume_open_calls(payer(assessment, attempt=2), purposes=JUDGING)

    assert ModelCall.objects.get().state == "reserved"


def test_words_are_not_kept_waiting_by_an_answer_about_an_essay(background: FakeOpenAI) -> None:
    assessment = handed_in()
    call = ledger.reserve(
        outgoing(answers=[answer_of(assessment)], host=providers.chat_host()), payer=payer(assessment)
    )
    resumption.note(call, "resp_1")

    assert (
        resumption.resume_open_calls(Payer(assessment.pk, uuid.UUID(int=2), 1), purposes=[CallPurpose.WORDS])
        == 0
    )

    assert (ModelCall.objects.get().state, background.requests) == ("reserved", [])


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"kept_as": "resp_2"}, id="another"),
        pytest.param({"kept_as": "", "model": "x"}, id="more"),
    ],
)
def test_a_name_is_written_down_once(background: FakeOpenAI, changes: dict[str, str]) -> None:
    assessment = handed_in()
    call = ledger.reserve(outgoing(answers=[answer_of(assessment)]), payer=payer(assessment))
    resumption.note(call, "resp_1")
    resumption.note(call, "resp_2")
    assert ModelCall.objects.get().kept_as == "resp_1"

    with pytest.raises(IntegrityError), transaction.atomic():
        ModelCall.objects.update(**changes)


def test_a_call_that_is_settled_hears_nothing_more(background: FakeOpenAI) -> None:
    assessment = handed_in()
    call = ledger.reserve(outgoing(answers=[answer_of(assessment)]), payer=payer(assessment))
    ledger.settle(call, reply())

    resumption.note(call, "resp_1")

    assert ModelCall.objects.get().kept_as == ""
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelCall.objects.update(kept_as="resp_1")


def test_names_are_heard_by_whoever_asks_and_not_in_the_threads_of_the_calls() -> None:
    heard: list[tuple[int, str, int]] = []

    def call(name: str) -> Any:
        def ask() -> Any:
            stored_responses.report_response_id(name)
            return reply(content=name)

        return ask

    came = list(
        concurrency.ask_all(
            [call("a"), call("b")],
            hear=lambda place, name: heard.append((place, name, threading.get_ident())),
        )
    )

    assert sorted(heard) == [(0, "a", threading.get_ident()), (1, "b", threading.get_ident())]
    assert {place: one.reply for place, one in came} == {0: reply(content="a"), 1: reply(content="b")}
