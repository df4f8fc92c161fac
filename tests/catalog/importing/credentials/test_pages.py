"""The page on which curators take over a list of credentials: choosing a file, looking, agreeing."""

import csv
import html
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from catalog.admin import lists, signed_state
from catalog.models import Credential, SkillName
from ops.models import AuditLog
from tests.factories.accounts import AdminFactory, AdvisorFactory
from tests.factories.catalog import CredentialFactory, SkillFactory

pytestmark = pytest.mark.django_db
PAGE = "/admin/catalog/credential/import/"
EXPORT = "/admin/catalog/credential/export/"
LIST = "/admin/catalog/credential/"
TABLE = """Title,Organisation,Link,Duration,Level,Skills,Price
Joins,Harbour,https://a.example/joins,6 h,2,sql,10 EUR
Talks,Harbour,https://a.example/talks,,1,Presentation to groups,
Broken,Harbour,www.example.org,1,9,,
"""
RETIRES = 'id="id_retire_missing" checked'


@pytest.fixture
def client() -> Client:
    browser = Client()
    browser.force_login(AdminFactory(email="root@example.org"))
    return browser


@pytest.fixture(autouse=True)
def skills() -> None:
    SkillFactory(key="sql", name="SQL")
    SkillFactory(key="talks", name="Presenting to groups")


def look(client: Client, text: str | bytes = TABLE, **wishes: str) -> str:
    data = text if isinstance(text, bytes) else text.encode()
    file = SimpleUploadedFile("list.csv", data, content_type="text/csv")
    given = {"file": file, "level": "", "hours": "4", "language": "en", "provider": "", **wishes}
    return str(client.post(PAGE, given).content.decode())


def held(page: str) -> dict[str, Any]:
    """What the page would send back as it stands."""
    hidden = re.findall(r'<input type="hidden" name="(sealed|expected|shown)" value="([^"]*)"', page)
    boxes = re.findall(r'name="take" value="([^"]*)" checked', page)
    names = re.findall(r'<select id="name-\d+" name="([^"]*)">(.*?)</select>', page, re.DOTALL)
    picked = {html.unescape(name): _selected(options) for name, options in names}
    values = {name: html.unescape(value) for name, value in hidden}
    wishes = {"level": _selected(page.partition('name="level"')[2].partition("</select>")[0])}
    for name in ("hours", "language", "provider"):
        (tag,) = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
        wishes[name] = html.unescape("".join(re.findall(r'value="([^"]*)"', tag)))
    return {**values, **picked, **wishes, "take": boxes}


def _selected(options: str) -> str:
    return "".join(re.findall(r'value="([^"]*)" selected', options))


def said(answer: Any) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


def test_the_list_leads_there_and_to_the_download(client: Client) -> None:
    page = client.get(LIST).content.decode()

    assert f'href="{PAGE}"' in page
    assert f'href="{EXPORT}"' in page
    assert "CTDL as JSON-LD" in client.get(PAGE).content.decode()


def test_others_do_not_get_there() -> None:
    browser = Client()
    browser.force_login(AdvisorFactory())

    assert [browser.get(PAGE).status_code, browser.post(PAGE, {}).status_code] == [302, 302]
    assert browser.get(EXPORT).status_code == 302


def test_looking_writes_nothing_and_shows_everything(client: Client) -> None:
    page = html.unescape(look(client))

    assert not Credential.objects.exists()
    assert "Columns that are not read: Price." in page
    assert "2 new</a>; <strong>1 of them brings no skill and will never be recommended</strong>" in page
    assert "line 2: level 2, 6 hours, en <em>(language en: taken where the list says nothing)</em>" in page
    assert (
        "line 3: level 1, 4 hours, en <em>(hours 4, language en: taken where the list says nothing)</em>"
        in page
    )
    assert "Skills: sql 2" in page
    assert "line 4, Broken: “9” is no level: levels go from 1 to 5." in page
    assert "Presentation to groups (1)" in page
    assert '<option value="talks">Presenting to groups (' in page


