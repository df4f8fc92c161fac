"""Lists that others keep against the catalog: what is made, changed, held, left alone and retired."""

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.importing.credentials import planning
from catalog.importing.credentials.applying import CatalogChangedMeanwhile, Taken, take
from catalog.importing.credentials.exporting import csv_of
from catalog.importing.credentials.listed import CredentialFile
from catalog.importing.credentials.ordering import ROUND
from catalog.importing.credentials.plan import Choice, Entry, ImportDefaults, Plan
from catalog.importing.credentials.planning import plan
from catalog.importing.credentials.reading import read_credentials
from catalog.models import Credential, CredentialDocument, CredentialImport, SkillName
from ops.models import AsyncJob, AuditLog
from tests.factories.accounts import AdminFactory
from tests.factories.catalog import (
    CredentialDocumentFactory,
    CredentialFactory,
    CredentialSkillFactory,
    JobRoleFactory,
    SkillFactory,
)

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
HEADER = "key,title,provider,uri,level,hours,language,skills,roles,prerequisites,description,document\n"
FIRST = 'joins,Joins,Harbour,https://a.example/joins,2,6,en,"sql:2; python",Analyst,,About joins.,"# Joins\nText."\n'
SECOND = "more-joins,More joins,Harbour,https://a.example/more,3,8,en,sql:3,,joins,Further.,\n"


@pytest.fixture(autouse=True)
def catalog() -> None:
    SkillFactory(key="sql", name="SQL")
    SkillFactory(key="python", name="Python")
    JobRoleFactory(key="analyst", name="Analyst")


def listed(text: str) -> CredentialFile:
    return read_credentials(text.encode())


def looked(text: str, **wishes: Any) -> Plan:
    return plan(listed(text), ImportDefaults(**wishes))


def taken(text: str, choice: Choice | None = None, **wishes: Any) -> Taken:
    return take(listed(text), ImportDefaults(**wishes), choice or Choice(), by=None, now=NOW)


def counts(found: Plan) -> dict[str, int]:
    names = ("new", "changed", "held", "unchanged", "left_out", "missing")
    return {name: len(getattr(found, name)) for name in names if getattr(found, name)}


def reasons(found: Plan) -> list[str]:
    return [f"{one.place}: {one.reason}" for one in found.left_out]


def changes(entry: Entry) -> list[tuple[str, str, str, bool]]:
    return [(one.name, one.stands, one.comes, one.is_held) for one in entry.changes]


def test_what_is_new_is_made_with_all_that_hangs_on_it() -> None:
    done = taken(HEADER + FIRST + SECOND)

    assert done == Taken(made=2, changed=0, retired=0, unchanged=0)
    row = Credential.objects.get(key="joins")
    assert (row.title, row.provider, row.uri) == ("Joins", "Harbour", "https://a.example/joins")
    assert (row.level, row.hours, row.language, row.description) == (2, 6, "en", "About joins.")
    brought = dict(row.credential_skills.values_list("skill__key", "level"))
    assert brought == {"sql": Decimal(2), "python": Decimal(2)}
    assert row.roles.get().key == "analyst"
    assert Credential.objects.get(key="more-joins").prerequisites.get() == row
    document = row.documents.get()
    assert (document.uri, document.title, document.text) == (row.uri, "Joins", "# Joins\nText.\n")


def test_the_index_is_told_once_and_the_trail_names_each() -> None:
    admin = AdminFactory()
    take(listed(HEADER + FIRST + SECOND), ImportDefaults(), Choice(), by=admin, now=NOW)

    assert AsyncJob.objects.filter(kind="recommendations.embed").count() == 1
    lines = AuditLog.objects.filter(action__startswith="credential").values_list("action", "actor_id")
    assert sorted(lines) == [
        ("credential.created", admin.pk),
        ("credential.created", admin.pk),
        ("credentials.imported", admin.pk),
    ]
    whole = AuditLog.objects.get(action="credentials.imported")
    assert whole.metadata == {"made": 2, "changed": 0, "retired": 0, "names": 0}


