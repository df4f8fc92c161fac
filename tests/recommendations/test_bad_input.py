"""Odd catalogs, perfect students and broken providers: each has a clear outcome, and nothing is lost."""

from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from assessments.models import Assessment
from catalog import queries as catalog
from catalog.models import Credential, CredentialDocument, RoleSkill
from catalog.services import announce_catalog_change
from microcred.ai import providers
from microcred.ai.base import ProviderError, Vectors
from microcred.ai.vector_validation import embed_validated
from ops import jobs
from ops.enums import JobStatus
from ops.models import AsyncJob
from recommendations import queries, tasks
from recommendations.models import DocumentChunk, EmbeddingArtifact, Recommendation, WhatIf
from recommendations.services import refresh_embeddings
from scoring.events import assessment_scored
from tests.clients import client_of
from tests.factories.accounts import AdminFactory
from tests.factories.catalog import CredentialFactory, CredentialSkillFactory, RoleSkillFactory, SkillFactory
from tests.factories.recommendations import WordEmbedder, embed_all, offered, scored_assessment

pytestmark = pytest.mark.django_db


class BrokenEmbedder(WordEmbedder):
    """An embedder whose vectors are none; ``how`` says in what way."""

    def __init__(self, how: str) -> None:
        super().__init__()
        self.how = how

    def embed(self, texts: Any) -> Vectors:
        vectors = super().embed(texts)
        match self.how:
            case "dimension":
                return vectors[:, :100]
            case "missing":
                return vectors[:-1]
            case "nan":
                vectors[0, 0] = np.nan
            case "infinite":
                vectors[0, 0] = np.inf
            case "zero":
                vectors[0] = 0
        return vectors


HOW = ["dimension", "missing", "nan", "infinite", "zero"]


@pytest.fixture(autouse=True)
def embedder(monkeypatch: pytest.MonkeyPatch) -> WordEmbedder:
    chosen = WordEmbedder()
    monkeypatch.setattr(providers, "embedder", lambda: chosen)
    return chosen


def assessed(**levels: float) -> Assessment:
    """An assessment for a role that asks for SQL and charts at 4."""
    assessment = scored_assessment(**levels)
    AsyncJob.objects.all().delete()
    RoleSkill.objects.filter(role=assessment.role).delete()
    for key, name in (("sql", "SQL"), ("charts", "Charts")):
        SkillFactory(key=key)
        RoleSkillFactory(role=assessment.role, skill=SkillFactory(key=key, name=name), importance=5)
    return assessment


def recommended(assessment: Assessment) -> Recommendation:
    assessment_scored.send(sender=None, assessment_id=assessment.pk, run=1)
    jobs.drain()
    made = queries.effective(assessment.pk)
    assert made is not None
    assert not AsyncJob.objects.filter(status=JobStatus.DEAD).exists()
    return made


def keys(made: Recommendation) -> list[str]:
    return [item.credential.key for item in made.items.all()]


class TestCredentials:
    def test_one_without_a_document_is_recommended_without_passages(self) -> None:
        bare = CredentialFactory(key="bare")
        CredentialSkillFactory(credential=bare, skill=SkillFactory(key="sql"), level=4)
        offered("charted", charts=4.0)
        embed_all()

        made = recommended(assessed(sql=1.0, charts=3.5))

        assert keys(made)[0] == "bare"
        top = made.items.all()[0]
        assert (len(top.traces.all()), float(top.decimal_parts["retrieval"])) == (0, 0.0)

    def test_one_without_skills_closes_no_gap_and_is_left_out(self) -> None:
        offered("nothing-in-particular", text="SQL topics, techniques and practical tasks")
        offered("sql-joins", sql=3.0)
        embed_all()

        assert keys(recommended(assessed(sql=1.0, charts=3.5))) == ["sql-joins"]

    def test_one_with_two_megabytes_of_text_is_cut_whole_embedded_in_portions_and_cited_at_its_place(
        self,
    ) -> None:
        paragraph = "Practise sql joins on real tables, and say what each row of the outcome means. " * 12
        text = "\n\n".join(f"{paragraph}Part {number}." for number in range(2_100))
        assert len(text.encode()) > 2_000_000
        offered("sql-encyclopedia", text=text, sql=3.0)
        counts = refresh_embeddings(embedder=WordEmbedder(), limit=64)

        made = recommended(assessed(sql=1.0, charts=3.5))

        document = CredentialDocument.objects.get()
        assert (counts.embedded, counts.waiting) == (64, DocumentChunk.objects.count() - 64)
        assert counts.waiting > 1000
        last = DocumentChunk.objects.order_by("-position")[0]
        assert document.text[last.start : last.end].rstrip().endswith("Part 2099..")
        assert made.traces.all()
        for trace in made.traces.all():
            assert document.text[trace.start : trace.end] == trace.snippet

    def test_one_of_very_many_passages_takes_nothing_from_others(self) -> None:
        paragraph = "Practise sql topics, techniques and practical tasks. " * 12
        offered("sql-encyclopedia", text="\n\n".join([paragraph] * 150), sql=3.0)
        offered("sql-joins", text="Practise sql joins on real tables.", sql=3.0)
        embed_all()
        assert DocumentChunk.objects.filter(document__credential__key="sql-encyclopedia").count() >= 150

        made = recommended(assessed(sql=1.0, charts=3.5))

        by_key = {item.credential.key: item for item in made.items.all()}
        ranks = [trace.vector_rank for trace in by_key["sql-joins"].traces.all()]
        assert ranks == [11]
        assert by_key["sql-joins"].decimal_parts["retrieval"] > 0

    def test_two_megabytes_of_description_are_found_by_their_beginning(self) -> None:
        words = " ".join(f"word{number}" for number in range(220_000))
        CredentialFactory(title="Long", description=f"relational {words}")

        assert [row.title for row in catalog.credentials(search="relational")] == ["Long"]

    def test_html_and_scripts_are_kept_word_for_word_and_never_run(self) -> None:
        text = (
            'Practise <b>sql</b> joins.<script>alert("x")</script> Mind <img src=x onerror=alert(1)> tables'
        )
        offered("sql-joins", text=text, sql=3.0)
        embed_all()
        assessment = assessed(sql=1.0, charts=3.5)

        made = recommended(assessment)

        client = Client()
        client.force_login(AdminFactory())
        document = CredentialDocument.objects.get()
        pages = [
            client.get(reverse("advisor:assessment", args=[assessment.pk])),
            client.get(reverse("advisor:document", args=[document.pk]), {"start": 0, "end": 400}),
        ]
        assert made.traces.all()
        for page in pages:
            html = page.content.decode()
            assert page.status_code == 200
            assert "&lt;script&gt;" in html
            assert "<script>alert" not in html
            assert "<img src=x" not in html

    def test_one_in_another_language_is_recommended_and_says_which(self) -> None:
        german = offered(
            "sql-auf-deutsch", text="Übe SQL-Abfragen über mehrere Tabellen: größer, schöner", sql=3.0
        )
        Credential.objects.filter(pk=german.pk).update(language="de")
        embed_all()
        assessment = assessed(sql=1.0, charts=3.5)

        made = recommended(assessment)

        body = client_of(assessment.user).get(f"/api/v1/assessments/{assessment.pk}/result").json()
        (item,) = body["recommendation_items"]
        assert item["language"] == "de"
        assert "It is taught in German [catalog]." in item["rationale"]
        client = Client()
        client.force_login(AdminFactory())
        page = client.get(reverse("advisor:assessment", args=[assessment.pk])).content.decode()
        assert "· in German" in page
        assert "größer" in made.traces.all()[0].snippet

    def test_an_empty_catalog_gives_an_honest_empty_list_and_nothing_to_ask_of_it(self) -> None:
        made = recommended(assessed(sql=1.0))

        assert (keys(made), made.missing) == ([], [])
        assert "No credential in the catalog closes this gap" in made.summary
        assert not WhatIf.objects.exists()