def test_what_is_ticked_is_made_and_the_list_shows_it(client: Client) -> None:
    agreed = held(look(client))
    agreed["take"] = agreed["take"][:1]

    answer = client.post(PAGE, agreed, follow=True)

    assert answer.redirect_chain[-1][0] == LIST
    assert said(answer) == "1 credential: 1 made."
    row = Credential.objects.get()
    assert (row.title, row.provider, row.level, row.hours) == ("Joins", "Harbour", 2, 6)
    assert AuditLog.objects.get(action="credentials.imported").actor_id == User.objects.get().pk


def test_what_is_picked_for_a_name_is_shown_before_anything_is_made(client: Client) -> None:
    agreed = held(look(client))
    agreed["pick:presentation to groups"] = "talks"
    agreed["take"] = ["1"]

    again = client.post(PAGE, agreed)

    page = html.unescape(again.content.decode())
    assert said(again) == "Other things come of the list now than were shown. Look at them once more."
    assert not Credential.objects.exists()
    assert "Skills: talks 1" in page
    agreed = held(page)
    assert agreed["take"] == ["1"]
    assert said(client.post(PAGE, agreed, follow=True)) == "1 credential: 1 made."
    assert Credential.objects.get().skills.get().key == "talks"
    assert SkillName.objects.get().name == "presentation to groups"
    assert '<option value="talks" selected>' in look(client)


def test_other_wishes_are_shown_before_anything_is_made(client: Client) -> None:
    agreed = held(look(client, hours=""))
    assert agreed["take"] == ["0"]
    agreed["hours"] = "12"

    page = client.post(PAGE, agreed).content.decode()

    assert "level 1, 12 hours" in page
    assert held(page)["take"] == ["0", "1"]
    client.post(PAGE, held(page))
    assert Credential.objects.get(title="Talks").hours == 12


def test_changes_and_what_was_changed_here_are_shown_field_by_field(client: Client) -> None:
    client.post(PAGE, held(look(client)))
    Credential.objects.filter(title="Joins").update(hours=7)
    changed = TABLE.replace("Joins,Harbour", "Joins,Harbour 2").replace("Talks,Harbour", "Talks,H")

    page = look(client, changed)

    assert "<dt>Provider</dt>" in page
    assert "<b>Stands</b> Harbour</dd>" in page
    assert "<b>Comes</b> Harbour 2</dd>" in page
    assert 'name="over" value="0:hours"> Hours, changed here</label>' in page
    assert said(client.post(PAGE, held(page), follow=True)) == "2 credentials: 2 changed."
    row = Credential.objects.get(title="Joins")
    assert (row.provider, row.hours) == ("Harbour 2", 7)
    page = look(client, changed)
    assert "1 changed here</a> since the last import, and stays as it is" in page
    client.post(PAGE, held(page) | {"over": ["0:hours"]})
    row.refresh_from_db()
    assert row.hours == 6


def test_ticks_stay_where_the_page_is_shown_again(client: Client) -> None:
    client.post(PAGE, held(look(client)))
    Credential.objects.update(hours=7)
    agreed = held(look(client, TABLE.replace("Joins,Harbour", "Joins,Harbour 2")))
    assert agreed["take"] == ["0"]

    page = client.post(PAGE, agreed | {"take": [], "over": ["0:hours"], "language": "klingon!"}, follow=True)

    shown = page.content.decode()
    assert said(page).startswith("Language of new ones that say none: “klingon!” is no language")
    assert held(shown)["take"] == []
    assert 'name="over" value="0:hours" checked' in shown
    assert Credential.objects.filter(hours=7).count() == 2


def test_those_not_in_the_list_are_named_and_retired_where_ticked(client: Client) -> None:
    old = CredentialFactory(title="Old one", provider="Harbour")
    page = look(client)

    assert "<li>Old one, Harbour</li>" in page
    assert RETIRES not in page
    again = client.post(PAGE, held(page) | {"retire_missing": "on", "hours": "12"}).content.decode()
    assert RETIRES in again
    assert said(client.post(PAGE, held(page) | {"take": [], "retire_missing": "on"}, follow=True)) == (
        "1 credential: 1 retired."
    )
    old.refresh_from_db()
    assert not old.active


