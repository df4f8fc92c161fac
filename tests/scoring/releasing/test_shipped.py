"""The local scorer's release comes with the code; what it says is measured again here."""

from typing import Any

import pytest

from microcred.ai.base import Embedder
from microcred.ai.caching import CachingEmbedder
from microcred.ids import uuid7
from scoring.apps import ScoringConfig
from scoring.essays.local import LocalJudge
from scoring.golden import essays, gate
from scoring.models import ScorerRelease
from scoring.releasing import shipped
from tests.factories.releases import forget_releases
from tests.scoring.essays.conftest import minilm as minilm


def install() -> None:
    shipped.install(sender=ScoringConfig, using="default", plan=[])


def test_what_is_shipped_is_what_the_local_scorer_reaches(minilm: Embedder) -> None:
    scorer, result = shipped.shipped()

    measured = gate.run(LocalJudge(CachingEmbedder(minilm)), "local")

    assert (scorer.model, scorer.provider) == (minilm.model, minilm.provider)
    assert result.golden_version == essays.version(), "run manage.py release_gate --ship"
    found = {one.name: one.value for one in measured.figures}
    assert {one.name: one.value for one in result.figures} == pytest.approx(found, abs=0.02)
    assert result.passed
    assert measured.passed


@pytest.mark.django_db
class TestInstalling:
    """After a migration."""

    def test_it_is_released_once(self, settings: Any) -> None:
        settings.OPENAI_API_KEY = ""
        install()
        install()

        release = ScorerRelease.objects.get()
        assert (release.kind, release.active, release.replies) == ("local", True, "shipped")
        assert release.activations.get().reason == "comes with this version of the code"

    def test_a_key_does_not_keep_it_away(self, settings: Any) -> None:
        forget_releases()
        settings.OPENAI_API_KEY = "sk-test"

        install()

        assert ScorerRelease.objects.get().active

    def test_what_is_in_use_and_usable_stays(self) -> None:
        used = ScorerRelease.objects.get()
        ScorerRelease.objects.filter(pk=used.pk).update(active=True)
        other = ScorerRelease.objects.get()
        other.pk = uuid7()
        other.replies, other.active = "live", True
        ScorerRelease.objects.filter(pk=used.pk).update(active=False)
        other.save(force_insert=True)

        install()

        assert list(ScorerRelease.objects.filter(active=True)) == [other]

    def test_another_embedding_model_has_to_pass_its_own_gate(self, settings: Any) -> None:
        forget_releases()
        settings.EMBEDDING_MODEL = "another"

        install()

        assert not ScorerRelease.objects.get().active

    def test_going_back_in_the_migrations_installs_nothing(self) -> None:
        forget_releases()

        shipped.install(sender=ScoringConfig, using="default", plan=[(object(), True)])

        assert not ScorerRelease.objects.exists()
