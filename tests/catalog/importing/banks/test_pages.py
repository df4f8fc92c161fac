"""The page on which curators take over a question bank: choosing a file, looking, agreeing."""

import html
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from catalog.admin import banks
from catalog.forms import QuestionForm
from catalog.models import JobRole, Question, Skill
from catalog.versions import content_hash, frozen_content
from ops.models import AuditLog
from tests.factories.accounts import AdminFactory, AdvisorFactory
from tests.factories.catalog import JobRoleFactory, SkillFactory

pytestmark = pytest.mark.django_db
PAGE = "/admin/catalog/question/import/"
LIST = "/admin/catalog/question/"
BANK = """::Joins:: Which join keeps <b>only</b> partners? {=Inner ~Left ~%25%Semi}

::Rows:: How many rows? {#9:0}

::Pairs:: Match. {=cat -> meows =dog -> barks =lion -> roars}

::Why:: Why are joins hard? {}

Just some words.
"""


@pytest.fixture
def client() -> Client:
    browser = Client()
    browser.force_login(AdminFactory(email="root@example.org"))
    return browser


@pytest.fixture
def role() -> JobRole:
    return JobRoleFactory(key="analyst", name="Analyst")


@pytest.fixture
def skill() -> Skill:
    return SkillFactory(key="sql", name="SQL")


def look(client: Client, role: JobRole, *skills: Skill, text: str | bytes = BANK) -> str:
    data = text if isinstance(text, bytes) else text.encode()
    file = SimpleUploadedFile("bank.gift", data, content_type="text/plain")
    given = {"file": file, "role": role.pk, "skills": [skill.pk for skill in skills], "difficulty": "2"}
    return str(client.post(PAGE, given).content.decode())


def held(page: str) -> dict[str, Any]:
    """What the page would send back as it stands."""
    (sealed,) = re.findall(r'name="sealed" value="([^"]*)"', page)
    ticked = re.findall(r'name="take" value="([^"]*)" checked', page)
    return {"sealed": html.unescape(sealed), "take": ticked}


def said(answer: Any) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


def test_the_list_leads_there(client: Client) -> None:
    assert f'href="{PAGE}"' in client.get(LIST).content.decode()
    assert "Moodle XML" in client.get(PAGE).content.decode()


def test_others_do_not_get_there(role: JobRole) -> None:
    browser = Client()
    browser.force_login(AdvisorFactory())

    assert browser.get(PAGE).status_code == 302
    assert browser.post(PAGE, {"role": role.pk}).status_code == 302


def test_looking_writes_nothing_and_shows_everything(client: Client, role: JobRole, skill: Skill) -> None:
    page = html.unescape(look(client, role, skill))

    assert not Question.objects.exists()
    assert "4 new" in page
    assert "1 left out" in page
    assert "measured is SQL" in page
    assert "Which join keeps only partners?" in page
    assert "<strong>✓ Inner</strong>" in page
    assert "Only the best option gives points here; there “Semi” gave some." in page
    assert "Right: <strong>9</strong>" in page
    assert "cat → meows" in page
    assert "It has no rubric yet" in page


def test_what_is_ticked_is_made_and_the_list_shows_it(client: Client, role: JobRole, skill: Skill) -> None:
    agreed = held(look(client, role, skill))
    agreed["take"] = [key for key in agreed["take"] if "rows" not in key]

    answer = client.post(PAGE, agreed, follow=True)

    assert answer.redirect_chain[-1][0] == f"{LIST}?role__id__exact={role.pk}&published=no"
    assert said(answer) == "3 questions are made, 0 of them published."
    made = Question.objects.order_by("key")
    assert [row.question_type for row in made] == ["multiple_choice", "matching", "essay"]
    assert {(row.difficulty, row.version, row.skills.get().key) for row in made} == {(2, "", "sql")}
    assert AuditLog.objects.get(action="questions.imported").actor_id == User.objects.get().pk


def test_they_can_be_published_at_once(client: Client, role: JobRole) -> None:
    answer = client.post(PAGE, held(look(client, role)) | {"publish": "on"}, follow=True)

    assert said(answer) == "4 questions are made, 3 of them published."
    assert Question.objects.exclude(version="").count() == 3