class TestStudents:
    def test_a_perfect_one_gets_what_goes_beyond_and_is_told_so(self) -> None:
        offered("database-internals", sql=5.0)
        offered("sql-basics", sql=2.0)
        embed_all()

        made = recommended(assessed(sql=4.4, charts=4.2))

        assert keys(made) == ["database-internals"]
        assert {need["basis"] for need in made.parameters["needs"]} == {"stretch"}
        assert "There is no gap to close" in made.summary

    def test_one_who_is_an_expert_in_everything_has_nothing_left_and_is_told_so(self) -> None:
        offered("database-internals", sql=5.0)
        embed_all()

        made = recommended(assessed(sql=5.0, charts=5.0))

        assert (keys(made), made.parameters["needs"]) == ([], [])
        assert made.summary


class TestProviders:
    @pytest.mark.parametrize("how", HOW)
    def test_vectors_that_are_none_leave_the_search_out_and_the_result_says_so(
        self, how: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        offered("sql-joins", sql=3.0)
        embed_all()
        monkeypatch.setattr(providers, "embedder", lambda: BrokenEmbedder(how))

        made = recommended(assessed(sql=1.0, charts=3.5))

        assert (keys(made), made.missing) == (["sql-joins"], ["retrieval"])

    @pytest.mark.parametrize("how", ["dimension", "missing"])
    def test_vectors_of_another_shape_are_not_stored(self, how: str) -> None:
        offered("sql-joins", sql=3.0)

        with pytest.raises(ProviderError) as raised:
            refresh_embeddings(embedder=BrokenEmbedder(how))

        assert (raised.value.kind, raised.value.retryable) == ("bad_vectors", False)
        assert not EmbeddingArtifact.objects.exists()

    @pytest.mark.parametrize("how", ["nan", "infinite", "zero"])
    def test_a_passage_without_a_direction_does_not_keep_the_others_out_and_is_tried_again(
        self, how: str
    ) -> None:
        for number in range(3):
            offered(f"sql-{number}", sql=3.0)

        refresh_embeddings(embedder=BrokenEmbedder(how))
        assert EmbeddingArtifact.objects.count() == 2

        refresh_embeddings(embedder=WordEmbedder())
        assert EmbeddingArtifact.objects.count() == 3

    def test_passages_that_get_none_are_not_asked_about_for_ever(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tasks, "PASSAGES_A_JOB", 1)
        monkeypatch.setattr(providers, "embedder", lambda: BrokenEmbedder("zero"))
        for number in range(3):
            offered(f"sql-{number}", sql=3.0)
        announce_catalog_change()

        jobs.drain(limit=5)

        assert AsyncJob.objects.get(kind="recommendations.embed").status == JobStatus.SUCCEEDED
        assert not EmbeddingArtifact.objects.exists()

    @pytest.mark.parametrize("how", HOW)
    def test_every_flaw_is_named_as_one_that_no_retry_helps(self, how: str) -> None:
        with pytest.raises(ProviderError) as raised:
            embed_validated(BrokenEmbedder(how), ["one", "two"])
        assert (raised.value.kind, raised.value.retryable) == ("bad_vectors", False)
