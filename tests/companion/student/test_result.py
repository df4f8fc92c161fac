"""Students read their results, and say what they think of them."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Role
from assessments.enums import Stage
from assessments.models import Assessment
from catalog.models import CredentialSkill, Skill
from recommendations import services
from recommendations.enums import Acceptance, OverrideAction
from recommendations.models import LearnerCredential, Recommendation, RecommendationFeedback
from scoring import oversight
from scoring.models import SkillContest
from tests.clients import client_of
from tests.companion.scenes import QUOTED
from tests.companion.student.browsing import browser_of, result_of_today
from tests.companion.test_markup import Outline
from tests.factories.accounts import UserFactory
from tests.factories.assessments import question_id_of, started_assessment
from tests.factories.oversight import judged_assessment
from tests.factories.practice import PracticeItemFactory

pytestmark = pytest.mark.django_db
# What the rows of a result hold for staff alone, beside what has "canary" in it: a key, a note, who judged.
FOR_STAFF = ("42.5", "The quote is not in the answer.", "gpt-4o-mini", "essay-1", ">key<")


@pytest.fixture
def assessment() -> Assessment:
    return result_of_today()


@pytest.fixture
def client(assessment: Assessment) -> Client:
    return browser_of(assessment.user)


def address(assessment: Assessment) -> str:
    return reverse("student:result", args=[assessment.pk])


def page(client: Client, assessment: Assessment) -> str:
    answer = client.get(address(assessment))
    assert answer.status_code == 200
    return answer.content.decode()


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace(" .", ".")


def effective(assessment: Assessment) -> Recommendation:
    return Recommendation.objects.get(assessment=assessment, effective=True)


def opinion(assessment: Assessment, **changed: Any) -> dict[str, Any]:
    item = effective(assessment).items.order_by("position")[0]
    given = {
        "credential_id": str(item.credential_id),
        "relevance": "4",
        "acceptance": "accepted",
        "comments": "Yes.",
    }
    return given | changed


def give(client: Client, assessment: Assessment, **changed: Any) -> Any:
    where = reverse("student:feedback", args=[effective(assessment).pk])
    return client.post(where, opinion(assessment, **changed))


class TestReading:
    def test_a_result_says_what_it_is_worth_and_what_waits(
        self, client: Client, assessment: Assessment
    ) -> None:
        html = page(client, assessment)
        text = words(html)

        assert "You have 4.33 of 7.67 points so far: 85&nbsp;% of the assessment is scored." in text
        assert "This result is provisional. 1 answer waits for a person to look at." in text
        assert "You are at about 3 of 5, give or take one. The role asks for 4: 1.2 to go." in text
        assert text.count("You may appeal until") == 6
        outline = Outline(html)
        assert (outline.levels.count(1), outline.leaps) == (1, [])

    def test_the_parts_of_a_confidence_add_up_as_they_are_shown(
        self, client: Client, assessment: Assessment
    ) -> None:
        tables = re.findall(r'<table class="parts.*?</table>', page(client, assessment), re.DOTALL)

        assert len(tables) == 2
        for table in tables:
            *parts, whole = [float(one.replace("−", "-")) for one in re.findall(r"([−\d.]+) %", table)]
            assert (len(parts), round(sum(parts), 1)) == (5, whole)

    def test_sources_lead_to_places_on_the_page(self, client: Client, assessment: Assessment) -> None:
        html = page(client, assessment)
        cited = re.findall(r'<a class="cite" href="#([^"]+)" aria-label="([^"]+)">', html)

        assert set(cited) == {
            ("skills", "Source [3]: your levels"),
            ("skill-sql", "Source [3]: your levels"),
            ("credential-1", "Source [4]: what is known of the credential"),
            ("credential-2", "Source [4]: what is known of the credential"),
            ("passage-1", "Source [1]: quoted passage"),
            ("passage-2", "Source [2]: quoted passage"),
            ("about-list", "Source [5]: what the list was made without"),
        }
        assert {place for place, _ in cited} <= set(re.findall(r'id="([^"]+)"', html))
        assert (
            "Numbers in brackets lead to what a sentence rests on: [3] to your levels, [4] to what is known of the "
            "credential, [5] to what the list was made without, the others to the place that is quoted."
            in words(html)
        )

    def test_no_mark_of_an_engine_and_no_needless_figure_is_shown(
        self, client: Client, assessment: Assessment
    ) -> None:
        run = reverse("student:run", args=[effective(assessment).pk])

        for html in (page(client, assessment), client.get(run).content.decode()):
            text = words(html)

            assert (
                "SQL was measured at about 3 of 5 and the role asks for 4; this credential leads to level 4"
                in text
            )
            assert re.findall(r"\[(?:profile|catalog|neighbours|run)\]", html) == []

    def test_an_earlier_list_leads_to_the_levels_of_the_result(
        self, client: Client, assessment: Assessment
    ) -> None:
        html = client.get(reverse("student:run", args=[effective(assessment).pk])).content.decode()
        cited = set(re.findall(r'<a class="cite" href="([^"]+)"', html))

        assert f"{address(assessment)}#skills" in cited
        assert {one for one in cited if one.startswith("#")} <= {
            f"#{one}" for one in re.findall(r'id="([^"]+)"', html)
        }

    def test_quotes_are_marked_in_the_essay_and_nothing_written_becomes_markup(
        self, client: Client, assessment: Assessment
    ) -> None:
        html = page(client, assessment)

        assert (
            "<mark>&lt;script&gt;alert(&quot;pwned&quot;)&lt;/script&gt; needs a question first<sup>1</sup></mark>"
            in html
        )
        assert QUOTED not in html

    def test_nothing_that_is_for_staff_is_on_any_page(self, client: Client, assessment: Assessment) -> None:
        advisor = assessment.user.advisor_links.get().advisor
        give(client, assessment)
        appeal = oversight.appeal(
            by=assessment.user, assessment_id=assessment.pk, question_id=question_id_of(assessment, "essay"),
            criterion="Reasoning", statement="I did weigh both.", now=timezone.now(),
        )  # fmt: skip
        oversight.override(
            by=advisor, assessment_id=assessment.pk, question_id=question_id_of(assessment, "numeric"),
            new=oversight.NewScore(score=Decimal(1)), reason="It was right.", now=timezone.now(),
        )  # fmt: skip
        places = [
            address(assessment),
            reverse("student:run", args=[effective(assessment).pk]),
            reverse("student:appeal", args=[appeal.pk]),
            reverse("student:notices"),
            reverse("student:home"),
        ]

        pages = [client.get(place).content.decode() for place in places]

        for html in pages:
            assert [word for word in (*FOR_STAFF, advisor.name, advisor.email) if word in html] == []
        # The student's own answer to the short question.
        assert re.findall(r"[\w-]*canary[\w-]*", " ".join(pages), re.IGNORECASE) == ["ShortTextCanary"]

    def test_all_that_the_page_reads_is_read_in_bounded_queries(
        self, client: Client, assessment: Assessment, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        page(client, assessment)
        with django_assert_max_num_queries(39):
            page(client, assessment)

    def test_what_a_person_did_to_the_list_is_said_without_who(
        self, client: Client, assessment: Assessment
    ) -> None:
        advisor = assessment.user.advisor_links.get().advisor
        run = effective(assessment)
        second = run.items.get(position=2)
        services.override(
            by=advisor, recommendation_id=run.pk, action=OverrideAction.FIRST, credential_id=second.credential_id,
            reason="It fits your thesis.", now=timezone.now(),
        )  # fmt: skip

        html = page(client, assessment)

        assert "A person changed this list for you. Put first: Sql windows" in words(html)
        assert "It fits your thesis." in html
        assert advisor.name not in html
        assert f'href="{reverse("student:run", args=[run.pk])}"' in html

    def test_a_result_without_recommendations_still_says_levels_and_answers(self) -> None:
        made = judged_assessment(levels={"reasoning": "l1", "evidence": None}, uncertainty=0.9)
        client = Client()
        client.force_login(made.user)

        text = words(page(client, made))

        assert "What to learn next" not in text
        assert "Scored by a language model. The scorer was not sure." in text
        assert "Evidence A person will look at this criterion. Waits for a person" in text

    def test_what_is_missing_and_out_of_date_is_said(self, client: Client, assessment: Assessment) -> None:
        Assessment.objects.filter(pk=assessment.pk).update(degraded=True, missing=["neighbours"])
        Recommendation.objects.update(degraded=True, missing=["neighbours"])
        CredentialSkill.objects.update(level=5)

        text = words(page(client, assessment))

        assert "Something is missing from this result." in text
        assert "Too few people with levels like yours are known. The list does without them." in text
        assert "the credentials on offer, or what the role asks for, have changed" in text
        assert "Your advisor can have it worked out anew." in text

    def test_a_gap_leads_to_practice_of_its_skill_where_there_is_some(
        self, client: Client, assessment: Assessment
    ) -> None:
        none_yet = page(client, assessment)
        item = PracticeItemFactory(skill=Skill.objects.get(key="sql"))

        html = page(client, assessment)
        (skill,) = re.findall(
            r'action="/student/practice/">.*?name="skill" value="([^"]+)"><button[^>]*>Practise', html
        )
        given = client.post(reverse("student:practice"), {"skill": skill})

        assert "There is nothing to practise it with yet." in words(none_yet)
        assert ">Practise<" not in none_yet
        assert "There is nothing to practise it with yet." not in words(html)
        assert item.assignments.get().skill.key == skill == "sql"
        assert given["Location"] == reverse("student:assignment", args=[item.assignments.get().pk])


class TestWhoReads:
    def test_others_and_what_is_not_there_are_the_same(self, assessment: Assessment) -> None:
        stranger = Client()
        stranger.force_login(UserFactory(role=Role.STUDENT))
        where = reverse("student:result", args=["00000000-0000-0000-0000-000000000007"])

        answers = [stranger.get(one) for one in (address(assessment), where)]

        assert [one.status_code for one in answers] == [404, 404]

    def test_the_advisor_has_pages_of_their_own(self, assessment: Assessment) -> None:
        staff = Client()
        staff.force_login(assessment.user.advisor_links.get().advisor)

        assert staff.get(address(assessment)).status_code == 404

    def test_what_is_held_back_is_not_shown(self, client: Client, assessment: Assessment) -> None:
        Assessment.objects.filter(pk=assessment.pk).update(stage=Stage.AWAITING_RELEASE)

        status = reverse("student:status", args=[assessment.pk])
        assert client.get(address(assessment))["Location"] == status
        assert client.post(reverse("student:make-appeal", args=[assessment.pk]))["Location"] == status
        contest = reverse("student:contest", args=[assessment.pk, "sql"])
        assert client.post(contest, {"reason": "I know it."})["Location"] == status
        run = reverse("student:run", args=[Recommendation.objects.get(effective=True).pk])
        assert client.get(run).status_code == 404

    def test_what_is_not_handed_in_has_no_result(self) -> None:
        opened = started_assessment(now=timezone.now())
        client = Client()
        client.force_login(opened.user)

        assert client.get(address(opened))["Location"] == reverse("student:status", args=[opened.pk])


class TestLevels:
    def test_a_level_is_contested_once_however_often_it_is_sent(
        self, client: Client, assessment: Assessment
    ) -> None:
        where = reverse("student:contest", args=[assessment.pk, "sql"])

        answers = [client.post(where, {"reason": "I use it <b>daily</b>."}) for _ in range(2)]

        assert [one["Location"] for one in answers] == [f"{address(assessment)}#skill-sql"] * 2
        assert SkillContest.objects.count() == 1
        html = page(client, assessment)
        assert "Thank you. What you wrote is noted." in html
        assert html.count("A person checks it; until then it counts half") == 1
        assert "I use it &lt;b&gt;daily&lt;/b&gt;." in html
        assert "I think this level is wrong" not in html

    def test_another_word_about_it_is_refused_and_kept(self, client: Client, assessment: Assessment) -> None:
        where = reverse("student:contest", args=[assessment.pk, "sql"])
        client.post(where, {"reason": "I use it daily."})

        answer = client.post(where, {"reason": "Really."})

        assert answer.status_code == 409
        assert "You contest this level already. Somebody will check it." in words(answer.content.decode())
        assert "Really.</textarea>" in answer.content.decode()

    def test_new_lines_count_once_and_the_same_words_are_the_same(
        self, client: Client, assessment: Assessment
    ) -> None:
        where = reverse("student:contest", args=[assessment.pk, "sql"])
        reason = "x\r\n" * 900

        answers = [client.post(where, {"reason": reason}) for _ in range(2)]

        assert [one.status_code for one in answers] == [302, 302]
        assert SkillContest.objects.get().reason == ("x\n" * 900).strip()

    def test_a_skill_that_nothing_was_measured_of_is_refused(
        self, client: Client, assessment: Assessment
    ) -> None:
        answer = client.post(
            reverse("student:contest", args=[assessment.pk, "juggling"]), {"reason": "I can."}
        )

        assert answer.status_code == 409
        assert "Nothing was changed." in words(answer.content.decode())

    def test_a_contest_without_a_reason_says_so(self, client: Client, assessment: Assessment) -> None:
        answer = client.post(reverse("student:contest", args=[assessment.pk, "sql"]), {"reason": " "})

        assert answer.status_code == 400
        assert "Say why you think that the level is wrong." in answer.content.decode()
        assert SkillContest.objects.count() == 0

    def test_what_came_of_it_is_said(self, client: Client, assessment: Assessment) -> None:
        client.post(reverse("student:contest", args=[assessment.pk, "sql"]), {"reason": "I use it daily."})
        advisor = assessment.user.advisor_links.get().advisor
        oversight.check_skill(
            by=advisor, assessment_id=assessment.pk, skill_key="sql", level=None, reason="It fits.", now=timezone.now()
        )  # fmt: skip

        text = words(page(client, assessment))

        assert "it was checked and stands. They wrote: It fits." in text
        assert "A person checked the skill level that you contest, and it stands." in text


class TestFeedback:
    def test_what_is_thought_is_noted_once_changed_and_taken_back(
        self, client: Client, assessment: Assessment
    ) -> None:
        version = re.findall(r'name="version" value="([^"]+)"', page(client, assessment))[0]
        answers = [give(client, assessment, version=version) for _ in range(2)]

        assert [one["Location"] for one in answers] == [f"{address(assessment)}#credential-1"] * 2
        (row,) = RecommendationFeedback.objects.all()
        assert (row.relevance_score, row.acceptance_status, row.comments) == (4, "accepted", "Yes.")
        assert LearnerCredential.objects.filter(user=assessment.user).count() == 1
        text = words(page(client, assessment))
        assert "You said: I want to take it up (4 of 5)" in text
        assert "Thank you. What you think is noted. The steps towards it are on your list of tasks." in text
        assert "Sql joins" in words(client.get(reverse("student:tasks")).content.decode())

        give(client, assessment, relevance="1", acceptance="rejected")
        assert "You said: It is not for me (1 of 5)" in words(page(client, assessment))
        assert not LearnerCredential.objects.filter(user=assessment.user).exists()

        for _ in range(2):
            assert give(client, assessment, take_back="1").status_code == 302
        assert "You said" not in page(client, assessment)
        assert RecommendationFeedback.objects.count() == 3

    def test_what_another_window_said_is_not_undone_unseen(
        self, client: Client, assessment: Assessment
    ) -> None:
        version = re.findall(r'name="version" value="([^"]+)"', page(client, assessment))[0]
        give(client, assessment, version=version)

        answer = give(client, assessment, version=version, acceptance="rejected")

        html = answer.content.decode()
        assert answer.status_code == 400
        assert "You have said something else about this since." in html
        newer = re.findall(r'name="version" value="([^"]+)"', html)[0]
        assert give(client, assessment, version=newer, acceptance="rejected").status_code == 302
        assert RecommendationFeedback.objects.latest("submitted_at").acceptance_status == Acceptance.REJECTED

    def test_a_word_about_the_list_names_what_it_took_up(
        self, client: Client, assessment: Assessment
    ) -> None:
        answer = give(client, assessment, credential_id="")

        assert answer["Location"] == f"{address(assessment)}#about-list"
        assert "Your yes to the list was taken for Sql joins" in words(page(client, assessment))

    def test_what_was_said_on_an_earlier_list_still_counts_on_this_one(
        self, client: Client, assessment: Assessment
    ) -> None:
        give(client, assessment)
        run = effective(assessment)
        services.override(
            by=assessment.user.advisor_links.get().advisor, recommendation_id=run.pk, action=OverrideAction.FIRST,
            credential_id=run.items.get(position=2).credential_id, reason="It fits your thesis.", now=timezone.now(),
        )  # fmt: skip

        html = page(client, assessment)

        assert "You said: I want to take it up" in words(html[html.index('id="credential-2"') :])
        assert "You said" not in html[: html.index('id="credential-2"')]

    def test_a_word_about_a_list_made_anew_since_leads_to_where_its_credential_stands_now(
        self, client: Client, assessment: Assessment
    ) -> None:
        run = effective(assessment)
        first, second = run.items.order_by("position")
        where, given = reverse("student:feedback", args=[run.pk]), opinion(assessment)
        services.override(
            by=assessment.user.advisor_links.get().advisor, recommendation_id=run.pk, action=OverrideAction.FIRST,
            credential_id=second.credential_id, reason="It fits your thesis.", now=timezone.now(),
        )  # fmt: skip

        answer = client.post(where, given)

        assert given["credential_id"] == str(first.credential_id)
        assert answer["Location"] == f"{address(assessment)}#credential-2"
        html = page(client, assessment)
        assert "Thank you. What you think is noted." in html[html.index('id="credential-2"') :]

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"relevance": ""}, "Choose a number from 1 to 5."),
            ({"relevance": "7"}, "Select a valid choice."),
            ({"acceptance": ""}, "Choose what you want to do."),
            ({"credential_id": "00000000-0000-0000-0000-000000000007"}, "does not name this credential"),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_stays(
        self, client: Client, assessment: Assessment, changed: dict[str, str], said: str
    ) -> None:
        answer = give(client, assessment, **changed)

        assert answer.status_code == 400
        assert said in answer.content.decode()
        assert "Yes.</textarea>" in answer.content.decode()
        assert RecommendationFeedback.objects.count() == 0


class TestRuns:
    def test_an_earlier_list_is_read_as_it_was(self, client: Client, assessment: Assessment) -> None:
        run = effective(assessment)
        html = client.get(reverse("student:run", args=[run.pk])).content.decode()

        assert "List 1 of recommendations" in html
        assert "This is the list that your result shows." in html
        assert [title in html for title in ("Sql joins", "Sql windows")] == [True, True]
        assert set(re.findall(r'class="cite" href="#([^"]+)"', html)) <= set(
            re.findall(r'id="([^"]+)"', html)
        )
        assert "<form" not in html[html.index("<main") : html.index("</main")]

    def test_it_says_what_the_api_says(self, client: Client, assessment: Assessment) -> None:
        body = client_of(assessment.user).get(f"/api/v1/recommendations/{effective(assessment).pk}").json()
        html = client.get(reverse("student:run", args=[body["recommendation_id"]])).content.decode()

        for item in body["recommendation_items"]:
            assert f"{100 * item['confidence']:.1f} %" in html
