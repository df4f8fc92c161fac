"""Scorers learned from people's scores: refused when too few, stored, and put to use."""

import json
import uuid
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from assessments.models import AssessmentResponse, QuestionSnapshot
from catalog.models import Question
from microcred.ai import providers
from scoring import judges, scorers
from scoring.calls.ledger import Payer
from scoring.calls.writer import Writer
from scoring.enums import EssayOutcome, ScoreSource
from scoring.essays.identity import Identity
from scoring.essays.task import EssayTask
from scoring.models import EssayScore, ScorerVersion
from scoring.training.reading import reader
from tests.factories.assessments import submitted_assessment
from tests.factories.catalog import NOW, JobRoleFactory, published_question
from tests.scoring.essays.embedders import BagOfWords
from tests.scoring.training.made import PROMPT, HashedEncoder, answer, made_set

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def encoder(monkeypatch: pytest.MonkeyPatch) -> HashedEncoder:
    """No model: what is tested is what happens around it."""
    made = HashedEncoder()
    monkeypatch.setattr(scorers, "shared_encoder", lambda: made)
    return made


def scored_by_people(count: int, *, question: Question | None = None, prompt: str = PROMPT) -> Question:
    """A question with that many answers, better ones scored higher by a person."""
    role = question.role if question else JobRoleFactory()
    question = question or published_question("essay", role=role, prompt=prompt)
    first = submitted_assessment(role=role, answers={"essay": answer(0.5, 0)})
    snapshot = QuestionSnapshot.objects.get(assessment=first, question=question)
    for at in range(count):
        quality = (at % 10) / 9
        if at:
            copied = submitted_assessment(role=role, answers={"essay": answer(quality, at)})
            snapshot = QuestionSnapshot.objects.get(assessment=copied, question=question)
        response = AssessmentResponse.objects.get(question_snapshot=snapshot)
        EssayScore.objects.create(
            assessment_id=snapshot.assessment_id, question_snapshot=snapshot, response=response, run=1,
            source=ScoreSource.HUMAN, outcome=EssayOutcome.SCORED, score=round(Decimal(quality) * 4, 2),
            maximum=Decimal(4), scored_weight=Decimal(4), provider="", model="", prompt_version="",
        )  # fmt: skip
    return question


def task_of(question: Question) -> EssayTask:
    return EssayTask.from_rubric(
        question_id=str(question.pk), prompt=question.prompt, answer=answer(0.8, 500), rubric=question.rubric,
        maximum=question.weight, answer_format=question.answer_format,
    )  # fmt: skip


def test_forty_scored_answers_make_a_scorer_with_its_figures_and_hashes() -> None:
    question = scored_by_people(40)

    version = scorers.train(question_id=question.pk, now=NOW)

    version.refresh_from_db()
    assert (version.version, version.active, version.encoder, version.created_at) == (1, True, "hashed", NOW)
    assert version.figures["n"] == 40
    assert version.figures["qwk"] > scorers.LEAST_KAPPA
    assert len(version.data_hash) == len(version.task_hash) == 64
    again = scorers.train(question_id=question.pk, now=NOW)
    assert (again.version, again.data_hash, bytes(again.artefact)) == (
        2,
        version.data_hash,
        bytes(version.artefact),
    )
    assert list(ScorerVersion.objects.filter(active=True).values_list("version", flat=True)) == [2]


def test_below_forty_it_is_refused_and_without_any_it_says_so() -> None:
    question = scored_by_people(3)

    with pytest.raises(
        scorers.TooFewExamples, match="3 answers are scored by people; a scorer needs at least 40"
    ):
        scorers.train(question_id=question.pk, now=NOW)
    with pytest.raises(scorers.NothingScored):
        scorers.train(question_id=uuid.uuid4(), now=NOW)
    assert not ScorerVersion.objects.exists()


def test_scores_that_cannot_be_learned_are_stored_and_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scorers, "LEAST_KAPPA", 1.1)

    assert scorers.train(question_id=scored_by_people(40).pk, now=NOW).active is False


def test_the_database_keeps_one_active_version_of_a_question() -> None:
    first = scorers.train(question_id=scored_by_people(40).pk, now=NOW)
    first.pk, first.version = uuid.uuid4(), 9

    with pytest.raises(IntegrityError, match="scorer_versions_one_active"), transaction.atomic():
        first.save(force_insert=True)


