"""Links of skills on their page and in the terminal."""

import html
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from catalog.admin import links
from catalog.models import Skill
from microcred.ai import providers
from microcred.ai.base import EmbedderError, Vectors
from ops.models import AuditLog
from tests.catalog.importing.frameworks.releases import ESCO, ONET, SPREADSHEETS, SQL, packed
from tests.factories.accounts import AdminFactory, AdvisorFactory
from tests.factories.catalog import SkillFactory

pytestmark = pytest.mark.django_db
PAGE = "/admin/catalog/skill/link/"


@pytest.fixture
def client() -> Client:
    browser = Client()
    browser.force_login(AdminFactory())
    return browser


@pytest.fixture(autouse=True)
def skills() -> None:
    SkillFactory(key="sql", name="sql")
    SkillFactory(key="sheets", name="Spreadsheets", description="Use tabular data in software tools.")
    SkillFactory(key="poetry", name="Poetry")
    SkillFactory(key="done", name="Give advice to others", esco_uri=SQL)


def look(client: Client, *, data: bytes | None = None, name: str = "ESCO.zip") -> str:
    file = SimpleUploadedFile(name, packed(ESCO, "") if data is None else data)
    return html.unescape(client.post(PAGE, {"file": file}).content.decode())


def held(page: str) -> dict[str, str]:
    (sealed,) = re.findall(r'name="sealed" value="([^"]*)"', page)
    return {"sealed": sealed, **dict(re.findall(r'name="(link-[^"]*)" value="([^"]*)" checked', page))}


def said(answer: Any) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


def test_a_file_without_skills_is_refused_and_not_said_to_hold_nothing_near(client: Client) -> None:
    jobs = b"conceptType,conceptUri,iscoGroup,preferredLabel,altLabels,description\n"
    jobs += b"Occupation,http://data.europa.eu/esco/occupation/1,2511,data analyst,,Reads data.\n"

    page = look(client, data=jobs, name="occupations_en.csv")

    assert "There are no skills of ESCO in the file, only other things." in page
    assert "Nothing comes near" not in page


def test_the_list_leads_there(client: Client) -> None:
    assert f'href="{PAGE}"' in client.get("/admin/catalog/skill/").content.decode()
    assert "esco.ec.europa.eu" in client.get(PAGE).content.decode()


def test_the_list_finds_the_skills_that_lack_an_id(client: Client) -> None:
    lacking = client.get("/admin/catalog/skill/?esco_uri__isempty=1").content.decode()

    assert all(key in lacking for key in ("sql", "sheets", "poetry"))
    assert "Give advice to others" not in lacking


def test_others_do_not_get_there() -> None:
    browser = Client()
    browser.force_login(AdvisorFactory())

    assert browser.get(PAGE).status_code == 302


def test_only_the_same_name_is_chosen_already(client: Client) -> None:
    page = look(client)

    assert "3 skills have no id of ESCO yet." in page
    assert held(page) | {"sealed": ""} == {"sealed": "", "link-sql": SQL, "link-sheets": ""}
    assert f'name="link-sheets" value="{SPREADSHEETS}">' in page
    assert re.search(r"Nothing comes near</h2>\s*<p class=\"mb-4\">Poetry</p>", page)
    assert "Uses the ESCO classification of the European Commission." in page


def test_what_is_chosen_is_linked_and_written_down(client: Client) -> None:
    agreed = held(look(client)) | {"link-sheets": SPREADSHEETS}

    answer = client.post(PAGE, agreed, follow=True)

    assert said(answer) == "2 skills got the id of ESCO."
    assert dict(Skill.objects.exclude(key="done").values_list("key", "esco_uri")) == {
        "sql": SQL, "sheets": SPREADSHEETS, "poetry": "",
    }  # fmt: skip
    lines = AuditLog.objects.filter(action="skill.linked")
    assert {line.metadata["esco_uri"] for line in lines} == {SQL, SPREADSHEETS}
    assert said(client.post(PAGE, agreed, follow=True)) == "No id was chosen, so no skill was changed."
    assert lines.count() == 2


def test_an_id_that_was_not_offered_is_not_taken(client: Client) -> None:
    agreed = held(look(client)) | {"link-sql": SPREADSHEETS, "link-poetry": SQL, "link-done": SPREADSHEETS}

    answer = client.post(PAGE, agreed, follow=True)

    assert said(answer) == "No id was chosen, so no skill was changed."


