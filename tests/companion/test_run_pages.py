"""Staff reads what is stale and what would change a run, makes it anew, checks levels, sees how confidences hold."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from assessments.models import Assessment
from catalog.models import CredentialSkill
from microcred.ai import providers
from ops.enums import JobStatus
from ops.models import AsyncJob
from recommendations import queries
from recommendations.models import RecommendationFeedback
from scoring import oversight
from tests.factories.accounts import AdminFactory, AdvisorFactory, UserFactory
from tests.factories.catalog import NOW, CredentialFactory
from tests.factories.recommendations import RecommendationItemFactory, WordEmbedder
from tests.recommendations.results import completed, effective, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = WordEmbedder()
    monkeypatch.setattr(providers, "embedder", lambda: chosen)


@pytest.fixture
def assessment() -> Assessment:
    return completed()


@pytest.fixture
def client() -> Client:
    found = Client()
    found.force_login(AdminFactory())
    return found


def page(client: Client, assessment: Assessment) -> str:
    return client.get(reverse("advisor:assessment", args=[assessment.pk])).content.decode()


def test_what_would_change_it_is_on_the_page(client: Client, assessment: Assessment) -> None:
    found = queries.what_if_of(effective(assessment))
    assert found is not None
    assert found.sentence in page(client, assessment)


def test_a_stale_run_is_marked_made_anew_by_one_click_and_stays_to_be_read(
    client: Client, assessment: Assessment
) -> None:
    old = effective(assessment)
    assert "Stale." not in page(client, assessment)
    CredentialSkill.objects.update(level=5)
    assert "Stale." in page(client, assessment)

    client.post(reverse("advisor:recompute", args=[assessment.pk]))
    work_off(assessment)

    assert "Stale." not in page(client, assessment)
    kept = client.get(reverse("advisor:run", args=[old.pk])).content.decode()
    assert "kept as it was" in kept
    assert "Stale." in kept
    assert all(item.title in kept for item in old.items.all())


RENEWS = '<meta http-equiv="refresh" content="3">'


def test_who_has_a_run_made_sees_it_coming(client: Client, assessment: Assessment) -> None:
    answer = client.post(reverse("advisor:recompute", args=[assessment.pk]))
    address = answer.headers["Location"]

    assert address == reverse("advisor:assessment", args=[assessment.pk]) + "?run=2"
    waiting = client.get(address).content.decode()
    assert "Run 2 is being made…" in waiting
    assert RENEWS in waiting
    # Whoever writes something on the page without waiting does not lose it.
    beside = page(client, assessment)
    assert "Another run is being made." in beside
    assert RENEWS not in beside

    work_off(assessment)

    there = client.get(address).content.decode()
    assert "<strong>Run 2 is made</strong> and in effect. The earlier ones are kept." in there
    assert "being made" not in there
    assert RENEWS not in there


def test_a_run_that_cannot_be_made_is_not_waited_for(client: Client, assessment: Assessment) -> None:
    address = client.post(reverse("advisor:recompute", args=[assessment.pk])).headers["Location"]
    AsyncJob.objects.filter(status=JobStatus.QUEUED).update(status=JobStatus.DEAD, completed_at=NOW)

    html = client.get(address).content.decode()

    assert "<strong>Run 2 could not be made.</strong> What stands below is run 1." in html
    assert RENEWS not in html


@pytest.mark.parametrize("number", ["0", "99", "x", "-1"])
def test_a_run_that_nobody_asked_for_is_not_spoken_of(
    client: Client, assessment: Assessment, number: str
) -> None:
    html = client.get(reverse("advisor:assessment", args=[assessment.pk]), {"run": number}).content.decode()

    assert "could not be made" not in html
    assert "is made</strong>" not in html
    assert RENEWS not in html


def test_sources_lead_to_the_passages_and_parts_of_the_page(client: Client, assessment: Assessment) -> None:
    cited = re.compile(r'<a class="cite" href="([^"]+)" aria-label="Source \[\d+\]: ([^"]+)">\[(\d+)\]</a>')
    html = page(client, assessment)
    kept = client.get(reverse("advisor:run", args=[effective(assessment).pk])).content.decode()

    on_page, on_run = cited.findall(html), cited.findall(kept)
    skills = reverse("advisor:assessment", args=[assessment.pk]) + "#skills"

    assert {("#skills", "the student’s levels"), ("#item-1", "the catalog’s entry")} <= {
        (place, name) for place, name, _ in on_page
    }
    assert skills in {place for place, *_ in on_run}
    for shown, text in ((on_page, html), (on_run, kept)):
        assert {place[1:] for place, *_ in shown if place != skills} <= set(re.findall(r'id="([^"]+)"', text))
        assert all(place == f"#passage-{number}" for place, name, number in shown if name == "quoted passage")
        assert re.findall(r"\[(?:profile|catalog|neighbours|run)\]", text) == []
    assert "lead to what a sentence rests on" in html


def test_a_contested_level_is_shown_and_checked_on_the_page(client: Client, assessment: Assessment) -> None:
    skill = effective(assessment).parameters["needs"][0]["skill_key"]
    oversight.contest_skill(
        by=assessment.user, assessment_id=assessment.pk, skill_key=skill, reason="I <b>know</b> it.", now=NOW
    )
    html = page(client, assessment)
    assert "Contested" in html
    assert "I &lt;b&gt;know&lt;/b&gt; it." in html

    answer = client.post(
        reverse("advisor:check-skill", args=[assessment.pk, skill]), {"level": "4.5", "reason": "You do."}
    )

    assert answer.status_code == 302
    html = page(client, assessment)
    assert (
        html.index('id="skills"')
        < html.index("The level is corrected and counts.")
        < html.index('id="answers"')
    )
    assert "Corrected" in html
    assert "is contested" not in html


def test_a_check_without_a_reason_changes_nothing(client: Client, assessment: Assessment) -> None:
    skill = effective(assessment).parameters["needs"][0]["skill_key"]
    oversight.contest_skill(
        by=assessment.user, assessment_id=assessment.pk, skill_key=skill, reason="No.", now=NOW
    )
    client.post(reverse("advisor:check-skill", args=[assessment.pk, skill]), {"level": "4.5"})

    html = page(client, assessment)
    assert "is contested" in html
    assert "You had written" not in html
    said = "The level was not checked. State a reason; the student reads it."
    assert html.index('id="skills"') < html.index(said) < html.index('id="answers"')


def test_a_check_with_a_level_off_the_scale_gives_the_reason_back(
    client: Client, assessment: Assessment
) -> None:
    skill = effective(assessment).parameters["needs"][0]["skill_key"]
    oversight.contest_skill(
        by=assessment.user, assessment_id=assessment.pk, skill_key=skill, reason="No.", now=NOW
    )
    body = {"level": "6", "reason": "It is more."}
    client.post(reverse("advisor:check-skill", args=[assessment.pk, skill]), body)

    assert "You had written: “It is more.”" in page(client, assessment)


def test_strangers_find_none_of_these_pages(assessment: Assessment) -> None:
    run = effective(assessment)
    for user in (UserFactory(), AdvisorFactory()):
        other = Client()
        other.force_login(user)
        assert other.post(reverse("advisor:recompute", args=[assessment.pk])).status_code == 404
        assert other.get(reverse("advisor:run", args=[run.pk])).status_code == 404
        assert other.get(reverse("advisor:quality-calibration")).status_code == 404


class TestHowConfidencesHold:
    def test_before_there_is_enough_the_prior_is_stated(self, client: Client) -> None:
        html = client.get(reverse("advisor:quality-calibration")).content.decode()
        assert "the stated prior stands" in html
        assert "Nobody has decided" in html

    def test_with_enough_the_table_and_the_map_are_shown(self, client: Client) -> None:
        item, admins = RecommendationItemFactory(), AdminFactory.create_batch(100)
        RecommendationFeedback.objects.bulk_create(
            RecommendationFeedback(
                recommendation=item.recommendation, item=item, submitted_by=admin, submitted_by_role="admin",
                relevance_score=3, acceptance_status="accepted" if number < 70 else "rejected", submitted_at=NOW,
            )
            for number, admin in enumerate(admins)
        )  # fmt: skip

        html = client.get(reverse("advisor:quality-calibration")).content.decode()

        assert "Platt" in html
        # Confidence .6, 70 of 100 accepted.
        assert ("0.600" in html, "0.700" in html) == (True, True)
        report = queries.calibration_report()
        assert report.as_stated is not None
        assert report.as_stated.expected_error == pytest.approx(0.1)
        assert report.calibration.acceptance(0.6) == pytest.approx(0.7, abs=0.02)


def change(client: Client, assessment: Assessment, **body: str) -> str:
    address = reverse("advisor:override-recommendation", args=[effective(assessment).pk])
    answer = client.post(address, {"reason": "You begin a job in reporting.", **body}, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


class TestChangingTheList:
    def test_one_is_put_first_with_the_reason_beside_it(self, client: Client, assessment: Assessment) -> None:
        second = effective(assessment).items.all()[1]

        shown = change(client, assessment, action="first", credential_id=str(second.credential_id))

        assert "The credential is first now." in shown
        assert "A person changed this list." in shown
        assert shown.count("You begin a job in reporting.") == 2
        assert effective(assessment).items.all()[0].credential_id == second.credential_id

    def test_one_that_is_not_ranked_is_added_and_says_so(
        self, client: Client, assessment: Assessment
    ) -> None:
        other = CredentialFactory(title="Public speaking")
        assert f'<option value="{other.pk}">Public speaking</option>' in page(client, assessment)

        shown = change(client, assessment, action="add", credential_id=str(other.pk))

        assert "no confidence: not worked out" in shown
        assert f'<option value="{other.pk}">Public speaking</option>' not in shown
        record = client.get(reverse("advisor:record", args=[assessment.pk])).content.decode()
        assert "Public speaking" in record

    def test_a_run_worked_out_since_is_kept_beside_it_until_the_change_is_taken_back(
        self, client: Client, assessment: Assessment
    ) -> None:
        first = effective(assessment).items.all()[0]
        change(client, assessment, action="remove", credential_id=str(first.credential_id))
        client.post(reverse("advisor:recompute", args=[assessment.pk]))
        work_off(assessment)

        there = client.get(reverse("advisor:assessment", args=[assessment.pk]), {"run": 3}).content.decode()
        assert "<strong>Run 3 is made</strong> and kept." in there
        assert "Stale." in there
        assert "could not be made" not in there

        shown = change(client, assessment, action="take_back")
        assert "The list that was worked out is in effect again." in shown
        assert "A person changed this list." not in shown
        assert effective(assessment).run == 3

    def test_taking_back_is_about_no_credential_even_if_one_is_named(
        self, client: Client, assessment: Assessment
    ) -> None:
        first = effective(assessment).items.all()[0]
        change(client, assessment, action="remove", credential_id=str(first.credential_id))

        shown = change(client, assessment, action="take_back", credential_id=str(first.credential_id))

        assert "The list that was worked out is in effect again." in shown
        assert effective(assessment).made_by.get().credential_id is None

    def test_only_the_first_is_put_first(self, client: Client, assessment: Assessment) -> None:
        first, second, *_ = effective(assessment).items.all()
        change(client, assessment, action="first", credential_id=str(second.credential_id))

        shown = change(client, assessment, action="first", credential_id=str(first.credential_id))

        assert (shown.count("Put first by a person"), shown.count("Moved by a person")) == (1, 1)

    def test_another_run_is_waited_for_by_its_own_number(
        self, client: Client, assessment: Assessment
    ) -> None:
        first = effective(assessment).items.all()[0]
        change(client, assessment, action="remove", credential_id=str(first.credential_id))
        client.post(reverse("advisor:recompute", args=[assessment.pk]))
        work_off(assessment)
        client.post(reverse("advisor:recompute", args=[assessment.pk]))

        assert '?run=4">Wait for it</a>' in page(client, assessment)

    def test_without_a_reason_nothing_is_changed(self, client: Client, assessment: Assessment) -> None:
        first = effective(assessment).items.all()[0]

        shown = change(
            client, assessment, action="remove", credential_id=str(first.credential_id), reason="No."
        )

        assert "The list was not changed." in shown
        assert effective(assessment).run == 1

    def test_an_earlier_run_has_no_buttons(self, client: Client, assessment: Assessment) -> None:
        old = effective(assessment)
        assert "Change the list" in page(client, assessment)
        change(client, assessment, action="remove", credential_id=str(old.items.all()[0].credential_id))

        kept = client.get(reverse("advisor:run", args=[old.pk])).content.decode()
        assert "Change the list" not in kept
        refused = client.post(
            reverse("advisor:override-recommendation", args=[old.pk]),
            {"action": "take_back", "reason": "It was better before."},
            follow=True,
        ).content.decode()
        assert "Another list has come into effect since." in refused

    def test_the_list_of_assessments_shows_one_without_a_confidence(
        self, client: Client, assessment: Assessment
    ) -> None:
        other = CredentialFactory(title="Public speaking")
        change(client, assessment, action="add", credential_id=str(other.pk))
        change(client, assessment, action="first", credential_id=str(other.pk))

        listed = client.get(reverse("advisor:assessments")).content.decode()
        assert "Public speaking" in listed
        assert "None" not in listed