class TestInUse:
    """A question with a scorer, judged without a chat model."""

    @pytest.fixture
    def question(self, monkeypatch: pytest.MonkeyPatch, encoder: HashedEncoder) -> Question:
        monkeypatch.setattr(providers, "chat_model", lambda: None)
        monkeypatch.setattr(providers, "embedder", BagOfWords)
        monkeypatch.setattr(judges, "shared_reader", lambda: reader(encoder))
        question = scored_by_people(40)
        scorers.train(question_id=question.pk, now=NOW)
        return question

    def test_the_judge_takes_the_whole_from_it(self, question: Question) -> None:
        judge = judges.judge_for(
            Writer(Identity(), model_scoring=True), payer=Payer(question.pk), snapshots={}
        )

        (judged,) = judge.judge([task_of(question)])

        assert judged.raw["whole"]["scorer_version"] == 1
        assert judged.model == "trained-1.1/local-1/bag-of-words"

    def test_a_changed_rubric_or_encoder_and_a_damaged_artefact_are_judged_by_the_rubric(
        self, question: Question, encoder: HashedEncoder
    ) -> None:
        task = task_of(question)
        question.prompt += " Be brief."
        assert scorers.find_active()(task_of(question)) is None
        ScorerVersion.objects.update(artefact=b"damaged")
        assert scorers.find_active()(task) is None
        encoder.name = "another"
        assert scorers.find_active()(task) is None

    def test_a_question_id_that_is_none_has_no_scorer(self) -> None:
        task = EssayTask("q1", "P", "A", (), Decimal(1))

        assert scorers.find_active()(task) is None


class TestCommand:
    """manage.py scorer."""

    @pytest.fixture
    def essays(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder: HashedEncoder) -> Path:
        monkeypatch.setattr(scorers, "answer_encoder", lambda *, progress=None: encoder)
        rows = ["set\tbody\tscore\tgroup"]
        for one in (made_set(30, name="1"), made_set(30, name="2", seed=3)):
            rows += [f"{one.id}\t{t.text}\t{t.score}\t{'ab'[at % 2]}" for at, t in enumerate(one.texts)]
        path = tmp_path / "essays.tsv"
        path.write_text("\n".join(rows))
        return path

    @pytest.mark.parametrize("mode", ["trained", "unseen", "zero"])
    def test_json_is_all_there_is_on_standard_output(self, essays: Path, mode: str) -> None:
        out, err = StringIO(), StringIO()

        call_command(
            "scorer", "evaluate", str(essays), mode=mode, map="text=body", json=True, stdout=out, stderr=err
        )

        found = json.loads(out.getvalue())
        assert found["mode"] == mode
        assert set(found["sets"]) == {"1", "2"}
        keys = {"n", "qwk", "qwk_low", "qwk_high", "exact", "adjacent", "rmse", "human_qwk", "ms_per_text"}
        assert set(found["sets"]["1"]) == set(found["mean"]) == keys
        assert ("batch_standardised" in found) is (mode == "unseen")
        assert "reading set 1: 30 texts" in err.getvalue()

    def test_the_table_has_goal_groups_and_means(self, essays: Path) -> None:
        out = StringIO()

        call_command(
            "scorer", "evaluate", str(essays), mode="unseen", map="text=body", stdout=out, stderr=StringIO()
        )

        text = out.getvalue()
        assert "Standardised inside the batch:" in text
        assert text.count("\nmean ") == 2
        assert "Signed error in standard deviations, set 1: a " in text
        assert "mean qwk 0.68 on the eight public ASAP prompts; not measurable here" in text

    def test_bad_files_and_options_end_with_a_sentence(self, essays: Path) -> None:
        with pytest.raises(CommandError, match="no column for text"):
            call_command("scorer", "evaluate", str(essays), mode="zero", stderr=StringIO())
        with pytest.raises(CommandError, match="is not NAME=COLUMN"):
            call_command("scorer", "evaluate", str(essays), mode="zero", map="text", stderr=StringIO())

    def test_train_says_what_came_of_it(self) -> None:
        question, out = scored_by_people(40), StringIO()

        call_command("scorer", "train", question=question.pk, stdout=out)
        with pytest.raises(CommandError, match="No answer to this question"):
            call_command("scorer", "train", question=uuid.uuid4())

        assert out.getvalue().startswith("Version 1 of the scorer: active. n 40, qwk 0.")