def test_an_id_that_somebody_gave_meanwhile_stays(client: Client) -> None:
    agreed = held(look(client))
    Skill.objects.filter(key="sql").update(esco_uri=SPREADSHEETS)

    client.post(PAGE, agreed)

    assert Skill.objects.get(key="sql").esco_uri == SPREADSHEETS


def test_what_the_page_holds_must_be_its_own(client: Client) -> None:
    agreed = held(look(client))
    client.force_login(AdminFactory())

    assert (
        said(client.post(PAGE, agreed, follow=True)) == "That is not valid any more. Choose the file again."
    )
    assert Skill.objects.get(key="sql").esco_uri == ""


def test_a_page_shows_so_many_and_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "MOST_ON_PAGE", 1)

    page = look(client)

    assert "The first 1 are shown. Choose the file again for the next 1" in page
    assert "link-sheets" not in page


def test_where_nothing_comes_near_that_is_said(client: Client) -> None:
    Skill.objects.exclude(key="poetry").update(esco_uri=SQL)

    assert "There is nothing to suggest." in look(client)


def test_another_file_is_refused(client: Client) -> None:
    assert "letter.pdf is neither a text release" in look(client, data=b"%PDF", name="letter.pdf")


def test_a_skill_with_an_id_says_whose_it_is(client: Client) -> None:
    done, poetry = Skill.objects.get(key="done"), Skill.objects.get(key="poetry")

    assert (
        "classification of the European Commission"
        in client.get(f"/admin/catalog/skill/{done.pk}/change/").content.decode()
    )
    assert (
        "European Commission" not in client.get(f"/admin/catalog/skill/{poetry.pk}/change/").content.decode()
    )


class Letters:
    """Vectors by the letter with which a text begins."""

    def embed(self, texts: list[str]) -> Vectors:
        return np.eye(26, dtype=np.float32)[[ord(text[0].lower()) - ord("a") for text in texts]]


@pytest.fixture
def release(tmp_path: Path) -> str:
    path = tmp_path / "ESCO.zip"
    path.write_bytes(packed(ESCO, ""))
    return str(path)


def test_the_terminal_compares_meanings_too(
    release: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(providers, "local_embedder", Letters)
    Skill.objects.filter(key="poetry").update(name="Giving")

    call_command("import_esco", release, "--link")

    shown = capsys.readouterr().out
    assert shown.startswith("3 skills lack an id in ESCO, which has 4 of its own.\npoetry  Giving\n  0.8")
    assert f"sql  sql\n  1.00  {SQL}  SQL (same name)\n" in shown
    assert not Skill.objects.filter(key="sql", esco_uri=SQL).exists()


def test_without_a_model_words_are_compared(
    release: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def away() -> None:
        raise EmbedderError("no weights")

    monkeypatch.setattr(providers, "local_embedder", away)

    call_command("import_esco", release, "--link")

    shown = capsys.readouterr().out
    assert "Compared by words alone: the model for meanings cannot be had here.\n" in shown
    assert "poetry  Poetry\n  nothing comes near\n" in shown


def test_the_terminal_links_what_is_named_and_nothing_else(
    release: str, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_esco", release, "--accept", f"sheets={SPREADSHEETS}", "--dry-run")
    assert capsys.readouterr().out == "0 linked (dry run).\n"

    call_command("import_esco", release, "--link", "--accept", f"sheets={SPREADSHEETS}")

    assert capsys.readouterr().out == "1 linked.\n"
    assert dict(Skill.objects.values_list("key", "esco_uri")) == {
        "sheets": SPREADSHEETS, "done": SQL, "sql": "", "poetry": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("pair", "refusal"),
    [
        ("cobol=x", "There is no skill 'cobol'"),
        ("sql", "ESCO has no skill ''"),
        ("sql=http://example.org/x", "ESCO has no skill 'http://example.org/x'"),
        (f"done={SPREADSHEETS}", "The skill done is .* in ESCO already"),
    ],
)
def test_one_pair_that_is_wrong_links_none(pair: str, refusal: str, release: str) -> None:
    with pytest.raises(CommandError, match=refusal):
        call_command("import_esco", release, "--accept", f"sheets={SPREADSHEETS}", "--accept", pair)

    assert Skill.objects.get(key="sheets").esco_uri == ""


def test_technologies_of_onet_are_found_by_their_examples(client: Client) -> None:
    SkillFactory(key="python", name="Python")

    page = look(client, data=packed(ONET), name="db_29_3_text.zip")

    assert 'name="link-python" value="43232405">' in page
    assert "same as another name of it, 43232405" in page
