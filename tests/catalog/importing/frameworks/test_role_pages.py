"""The page on which a role is made of an occupation."""

import html
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from catalog.admin import signed_state
from catalog.models import JobRole, Skill
from tests.catalog.importing.frameworks.releases import DESIGNER, ESCO, ONET, packed
from tests.factories.accounts import AdminFactory, AdvisorFactory
from tests.factories.catalog import JobRoleFactory, RoleSkillFactory, SkillFactory

pytestmark = pytest.mark.django_db
PAGE = "/admin/catalog/jobrole/import/"
LIST = "/admin/catalog/jobrole/"


@pytest.fixture
def client() -> Client:
    browser = Client()
    browser.force_login(AdminFactory())
    return browser


def look(
    client: Client,
    search: str,
    *,
    data: bytes | None = None,
    name: str = "db_29_3_text.zip",
    role: JobRole | None = None,
) -> str:
    file = SimpleUploadedFile(name, packed(ONET) if data is None else data)
    given = {"file": file, "search": search, "level": "3", "role": role.pk if role else ""}
    return html.unescape(client.post(PAGE, given).content.decode())


def held(page: str) -> dict[str, Any]:
    """What the page would send back as it stands."""
    (sealed,) = re.findall(r'name="sealed" value="([^"]*)"', page)
    ticked = re.findall(r'name="take" value="([^"]*)" checked', page)
    chosen = re.findall(r'name="occupation" value="([^"]*)" required checked', page)
    return {"sealed": sealed, "take": ticked, **({"occupation": chosen[0]} if chosen else {})}


def said(answer: Any) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


def test_the_list_leads_there(client: Client) -> None:
    assert f'href="{PAGE}"' in client.get(LIST).content.decode()
    assert "onetcenter.org" in client.get(PAGE).content.decode()


def test_others_do_not_get_there() -> None:
    browser = Client()
    browser.force_login(AdvisorFactory())

    assert browser.get(PAGE).status_code == 302
    assert browser.post(PAGE, {"search": "x"}).status_code == 302


def test_words_find_occupations_of_which_one_is_looked_at_and_made(client: Client) -> None:
    first = look(client, "analysts and scientists of data")
    assert re.findall(r"<strong>([^<]*)</strong> [\d.-]+</span>", first) == [
        "Data Scientists", "Business Intelligence Analysts",
    ]  # fmt: skip
    assert "Nothing is said of its skills." in first

    second = html.unescape(client.post(PAGE, held(first)).content.decode())
    assert "<strong>Python</strong> target 3, importance 4" in second
    assert "Includes information from the O*NET 29.3 Database" in second
    assert not JobRole.objects.exists()

    answer = client.post(PAGE, held(second), follow=True)
    role = JobRole.objects.get()
    assert answer.redirect_chain[-1][0] == f"{LIST}{role.pk}/change/"
    assert said(answer) == (
        "The role is made; it is inactive until you activate it, and needs questions first. "
        "2 skills are asked for newly; 2 made."
    )
    assert set(role.skills.values_list("key", flat=True)) == {"python", "structured-query-language-sql"}


def test_a_code_leads_to_the_skills_at_once_and_only_what_is_ticked_is_made(client: Client) -> None:
    page = look(client, DESIGNER)

    assert "Science: O*NET advises against its value, which is too imprecise." in page
    agreed = held(page)
    assert agreed["take"] == [str(place) for place in range(8)]
    client.post(PAGE, agreed | {"take": ["0", "99", "x"]})
    assert [row.key for row in JobRole.objects.get().skills.all()] == ["design"]


def test_a_role_is_completed_and_what_it_has_is_shown(client: Client) -> None:
    role = JobRoleFactory(key="designer", name="Designer")
    RoleSkillFactory(role=role, skill=SkillFactory(key="design", name="Design"), target_level=2, importance=3)
    RoleSkillFactory(
        role=role,
        skill=SkillFactory(key="ear", name="Ear", onet_id="2.A.1.b"),
        target_level="2.75",
        importance=4,
    )

    page = look(client, DESIGNER, role=role)

    assert "<strong>Ear</strong>: the role asks for it just so, target 2.75, importance 4." in page
    assert "The role asks for target 2 and importance 3." in page
    agreed = held(page)
    assert agreed["take"] == ["2", "3", "4", "5", "6", "7"]
    answer = client.post(PAGE, agreed | {"take": ["0"]}, follow=True)
    assert (
        said(answer)
        == "The role is completed. 0 skills are asked for newly, 1 is asked for otherwise; 0 made and 1 linked."
    )
    assert role.role_skills.get(skill__key="design").importance == 5


def test_esco_is_told_by_what_is_in_the_file(client: Client) -> None:
    page = look(client, "technical supervisor", data=packed(ESCO, ""), name="ESCO.zip")

    assert "<strong>Use spreadsheets software</strong> target 3, importance 5" in page
    assert "Uses the ESCO classification of the European Commission." in page


def test_doing_it_twice_makes_nothing_twice(client: Client) -> None:
    agreed = held(look(client, DESIGNER))
    client.post(PAGE, agreed, follow=True)
    answer = client.post(PAGE, agreed, follow=True)

    assert said(answer) == "The role is completed. 0 skills are asked for newly; 0 made."
    assert (JobRole.objects.count(), Skill.objects.count()) == (1, 8)


def test_nothing_ticked_is_nothing_done(client: Client) -> None:
    answer = client.post(PAGE, {"sealed": held(look(client, DESIGNER))["sealed"]}, follow=True)

    assert said(answer) == "No skill was chosen, so nothing was made."
    assert not JobRole.objects.exists()


@pytest.mark.parametrize("flaw", ["forged", "somebody else's", "old", "a role that is gone", "none"])
def test_what_the_page_holds_must_be_its_own(
    flaw: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = JobRoleFactory()
    agreed = held(look(client, DESIGNER, role=role))
    if flaw == "forged":
        agreed["sealed"] += "x"
    elif flaw == "somebody else's":
        client.force_login(AdminFactory())
    elif flaw == "old":
        monkeypatch.setattr(signed_state, "SECONDS", -1)
    elif flaw == "none":
        agreed["sealed"] = ""
    else:
        role.delete()

    answer = client.post(PAGE, agreed, follow=True)

    assert said(answer) == "That is not valid any more. Choose the file again."
    assert not Skill.objects.exists()


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"\x89PNG\r\n\x1a\n", "release is neither a text release of the O*NET database"),
        (b"PK\x03\x04", "This is no zip file that can be read."),
        (
            packed({"bomb.csv": b" " * 90_000_000}),
            "bomb.csv is no table: a line in it is longer than 1,000,000 characters.",
        ),
        (b"", "The submitted file is empty."),
    ],
    ids=["a picture", "a broken package", "a bomb", "nothing"],
)
def test_other_files_are_refused_with_a_sentence(data: bytes, refusal: str, client: Client) -> None:
    assert refusal in look(client, "x", data=data, name="release")


def test_an_occupation_that_is_not_there_is_said_at_its_field(client: Client) -> None:
    assert "No occupation comes near that." in look(client, "plumber")


def test_markup_of_a_file_is_text_on_the_page(client: Client) -> None:
    files = {
        **ONET,
        "Occupation Data.txt": ONET["Occupation Data.txt"].replace(
            "such as cars", "<script>alert(1)</script>"
        ),
    }

    page = client.post(
        PAGE, {"file": SimpleUploadedFile("o.zip", packed(files)), "search": DESIGNER, "level": "3"}
    ).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
