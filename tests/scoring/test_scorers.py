"""Scorers learned from people's scores: refused when too few, stored, and put to use."""

import json
import uuid
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from catalog.models import Question
from microcred.ai import providers
from ops import erasure
from ops.models import AuditLog
from scoring import judges, scorers
from scoring.calls.ledger import Payer
from scoring.calls.writer import Writer
from scoring.essays.identity import Identity
from scoring.essays.task import EssayTask
from scoring.golden.gate import Figure
from scoring.models import ScorerVersion
from scoring.releasing import measuring
from scoring.training.blend import VERSION
from scoring.training.reading import reader
from tests.factories.accounts import AdminFactory
from tests.factories.catalog import NOW, published_question
from tests.factories.scorers import in_use, scored_by_people, task_of
from tests.scoring.essays.embedders import BagOfWords
from tests.scoring.training.made import HashedEncoder, made_set

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def encoder(monkeypatch: pytest.MonkeyPatch) -> HashedEncoder:
    """No model: what is tested is what happens around it."""
    made = HashedEncoder()
    monkeypatch.setattr(scorers, "shared_encoder", lambda: made)
    return made


def test_forty_scored_answers_make_a_candidate_with_its_figures_and_hashes() -> None:
    question, admin = scored_by_people(40), AdminFactory()

    version = scorers.train(question_id=question.pk, by=admin, now=NOW)

    version.refresh_from_db()
    assert (version.version, version.encoder, version.created_at) == (1, "hashed", NOW)
    assert (version.active, version.passed, version.gate, version.trained_by) == (False, False, [], admin)
    assert version.figures["n"] == 40
    assert version.figures["qwk"] > 0.4
    assert len(version.data_hash) == len(version.task_hash) == 64
    again = scorers.train(question_id=question.pk, now=NOW)
    assert (again.version, again.data_hash, bytes(again.artefact)) == (
        2,
        version.data_hash,
        bytes(version.artefact),
    )
    assert AuditLog.objects.filter(action="scorer.trained").count() == 2


def test_below_forty_it_is_refused_and_without_any_it_says_so() -> None:
    question = scored_by_people(3)

    with pytest.raises(
        scorers.TooFewExamples, match="3 answers are scored by people; a scorer needs at least 40"
    ):
        scorers.train(question_id=question.pk, now=NOW)
    with pytest.raises(scorers.NothingScored):
        scorers.train(question_id=uuid.uuid4(), now=NOW)
    assert not ScorerVersion.objects.exists()