def test_the_same_list_twice_makes_nothing_and_writes_nothing() -> None:
    taken(HEADER + FIRST + SECOND)
    trail = AuditLog.objects.count()

    with CaptureQueriesContext(
        connection,
    ) as asked:
        done = taken(HEADER + FIRST + SECOND)

    assert done == Taken(made=0, changed=0, retired=0, unchanged=2)
    assert AuditLog.objects.count() == trail
    written = [one["sql"] for one in asked if one["sql"].startswith(("INSERT", "UPDATE", "DELETE", "WITH"))]
    assert written == []


def test_a_changed_entry_changes_its_fields_and_no_others() -> None:
    taken(HEADER + FIRST + SECOND)
    embeddings = CredentialDocument.objects.get().content_hash
    changed = (
        FIRST.replace("sql:2; python", "sql:4")
        .replace(",6,", ",9,")
        .replace("Joins,Harbour", "All joins,Harbour")
    )

    (entry,) = looked(HEADER + changed + SECOND).changed

    assert changes(entry) == [
        ("title", "Joins", "All joins", False),
        ("hours", "6", "9", False),
        ("skills", "python 2, sql 2", "sql 4", False),
    ]
    assert taken(HEADER + changed + SECOND) == Taken(made=0, changed=1, retired=0, unchanged=1)
    row = Credential.objects.get(key="joins")
    assert (row.title, row.hours, row.level, row.updated_at) == ("All joins", 9, 2, NOW)
    assert dict(row.credential_skills.values_list("skill__key", "level")) == {"sql": Decimal(4)}
    assert row.documents.get().content_hash == embeddings
    line = AuditLog.objects.get(action="credential.changed")
    assert line.metadata == {"imported": True, "fields": ["title", "hours", "skills"]}


def test_a_changed_document_is_written_over_the_old_one() -> None:
    taken(HEADER + FIRST)

    taken(HEADER + FIRST.replace("Text.", "Other text."))

    assert CredentialDocument.objects.get().text == "# Joins\nOther text.\n"


def test_long_texts_are_shown_from_where_they_differ() -> None:
    same = "The same. " * 100
    taken(HEADER + FIRST.replace("About joins.", f"{same}Old.").replace("Text.", f"{same}Old text."))

    (entry,) = looked(
        HEADER + FIRST.replace("About joins.", f"{same}New.").replace("Text.", f"{same}New text.")
    ).changed

    assert changes(entry) == [
        ("description", f"…{same[-120:]}Old.", f"…{same[-120:]}New.", False),
        ("document", f"…{same[-120:]}Old text.\n", f"…{same[-120:]}New text.\n", False),
    ]


def test_an_empty_cell_says_nothing() -> None:
    taken(HEADER + FIRST)

    found = looked(HEADER + "joins,Joins,,https://a.example/joins,,,,,,,,\n")

    assert counts(found) == {"unchanged": 1}


def test_what_somebody_changed_here_is_shown_and_stays_unless_ticked() -> None:
    taken(HEADER + FIRST)
    Credential.objects.update(hours=20, title="Joins for all")
    both = HEADER + FIRST.replace("Joins,Harbour", "Joins anew,Harbour").replace(",2,6,", ",4,6,")

    (entry,) = looked(both).changed

    assert changes(entry) == [
        ("title", "Joins for all", "Joins anew", True),
        ("level", "2", "4", False),
        ("hours", "20", "6", True),
    ]
    taken(both)
    row = Credential.objects.get()
    assert (row.title, row.level, row.hours) == ("Joins for all", 4, 20)
    assert counts(looked(both)) == {"held": 1}
    assert taken(both, Choice(over={(0, "hours")})) == Taken(made=0, changed=1, retired=0, unchanged=0)
    row.refresh_from_db()
    assert (row.title, row.hours) == ("Joins for all", 6)
    assert taken(both, Choice(over=None)).changed == 1
    assert counts(looked(both)) == {"unchanged": 1}


def test_a_document_that_somebody_changed_here_stays() -> None:
    taken(HEADER + FIRST)
    document = CredentialDocument.objects.get()
    document.text, document.content_hash = "Mine.\n", "0" * 64
    document.save()

    (entry,) = looked(HEADER + FIRST).held

    assert changes(entry) == [("document", "Mine.\n", "# Joins\nText.\n", True)]