def test_what_a_page_does_not_name_it_does_not_retire(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_ON_PAGE", 1)
    CredentialFactory.create_batch(2, provider="Harbour")

    page = look(client)
    client.post(PAGE, held(page) | {"retire_missing": "on"})

    assert "<li>and 1 more</li>" in page
    assert "So many are retired by" in page
    assert not Credential.objects.filter(active=False).exists()


def test_doing_it_twice_makes_nothing_twice(client: Client) -> None:
    agreed = held(look(client))
    client.post(PAGE, agreed, follow=True)

    answer = client.post(PAGE, agreed, follow=True)

    assert "Other things come of the list now" in said(answer)
    assert Credential.objects.count() == 2
    assert "There is nothing to do." in look(client, TABLE.replace("Presentation to groups", ""))


def test_a_list_that_is_left_out_whole_does_not_say_that_there_is_nothing_to_do(client: Client) -> None:
    page = look(client, "title,uri,level\nJoins,https://a.example/joins,\n")

    assert "There is nothing to do." not in page
    assert 'taken over as it stands; <a class="underline" href="#left-out">see why</a>.' in page


def test_nothing_ticked_is_nothing_done(client: Client) -> None:
    answer = client.post(PAGE, held(look(client)) | {"take": []}, follow=True)

    assert said(answer) == "Nothing was chosen, so nothing was done."
    assert not Credential.objects.exists()


@pytest.mark.parametrize("flaw", ["forged", "somebody else's", "old", "none"])
def test_what_the_page_holds_must_be_its_own(
    flaw: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreed = held(look(client))
    if flaw == "forged":
        agreed["sealed"] += "x"
    elif flaw == "somebody else's":
        client.force_login(AdminFactory())
    elif flaw == "old":
        monkeypatch.setattr(signed_state, "SECONDS", -1)
    else:
        agreed["sealed"] = ""

    answer = client.post(PAGE, agreed, follow=True)

    assert said(answer) == "That is not valid any more. Choose the file again."
    assert not Credential.objects.exists()


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0", "The file is no text. Save the list as CSV"),
        (b"PK\x03\x04", "The file is a workbook or a package."),
        ("", "The submitted file is empty."),
        ("Price,Stars\n1,2\n", "It has: Price, Stars. Columns are: key, title,"),
        ("title,uri\n", "There is no credential in the file. It was read as a table."),
        ("<html></html>", "The file is XML or a web page."),
        ("[" * 100_000, "The file is nested too deeply."),
        (b"x" * 10_000_001, "The file is larger than 10 MB."),
    ],
    ids=["picture", "workbook", "nothing", "columns", "header", "html", "nested", "large"],
)
def test_files_that_are_no_lists_are_refused_with_a_sentence(
    text: str | bytes, refusal: str, client: Client
) -> None:
    assert refusal in html.unescape(look(client, text))


def test_a_page_shows_so_many_and_takes_no_others(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_ON_PAGE", 1)

    page = look(client)

    assert "1 more are not shown and not taken over" in html.unescape(page)
    client.post(PAGE, held(page))
    assert Credential.objects.count() == 1


def test_what_a_page_cannot_hold_is_left_to_the_command(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_SEALED", 100)

    assert "`manage.py import_credentials` takes it" in html.unescape(look(client))


def test_markup_of_a_list_is_text_on_the_page(client: Client) -> None:
    page = look(
        client, "title,uri,level,skills\n&lt;script&gt;alert(1),https://a.example/x,1,<script>alert(2)\n"
    )

    assert "<script>alert(" not in page


def test_the_download_holds_what_the_list_shows(client: Client) -> None:
    CredentialFactory(title="=Joins", provider="Harbour", level=2, key="joins")
    CredentialFactory(title="Other", provider="Elsewhere", level=3)

    page = client.get(LIST, {"level": "2"}).content.decode()
    answer = client.get(EXPORT, {"level": "2"})

    assert f'href="{EXPORT}?level=2"' in page
    assert answer["Content-Disposition"] == 'attachment; filename="credentials.csv"'
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    header, row = csv.reader(io.StringIO(text))
    assert dict(zip(header, row, strict=True))["title"] == "'=Joins"
    assert row[0] == "joins"