class TestInUse:
    """A question with a scorer, judged without a chat model."""

    @pytest.fixture
    def question(
        self, monkeypatch: pytest.MonkeyPatch, settings: Settings, encoder: HashedEncoder
    ) -> Question:
        settings.OPENAI_API_KEY = ""
        monkeypatch.setattr(providers, "embedder", BagOfWords)
        monkeypatch.setattr(judges, "shared_reader", lambda: reader(encoder))
        question = scored_by_people(40)
        in_use(scorers.train(question_id=question.pk, now=NOW))
        return question

    def test_the_judge_takes_the_whole_from_it(self, question: Question) -> None:
        judge = judges.judge_for(
            Writer(Identity(), model_scoring=True), payer=Payer(question.pk), snapshots={}
        )

        (judged,) = judge.judge([task_of(question)])

        assert judged.raw["whole"]["scorer_version"] == 1
        assert judged.model == f"{VERSION}.1/local-2/bag-of-words"

    def test_a_changed_rubric_or_encoder_and_a_damaged_artefact_are_judged_by_the_rubric(
        self, question: Question, encoder: HashedEncoder
    ) -> None:
        task = task_of(question)
        question.prompt += " Be brief."
        assert scorers.find_active()(task_of(question)) is None
        version = ScorerVersion.objects.get()
        erasure.begin(by=None, subject_type="scorer_version", subject_id=None, reason="a damaged one follows")
        ScorerVersion.objects.all().delete()
        erasure.end()
        version.artefact = b"damaged"
        version.save(force_insert=True)
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
        batch = {"batch_standardised"} if mode == "unseen" else set()
        assert set(found) == {"mode", "sets", "mean"} | batch
        assert all(set(found[name]) == {"1", "2"} for name in batch)
        assert "reading set 1: 30 texts" in err.getvalue()

    @pytest.mark.parametrize(
        ("rows", "mode", "said"),
        [
            (
                ["1,A short text.,1"],
                "trained",
                "set 1: no figures: 1 scored, and training inside a set takes at least 3",
            ),
            (["1,A short text.,1"], "unseen", "set 1: no figures: there is no other set to learn from"),
            (
                ["1,One text.,2", "1,Two.,2"],
                "zero",
                "set 1: no figures: all scores are equal, and no range is stated",
            ),
            (["1,One text.,1", "1,Two.,2"], "zero", "set 1: no interval: 2 scored, and it takes at least 4"),
        ],
    )
    def test_why_a_figure_is_missing_is_said(
        self, essays: Path, rows: list[str], mode: str, said: str
    ) -> None:
        essays.write_text("\n".join(["set,text,score", *rows]))
        out, err = StringIO(), StringIO()

        call_command("scorer", "evaluate", str(essays), mode=mode, json=True, stdout=out, stderr=err)

        assert said in err.getvalue()
        assert json.loads(out.getvalue())["sets"]["1"]["qwk_low"] is None

    def test_two_raters_whose_scores_have_many_decimals_are_compared(self, essays: Path) -> None:
        rows = [f"1,Text {n}.,{n}.5,{n}.000001,{n}.{n}00003" for n in range(9)]
        essays.write_text("\n".join(["set,text,score,score1,score2", *rows]))
        out = StringIO()

        call_command("scorer", "evaluate", str(essays), mode="zero", json=True, stdout=out, stderr=StringIO())

        assert json.loads(out.getvalue())["sets"]["1"]["human_qwk"] == pytest.approx(0.98, abs=0.01)

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
            call_command("scorer", "train", question=published_question("essay").pk)
        with pytest.raises(CommandError, match="No such question"):
            call_command("scorer", "train", question=uuid.uuid4())

        assert out.getvalue().startswith("Version 1 of the scorer is a candidate: n 40, qwk 0.")

    def test_a_question_without_a_version_is_told_so(self) -> None:
        listed, as_object = StringIO(), StringIO()

        question = published_question("essay")

        call_command("scorer", "list", question=question.pk, stdout=listed)
        call_command("scorer", "list", question=question.pk, json=True, stdout=as_object)

        assert listed.getvalue() == "There is no scorer trained for this question.\n"
        assert json.loads(as_object.getvalue()) == {"versions": []}

    def test_a_version_is_activated_listed_and_rolled_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        question, out = scored_by_people(40), StringIO()
        figures = (Figure("agreement", 0.9, 0.4, 40),)
        monkeypatch.setattr(measuring, "measure", lambda version_id: figures)
        for _ in range(2):
            call_command("scorer", "train", question=question.pk, stdout=StringIO())
            call_command("scorer", "activate", question=question.pk, stdout=out)
        assert "Version 2: in use.\n  agreement 0.900, threshold 0.400: passed" in out.getvalue()

        with pytest.raises(CommandError, match="Say why"):
            call_command("scorer", "rollback", question=question.pk, stdout=StringIO())
        call_command("scorer", "rollback", question=question.pk, reason="Worse.", stdout=StringIO())

        listed = StringIO()
        call_command("scorer", "list", question=question.pk, json=True, stdout=listed)
        rows = json.loads(listed.getvalue())["versions"]
        assert [(row["version"], row["active"], row["passed"]) for row in rows] == [
            (2, False, True),
            (1, True, True),
        ]
        assert rows[0]["n"] == 40
        plain = StringIO()
        call_command("scorer", "list", question=question.pk, stdout=plain)
        assert [line.split()[:2] for line in plain.getvalue().splitlines()] == [
            ["2", "passed"],
            ["1", "active"],
        ]

        call_command("scorer", "rollback", question=question.pk, to=2, reason="After all.", stdout=StringIO())
        assert ScorerVersion.objects.get(active=True).version == 2

    def test_a_version_that_does_not_pass_is_not_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        question, out = scored_by_people(40), StringIO()
        monkeypatch.setattr(
            measuring, "measure", lambda version_id: (Figure("agreement", 0.1, 0.4, 40, ("all of it",)),)
        )
        call_command("scorer", "train", question=question.pk, stdout=StringIO())

        with pytest.raises(CommandError, match="Version 1 did not pass its gate"):
            call_command("scorer", "activate", question=question.pk, json=True, stdout=out)

        shown = json.loads(out.getvalue())
        assert (shown["active"], shown["gate"][0]["misses"]) == (False, ["all of it"])
        with pytest.raises(CommandError, match="no such version"):
            call_command("scorer", "activate", question=question.pk, to=7, stdout=StringIO())