def test_credentials_are_found_by_address_then_key_then_title_and_provider() -> None:
    by_address = CredentialFactory(key="one", title="One", uri="https://A.example/one/")
    by_key = CredentialFactory(key="two", title="Two", uri="https://a.example/two")
    by_name = CredentialFactory(key="three", title="Three", provider="Harbour", uri="https://a.example/3")
    text = (
        "key,title,provider,uri\n"
        "other,One,,http://a.example/one\n"
        "two,Two,,https://elsewhere.example/two\n"
        ",three,HARBOUR,https://a.example/three\n"
    )

    found = looked(text)

    assert [one.pk for one in found.changed] == [by_address.pk, by_key.pk, by_name.pk]
    assert [one.key for one in found.changed] == ["one", "two", "three"]
    assert not found.new


def test_of_two_addresses_that_are_one_but_for_their_spelling_each_is_found_by_its_own() -> None:
    CredentialFactory(key="one", uri="http://a.example/one")
    CredentialFactory(key="two", uri="https://a.example/one")

    found = looked("uri,title\nhttps://a.example/one,Two\n")

    assert [one.key for one in found.changed] == ["two"]


def test_doubles_in_a_list_are_left_out_with_the_place_of_the_first() -> None:
    CredentialFactory(key="here", title="Here", uri="https://a.example/here")
    CredentialFactory(key="there", title="There", uri="https://a.example/there")
    text = (
        "key,title,uri,level,hours\n"
        "a,A,https://a.example/a,1,1\n"
        "b,B,https://a.example/a/,1,1\n"
        "a,C,https://a.example/c,1,1\n"
        "here,H,https://a.example/here,1,1\n"
        "here,H,https://a.example/h,1,1\n"
        "there,H,https://a.example/here,1,1\n"
    )

    found = looked(text)

    assert reasons(found) == [
        "line 3: its address is that of line 2",
        "line 4: its key is that of line 2",
        "line 6: it is the same credential as line 5",
        "line 7: its address is that of “Here”, its key that of “There”",
    ]
    assert counts(found) == {"new": 1, "changed": 1, "left_out": 4}


def test_keys_are_made_of_titles_and_never_twice() -> None:
    CredentialFactory(key="joins", title="Joins", provider="Other")
    text = (
        "title,provider,uri,level,hours\n"
        "Joins,Harbour,https://a.example/1,1,1\n"
        "Über Größen & Maße,Harbour,https://a.example/2,1,1\n"
        "Über Größen & Maße,Harbour,https://a.example/3,1,1\n"
        "数据,Harbour,https://a.example/4,1,1\n"
    )

    keys = [one.key for one in looked(text).new]

    assert keys == ["joins-d817b80f", "uber-groen-mae", keys[2], keys[3]]
    assert keys[2].startswith("uber-groen-mae-")
    assert keys[3].startswith("credential-")
    assert taken(text).made == 4


def test_what_is_not_said_is_taken_from_what_was_wished_and_said_so() -> None:
    text = "title,uri\nJoins,https://a.example/joins\n"

    assert reasons(looked(text)) == ["line 2: it says no level: choose what is taken where none is said"]
    assert reasons(looked(text, level=2)) == [
        "line 2: it says no hours: choose what is taken where none is said"
    ]
    (entry,) = looked(text, level=2, hours=5, provider="Harbour", language="de").new
    assert entry.assumed == ("level 2", "hours 5", "provider Harbour", "language de")
    assert entry.notes == ("it brings no skill that is known here, so it will never be recommended",)
    taken(text, level=2, hours=5)
    assert CredentialImport.objects.get().said.keys() == {"title", "uri"}


def test_wishes_change_nothing_that_stands() -> None:
    taken(HEADER + FIRST)

    found = looked(
        "title,uri\nJoins,https://a.example/joins\n", level=5, hours=50, provider="X", language="de"
    )

    assert counts(found) == {"unchanged": 1}


def test_skills_are_found_by_key_id_and_name_and_others_are_only_suggested() -> None:
    SkillFactory(key="writing", name="Writing", onet_id="2.A.1.c")
    SkillFactory(key="talks", name="Presenting to groups")
    named = "PYTHON; sql:2; 2.A.1.c; Presentation for groups; x"
    text = f"title,uri,level,hours,skills\nA,https://a.example/a,3,4,{named}\n"

    found = looked(text)

    (entry,) = found.new
    assert entry.found == ("python 3", "sql 2", "writing 3")
    assert [(one.called, one.entries, one.picked) for one in found.names] == [
        ("Presentation for groups", 1, ""),
        ("x", 1, ""),
    ]
    assert found.names[0].near[0].key == "talks"
    assert found.names[1].near == ()


