"""Gates and trained scorers in the admin: figures to read, and a switch that asks for a reason."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from ops.models import AsyncJob
from scoring import releasing, scorers
from scoring.models import ScorerActivation, ScorerRelease, ScorerVersion
from tests.factories.accounts import AdminFactory, AdvisorFactory
from tests.factories.catalog import NOW
from tests.factories.releases import gated, released
from tests.factories.scorers import in_use, passed, scored_by_people

pytestmark = pytest.mark.django_db
RELEASES, VERSIONS = "/admin/scoring/scorerrelease/", "/admin/scoring/scorerversion/"


@pytest.fixture(autouse=True)
def key(settings: Any) -> None:
    settings.OPENAI_API_KEY = "sk-test"


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(AdminFactory(email="admin@example.org"))
    return client


def page(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def use(admin: Client, url: str, row: Any, **fields: str) -> str:
    return page(admin.post(url, {"action": "use", "_selected_action": str(row.pk), **fields}, follow=True))


class TestReleases:
    """Runs of the gate."""

    def test_the_list_shows_figures(self, admin: Client) -> None:
        released()

        shown = page(admin.get(RELEASES))

        assert "gpt-4o-mini" in shown
        assert "0.90" in shown

    def test_a_report_shows_thresholds_and_what_went_wrong(self, admin: Client) -> None:
        shown = page(admin.get(f"{RELEASES}{gated(passed=False).pk}/change/"))

        assert "Agreement (quadratic weighted kappa): 1 not as expected" in shown
        assert "essay/clarity: 3, not 0" in shown
        assert "<strong>failed</strong>" in shown

    def test_using_one_asks_for_a_reason_first(self, admin: Client) -> None:
        first, second = released(), gated(replace(releasing.configured_scorer(), model="second"))

        asked = use(admin, RELEASES, second)
        assert "Scores that were given stay as they are." in asked
        assert "This field is required." in use(admin, RELEASES, second, reason="")
        assert ScorerRelease.objects.get(kind="model", active=True) == first

        assert "Essays are scored by" in use(admin, RELEASES, second, reason="Cheaper and as good.")
        activation = ScorerActivation.objects.get(release=second)
        assert (activation.reason, activation.made_by.email) == ("Cheaper and as good.", "admin@example.org")  # type: ignore[union-attr]

        assert "Essays are scored by" in use(admin, RELEASES, first, reason="Back again.")
        assert ScorerRelease.objects.get(kind="model", active=True) == first

    def test_one_that_failed_is_refused_in_words(self, admin: Client) -> None:
        assert "has not passed its gate" in use(admin, RELEASES, gated(passed=False), reason="Please.")

    def test_one_is_chosen_at_a_time(self, admin: Client) -> None:
        rows = [str(gated().pk), str(gated().pk)]

        said = page(admin.post(RELEASES, {"action": "use", "_selected_action": rows}, follow=True))

        assert "Choose one." in said

    @pytest.mark.parametrize("path", [RELEASES, VERSIONS])
    def test_nothing_is_added_and_advisors_stay_outside(self, admin: Client, path: str) -> None:
        advisor = Client()
        advisor.force_login(AdvisorFactory())

        assert admin.get(f"{path}add/").status_code == 403
        assert advisor.get(path).status_code == 302


@pytest.mark.usefixtures("encoder")
class TestVersions:
    """Trained scorers."""

    @pytest.fixture
    def version(self) -> ScorerVersion:
        return scorers.train(question_id=scored_by_people(40).pk, by=AdminFactory(name="Ada"), now=NOW)

    def test_the_list_shows_figures_hash_and_who(self, admin: Client, version: ScorerVersion) -> None:
        shown = page(admin.get(VERSIONS))

        assert version.data_hash[:12] in shown
        assert "Ada" in shown
        figures = version.figures
        assert f"{figures['qwk']:.2f} ({figures['qwk_low']:.2f} to {figures['qwk_high']:.2f})" in shown

    def test_a_version_shows_its_gate(self, admin: Client, version: ScorerVersion) -> None:
        url = f"{VERSIONS}{version.pk}/change/"
        assert "Not run yet." in page(admin.get(url))

        in_use(version)

        assert "passed its gate" in page(admin.get(url))

    def test_a_candidate_is_checked_by_a_worker(self, admin: Client, version: ScorerVersion) -> None:
        assert "A worker runs its gate" in use(admin, VERSIONS, version, reason="Forty answers now.")

        job = AsyncJob.objects.get(kind="scoring.check_scorer")
        assert (job.payload["version"], job.payload["reason"]) == (str(version.pk), "Forty answers now.")

    def test_one_that_has_passed_is_used_at_once(self, admin: Client, version: ScorerVersion) -> None:
        assert "Version 1 scores now." in use(admin, VERSIONS, passed(version), reason="It passed.")

        version.refresh_from_db()
        assert version.active
