"""CTDL and schema.org as JSON-LD."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.importing.credentials.listed import CredentialFile, FileInvalid, LeftOut, Listed
from catalog.importing.credentials.reading import read_credentials

FILES = Path(__file__).parent / "files"
CTID = "ce-19f13d42-f531-4a4f-8493-a583c60c526a"
ESCO = "http://data.europa.eu/esco/skill/S4.8.1"
OTHER = "ce-28e50037-d306-4f1e-aa9d-22a0e716b7a7"


def read(value: Any, language: str = "en") -> CredentialFile:
    return read_credentials(json.dumps(value).encode(), language=language)


def only(value: Any, language: str = "en") -> Listed:
    (entry,) = read(value, language).entries
    assert isinstance(entry, Listed)
    return entry


def credential(**properties: Any) -> dict[str, Any]:
    return {
        "@type": "ceterms:Certificate",
        "@id": f"https://registry.example/resources/{CTID}",
        "ceterms:ctid": CTID,
        **{name.replace("_", ":"): value for name, value in properties.items()},
    }


def file(name: str) -> CredentialFile:
    return read_credentials((FILES / f"{name}.json").read_bytes())


def test_the_registrys_own_documents_are_read() -> None:
    (degree,) = file("credential_1_valid").entries
    assert isinstance(degree, Listed)
    assert (degree.key, degree.said["title"], degree.said["uri"]) == (
        CTID,
        "A.S. in Diesel Technology",
        "http://www.vinu.edu/web/guest/majors",
    )
    (certification,) = file("credential_2_valid").entries
    assert isinstance(certification, Listed)
    assert certification.said["title"] == "Health Informatics"
    assert (
        certification.said["uri"]
        == f"http://lr-staging.learningtapestry.com/resources/{OTHER[:3]}{OTHER[3:].upper()}"
    )
    assert [one.name for one in certification.skills[:2]] == ["Academic Foundations", "Communications"]
    assert len(certification.skills) == 17
    (opportunity,) = file("learning_opportunity_profile_1_valid").entries
    assert isinstance(opportunity, Listed)
    assert opportunity.said["uri"] == "http://www.ahima.org/certification/Recertification"


def test_a_document_that_the_registry_refuses_is_read_as_far_as_it_says_something() -> None:
    (entry,) = file("credential_1_invalid").entries

    assert isinstance(entry, Listed)
    assert (entry.place, entry.said["title"]) == ("entry 1", "Active Standard ASTM E2659")


def test_what_holds_no_credential_is_refused_by_what_it_holds() -> None:
    with pytest.raises(FileInvalid, match="It holds: Competency"):
        file("competency_1_valid")


def test_a_graph_with_language_maps_is_read_in_the_language_that_is_asked_for() -> None:
    graph = {
        "@context": "https://credreg.net/ctdl/schema/context/json",
        "@graph": [
            credential(
                ceterms_name={"en-US": "Joins", "de": "Verbünde"},
                ceterms_description={"en-US": "About joins."},
                ceterms_subjectWebpage="https://a.example/joins",
                ceterms_ownedBy=[{"@id": "https://registry.example/resources/org"}],
                ceterms_inLanguage=["en-us"],
                ceterms_audienceLevelType=[
                    {"ceterms:targetNode": "audLevel:IntermediateLevel"},
                    {"ceterms:targetNode": "audLevel:AdvancedLevel"},
                ],
                ceterms_estimatedDuration=[
                    {"ceterms:exactDuration": "P2W"},
                    {"ceterms:timeRequired": "PT12H"},
                ],
                ceterms_teaches=[
                    {
                        "ceterms:targetNode": "http://data.europa.eu/esco/skill/S4.8.1",
                        "ceterms:targetNodeName": {"en": "SQL"},
                    },
                    {"ceterms:targetNode": "https://registry.example/resources/comp"},
                ],
                ceterms_keyword={"en-US": ["Joins", "Tables"], "de": ["Tabellen"]},
            ),
            {
                "@type": "ceterms:CredentialOrganization",
                "@id": "https://registry.example/resources/org",
                "ceterms:name": {"en-US": "Harbour"},
            },
            {
                "@type": "ceasn:Competency",
                "@id": "https://registry.example/resources/comp",
                "ceasn:competencyText": {"en-us": "Write queries"},
            },
        ],
    }

    english, german = only(graph), only(graph, "de")

    assert english.said == {
        "title": "Joins", "description": "About joins.", "provider": "Harbour", "uri": "https://a.example/joins",
        "level": 3, "hours": 12, "language": "en-US",
    }  # fmt: skip
    assert english.key == CTID
    assert [one.name for one in english.skills] == ["SQL", "Write queries", "Joins", "Tables"]
    assert english.skills[0].ids == (ESCO,)
    assert english.notes == ("“P2W” is how long it goes on, and says no hours",)
    assert (german.said["title"], german.said["description"]) == ("Verbünde", "About joins.")
    assert [one.name for one in german.skills][2:] == ["Tabellen"]
    assert read(graph).format == "CTDL"


@pytest.mark.parametrize(
    ("profile", "hours", "notes"),
    [
        ({"ceterms:exactDuration": "PT40H"}, 40, ()),
        ({"ceterms:maximumDuration": "PT40H"}, 40, ()),
        ({"ceterms:minimumDuration": "PT8H"}, 8, ()),
        (
            {"ceterms:minimumDuration": "PT8H", "ceterms:maximumDuration": "PT9H"},
            9,
            ("between “PT8H” and “PT9H”: the longer one is taken",),
        ),
        ({"ceterms:exactTimeRequired": "PT3H", "ceterms:exactDuration": "P1W"}, 3, ()),
        ({"ceterms:exactDuration": "P1Y"}, None, ("“P1Y” is how long it goes on, and says no hours",)),
        ({"ceterms:description": {"en": "It varies."}}, None, ()),
    ],
)
def test_durations_are_hours_where_they_say_hours(
    profile: dict[str, Any], hours: int | None, notes: tuple[str, ...]
) -> None:
    entry = only(credential(ceterms_name="A", ceterms_estimatedDuration=[profile]))

    assert (entry.said.get("hours"), entry.notes) == (hours, notes)


def test_school_years_and_degrees_say_no_level() -> None:
    levels = [
        {"ceterms:targetNode": "audLevel:BachelorsDegreeLevel"},
        {"ceterms:targetNode": "audLevel:SecondaryLevel"},
    ]

    entry = only(credential(ceterms_name="A", ceterms_audienceLevelType=levels))

    assert "level" not in entry.said
    assert entry.notes == ("“BachelorsDegreeLevel, SecondaryLevel” says no level from 1 to 5",)


def test_what_comes_before_is_found_by_its_id() -> None:
    conditions = [
        {
            "@type": "ceterms:ConditionProfile",
            "ceterms:targetCredential": ["https://registry.example/resources/a"],
        },
        {"ceterms:targetLearningOpportunity": [{"@id": "https://registry.example/resources/b"}]},
    ]

    entry = only(credential(ceterms_name="A", ceterms_requires=conditions))

    assert entry.prerequisites == (
        "https://registry.example/resources/a",
        "https://registry.example/resources/b",
    )


def test_what_is_no_longer_offered_says_so() -> None:
    status = {
        "ceterms:targetNode": "credentialStat:Deprecated",
        "ceterms:targetNodeName": {"en": "Deprecated"},
    }

    assert only(credential(ceterms_name="A", ceterms_credentialStatusType=status)).said["active"] is False


def test_those_that_share_a_web_page_have_their_own_addresses() -> None:
    page = "https://a.example/all"
    one = credential(ceterms_name="A", ceterms_subjectWebpage=page)
    two = {**one, "@id": f"https://registry.example/resources/{OTHER}", "ceterms:ctid": OTHER}

    found = read([one, two]).entries

    assert [entry.said["uri"] for entry in found if isinstance(entry, Listed)] == [one["@id"], two["@id"]]
    assert all(
        "web page is that of several" in note
        for entry in found
        if isinstance(entry, Listed)
        for note in entry.notes
    )


def test_a_course_of_schema_org_is_read() -> None:
    course = {
        "@context": "https://schema.org",
        "@type": "Course",
        "name": "Joins",
        "description": "About joins.",
        "url": "https://a.example/joins",
        "courseCode": "DB-101",
        "provider": {"@type": "Organization", "name": "Harbour", "url": "https://a.example"},
        "inLanguage": "en",
        "timeRequired": "PT6H",
        "educationalLevel": "Beginner",
        "teaches": [
            "Joins, inner and outer",
            {"@type": "DefinedTerm", "name": "SQL", "@id": "http://data.europa.eu/esco/skill/S4"},
        ],
        "keywords": "tables, queries",
        "coursePrerequisites": ["SELECT", {"@type": "Course", "name": "Tables"}],
    }

    entry = only(course)

    assert entry.said == {
        "title": "Joins", "description": "About joins.", "provider": "Harbour", "uri": "https://a.example/joins",
        "level": 1, "hours": 6, "language": "en",
    }  # fmt: skip
    assert entry.key == "DB-101"
    assert [one.name for one in entry.skills] == ["Joins, inner and outer", "SQL", "tables", "queries"]
    assert entry.prerequisites == ("SELECT", "Tables")
    listing = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "position": 1, "item": course}]}
    assert only(listing).said == entry.said
    assert read(course).format == "schema.org"


def test_what_a_graph_only_tells_of_is_no_entry() -> None:
    told = {"@id": "_:b0", "@type": "ceterms:Certification", "ceterms:name": "Told of"}

    assert only({"@graph": [credential(ceterms_name="A"), told]}).said["title"] == "A"


def test_what_is_no_credential_is_left_out_by_what_it_is() -> None:
    found = read(
        [
            credential(ceterms_name="A"),
            {"@type": "ceterms:AssessmentProfile", "ceterms:name": "Exam"},
            {"@type": "ceterms:QualityAssuranceCredential", "@id": "x", "ceterms:name": "Seal"},
            credential(ceterms_name="B", ceterms_subjectWebpage="ftp://a.example"),
        ]
    )

    left = [(one.place, one.name, one.reason) for one in found.entries if isinstance(one, LeftOut)]
    assert left == [
        ("entry 2", "Exam", "it is AssessmentProfile, no credential"),
        ("x", "Seal", "it is a credential of organisations, not of people"),
        (
            f"https://registry.example/resources/{CTID}",
            "B",
            "“ftp://a.example” is no address of the web, such as https://example.org/course",
        ),
    ]


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("[" * 100_000, "nested too deeply"),
        ("[" * 500 + "]" * 500, "nested too deeply"),
        ('{"a":' * 100 + "1" + "}" * 100, "nested too deeply"),
        ('{"a": }', "begins like JSON and is none"),
        ("{}", "It holds: no JSON-LD"),
        ("[]", "It holds: no JSON-LD"),
        ('[1, "x", null]', "It holds: no JSON-LD"),
        ('{"@type": "ceterms:Place"}', "It holds: Place"),
    ],
    ids=["bomb", "deep", "deep objects", "broken", "empty", "empty list", "values", "other"],
)
def test_what_is_no_list_is_refused(text: str, refusal: str) -> None:
    with pytest.raises(FileInvalid, match=refusal):
        read_credentials(text.encode())


TERMS = [
    "@id", "@type", "@graph", "@value", "ceterms:name", "name", "ceterms:ctid", "ceterms:teaches", "ceterms:requires",
    "ceterms:estimatedDuration", "ceterms:exactDuration", "ceterms:audienceLevelType", "ceterms:targetNode",
    "inLanguage", "en", "en-US", "item", "ceterms:ownedBy", "keywords", "ceterms:subjectWebpage",
    "credentialStatusType",
]  # fmt: skip
PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
    st.sampled_from(["ceterms:Certificate", "Course", "PT4H", "P1W", CTID, "https://a.example/x",
        "audLevel:AdvancedLevel",
    ]),
)  # fmt: skip
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(TERMS), inner, max_size=6),
    max_leaves=40,
)


@given(st.dictionaries(st.sampled_from(TERMS), VALUES, max_size=8))
def test_no_document_breaks_the_reader(value: dict[str, Any]) -> None:
    with contextlib.suppress(FileInvalid):
        assert read({"@type": "Course", **value}).entries