def test_what_was_picked_for_a_name_counts_and_is_remembered() -> None:
    text = "title,uri,level,hours,skills\nA,https://a.example/a,3,4,Databases\n"
    picked = {"databases": "sql"}

    assert looked(text, skills=picked).new[0].found == ("sql 3",)
    taken(text, skills=picked)

    assert SkillName.objects.get().skill.key == "sql"
    assert counts(looked(text)) == {"unchanged": 1}
    assert looked(text).names[0].picked == "sql"
    taken(text, skills={"databases": ""})
    assert not SkillName.objects.exists()


def test_names_beyond_a_page_come_once_others_are_picked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MOST_NAMES", 1)
    text = "title,uri,level,hours,skills\nA,https://a.example/a,3,4,One; Two\n"

    found = looked(text)
    assert ([one.called for one in found.names], found.more_names) == (["One"], 1)

    found = looked(text, skills={"one": "sql"})
    assert ([one.called for one in found.names], found.more_names) == (["Two", "One"], 0)


@pytest.mark.parametrize(
    ("field", "length", "reason"),
    [
        ("title", 301, "its title is longer than 300 characters"),
        ("provider", 301, "its provider is longer than 300 characters"),
        ("description", 100_001, "its description is longer than 100,000 characters: make it its document"),
        ("description", 2_000_000, "its description is much too long"),
        ("document", 4_200_000, "its document is larger than 4 MB"),
    ],
)
def test_what_is_too_long_is_left_out(field: str, length: int, reason: str) -> None:
    row = {"title": "A", "uri": "https://a.example/a", "level": "1", "hours": "1", field: "x" * length}

    assert reasons(looked(f"{','.join(row)}\n{','.join(row.values())}\n")) == [f"line 2: {reason}"]


def test_skills_that_a_list_does_not_name_rightly_leave_those_that_stand() -> None:
    taken(HEADER + FIRST)

    found = looked("title,uri,skills\nJoins,https://a.example/joins,Juggling\n")

    assert counts(found) == {"unchanged": 1}


def test_a_prerequisite_that_is_not_taken_now_comes_with_a_later_import() -> None:
    both = HEADER + FIRST + SECOND

    taken(both, Choice(entries={1}))
    assert not Credential.objects.get().prerequisites.exists()
    taken(both)

    assert Credential.objects.get(key="more-joins").prerequisites.get().key == "joins"
    assert counts(looked(both)) == {"unchanged": 2}


def test_roles_and_prerequisites_that_are_not_there_are_named() -> None:
    text = HEADER + FIRST.replace("Analyst,,", "Pilot,Unheard-of,")

    (entry,) = looked(text).new

    assert entry.notes == (
        "there is no role “Pilot”",
        "“Unheard-of”, which is to come before it, is not known",
    )


def test_what_would_come_after_itself_says_so() -> None:
    text = (
        "key,title,uri,level,hours,prerequisites\n"
        "a,A,https://a.example/a,1,1,b\n"
        "b,B,https://a.example/b,1,1,c\n"
        "c,C,https://a.example/c,1,1,a; d\n"
        "d,D,https://a.example/d,1,1,\n"
        "e,E,https://a.example/e,1,1,a\n"
        "f,F,https://a.example/f,1,1,f\n"
    )

    assert [one.key for one in looked(text).new if ROUND in one.notes] == ["a", "b", "c"]


def test_those_that_the_list_lacks_are_named_and_retired_only_where_asked_for() -> None:
    taken(HEADER + FIRST + SECOND)
    CredentialFactory(title="Other", provider="Elsewhere")

    found = looked(HEADER + FIRST)

    assert [one.title for one in found.missing] == ["More joins"]
    assert taken(HEADER + FIRST).retired == 0
    assert taken(HEADER + FIRST, Choice(retire_missing=True)).retired == 1
    assert not Credential.objects.get(key="more-joins").active
    assert AuditLog.objects.filter(action="credential.retired").count() == 1
    assert Credential.objects.filter(active=True).count() == 2