def test_doing_it_twice_makes_nothing_twice(client: Client, role: JobRole) -> None:
    agreed = held(look(client, role))
    client.post(PAGE, agreed, follow=True)

    answer = client.post(PAGE, agreed, follow=True)

    assert said(answer) == "No question is made; 4 were there already."
    assert Question.objects.count() == 4
    again = look(client, role)
    assert "4 are in the pool already and stay as they are" in again
    assert "There is nothing to do." in again


def test_nothing_ticked_is_nothing_done(client: Client, role: JobRole) -> None:
    answer = client.post(PAGE, {"sealed": held(look(client, role))["sealed"]}, follow=True)

    assert said(answer) == "No question was chosen, so none was made."
    assert not Question.objects.exists()


@pytest.mark.parametrize("flaw", ["forged", "somebody else's", "old", "a role that is gone"])
def test_what_the_page_holds_must_be_its_own(
    flaw: str, client: Client, role: JobRole, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreed = held(look(client, role))
    if flaw == "forged":
        agreed["sealed"] += "x"
    elif flaw == "somebody else's":
        client.force_login(AdminFactory())
    elif flaw == "old":
        monkeypatch.setattr(banks, "SEALED_SECONDS", -1)
    else:
        role.delete()

    answer = client.post(PAGE, agreed, follow=True)

    assert said(answer) == "That is not valid any more. Choose the file again."
    assert not Question.objects.exists()


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0", "The file is no text and no package."),
        ("", "The submitted file is empty."),
        (b"PK\x03\x04 not a zip", "This is no zip file that can be read."),
        ("// only a comment\n", "There is no question in the file. Files are read that are GIFT"),
        (b"x" * 10_000_001, "The file is larger than 10 MB."),
    ],
    ids=["a picture", "nothing", "a broken package", "no question", "too large"],
)
def test_files_that_are_no_banks_are_refused_with_a_sentence(
    text: str | bytes, refusal: str, client: Client, role: JobRole
) -> None:
    assert refusal in html.unescape(look(client, role, text=text))


def test_what_was_taken_over_can_be_saved_as_it_stands(client: Client, role: JobRole) -> None:
    text = "Which join\\nkeeps only partners? {=Inner ~Left}\n\nHow many\\nrows? {#9 #### Nine.}\n"
    client.post(PAGE, held(look(client, role, text=text)))

    for question in Question.objects.all():
        stood = content_hash(frozen_content(question))
        shown = {field.name: str(field.value() or "") for field in QuestionForm(instance=question)}
        sent = {name: value.replace("\n", "\r\n") for name, value in shown.items()}
        form = QuestionForm(sent, instance=question)
        assert form.errors == {}
        assert content_hash(frozen_content(form.save())) == stood
    assert [question.prompt for question in Question.objects.order_by("prompt")] == [
        "How many\nrows?",
        "Which join\nkeeps only partners?",
    ]


def test_a_page_takes_so_many_and_says_so(
    client: Client, role: JobRole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(banks, "MOST_ON_PAGE", 2)

    page = look(client, role)

    assert "Only the first 2 are shown and taken over" in page
    assert len(held(page)["take"]) == 2


def test_what_a_page_cannot_hold_is_left_to_the_command(
    client: Client, role: JobRole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(banks, "MOST_SEALED", 100)

    assert "`manage.py import_questions` takes it" in html.unescape(look(client, role))


def test_markup_of_a_bank_is_text_on_the_page(client: Client, role: JobRole) -> None:
    page = look(client, role, text="What is &lt;script&gt;alert(1)&lt;/script&gt;? {=<b>x</b> ~y}")

    assert "<script>alert(1)" not in page


def test_a_question_whose_picture_is_missing_is_not_ticked_and_not_published(
    client: Client, role: JobRole
) -> None:
    page = look(client, role, text='[html]<p>Which is it? <img src="a.png" alt="a.png"></p> {=A ~B}')

    agreed = held(page)
    assert "A picture is left out." in page
    assert agreed["take"] == []
    (key,) = re.findall(r'name="take" value="([^"]*)"', page)
    client.post(PAGE, agreed | {"take": [key], "publish": "on"})
    row = Question.objects.get()
    assert (row.prompt, row.version) == ("Which is it?", "")