def test_what_an_import_retired_comes_back_with_its_list_and_what_a_person_retired_does_not() -> None:
    taken(HEADER + FIRST + SECOND)
    taken(HEADER + FIRST, Choice(retire_missing=True))

    (entry,) = looked(HEADER + FIRST + SECOND).changed
    assert changes(entry) == [("active", "retired", "recommended", False)]
    taken(HEADER + FIRST + SECOND)
    assert Credential.objects.filter(active=True).count() == 2

    Credential.objects.filter(key="joins").update(active=False)
    found = looked(HEADER + FIRST + SECOND)
    assert counts(found) == {"unchanged": 2}
    assert found.unchanged[0].notes == ("it is retired here, and stays so",)


def test_an_entry_that_is_left_out_is_not_missing() -> None:
    taken(HEADER + FIRST + SECOND)

    found = looked(HEADER + FIRST + SECOND.replace(",3,8,", ",9,8,"))

    assert counts(found) == {"unchanged": 1, "left_out": 1}


def test_markup_is_taken_out_of_what_comes_and_left_in_what_stands() -> None:
    text = "title,uri,level,hours,description\n" + (
        'A,https://a.example/a,1,1,"<p>One <b>two</b></p><script>alert(1)</script><p>3 &lt; 4</p>"\n'
    )
    taken(text)
    assert Credential.objects.get().description == "One two\n\n3 < 4"
    assert counts(looked(text)) == {"unchanged": 1}

    Credential.objects.update(description="Use <b> in\r\nHTML")
    CredentialImport.objects.all().delete()
    again = 'title,uri,description\nA,https://a.example/a,"Use <b> in\nHTML"\n'
    assert counts(looked(again)) == {"unchanged": 1}


def test_what_is_agreed_to_is_what_was_shown() -> None:
    file = listed(HEADER + FIRST)
    seen = plan(file, ImportDefaults()).fingerprint
    CredentialFactory(uri="https://a.example/joins")

    with pytest.raises(CatalogChangedMeanwhile, match="has changed since you looked"):
        take(file, ImportDefaults(), Choice(), by=None, now=NOW, expected=seen)

    assert Credential.objects.count() == 1


ODD = [
    "=1+1", "+4", "-5", "@x", "'=x", "''-", "\ttab", 'a "quoted" word', "two\nlines", "Grüße, ß; ł|ñ", "1,5",
    " spaced ", "<b>bold</b> & co", "\r\nback", "'", "0",
]  # fmt: skip


def test_what_was_exported_is_read_back_as_unchanged() -> None:
    before = CredentialFactory(key="Odd_Key-1")
    for at, text in enumerate(ODD):
        row = CredentialFactory(
            title=f"{text}{at}", description=text, provider=text, active=at % 3 > 0, level=1 + at % 5
        )
        CredentialSkillFactory(credential=row, skill__key=f"s-{at}", level=Decimal("2.35"))
        row.prerequisites.add(before)
        CredentialDocumentFactory(credential=row, text=f"{text}\n", content_hash="")
        CredentialDocumentFactory(credential=row, uri=f"https://b.example/{at}", text="Second.")
    for document in CredentialDocument.objects.all():
        CredentialDocument.objects.filter(pk=document.pk).update(content_hash=_hash(document.text))

    table = "".join(csv_of(Credential.objects.order_by("key")))

    assert [changes(one) for one in looked(table).changed] == []
    assert counts(looked(table)) == {"unchanged": len(ODD) + 1}
    assert all(not one.notes or "retired" in one.notes[0] for one in looked(table).unchanged)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("again", [False, True], ids=["new", "changed"])
def test_no_statement_is_asked_for_each_entry(again: bool) -> None:
    def statements(count: int) -> int:
        Credential.objects.all().delete()
        rows = [
            f"c-{at},T{at},H,https://a.example/{at},1,{at + 1},en,sql:2,Analyst,{'c-0' if at else ''},D,Document\n"
            for at in range(count)
        ]
        if again:
            taken(
                HEADER
                + "".join(rows).replace("sql:2", "python:3").replace(",1,", ",2,").replace("Document", "Doc")
            )
        with CaptureQueriesContext(connection) as asked:
            done = taken(HEADER + "".join(rows))
        assert done.made + done.changed == count
        return len(asked)

    statements(2)
    assert statements(5) == statements(60)
