"""Loading a catalog folder: all or nothing, and the second time nothing."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalog.importing.bundle import BundleInvalid
from catalog.importing.folder import read_folder
from catalog.importing.storing import store
from catalog.management.commands.load_catalog import SEED_DATA
from catalog.models import Credential, CredentialDocument, JobRole, Question, QuestionVersion
from tests.factories.catalog import NOW, QuestionFactory

QUESTION = {
    "key": "clerk-sum",
    "type": "numeric",
    "prompt": "What is 2 + 2?",
    "rules": {"kind": "numeric", "value": "4"},
    "weight": "1",
    "difficulty": 1,
    "skills": [{"skill": "counting", "weight": "1"}],
}
ROLE = {
    "key": "clerk",
    "name": "Clerk",
    "description": "Counts.",
    "skills": [{"skill": "counting", "target_level": 3, "importance": 5}],
    "prerequisites": [],
    "questions": [QUESTION],
}
SKILLS = {"skills": [{"key": "counting", "name": "Counting", "category": "basic", "description": "Count."}]}
CREDENTIAL = """+++
key = "counting-basics"
title = "Counting Basics"
provider = "Harbour Data School"
level = 2
hours = 4
language = "en"
roles = ["clerk"]
summary = "How to count."
uri = "https://credentials.example.org/counting-basics"
prerequisites = []
[skills]
counting = 2
+++
# Counting Basics

## What it covers
One, two, three.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "roles").mkdir()
    (tmp_path / "credentials").mkdir()
    (tmp_path / "skills.json").write_text(json.dumps(SKILLS))
    (tmp_path / "roles" / "clerk.json").write_text(json.dumps(ROLE))
    (tmp_path / "credentials" / "counting-basics.md").write_text(CREDENTIAL)
    return tmp_path


def problems_of(folder: Path) -> list[str]:
    with pytest.raises(BundleInvalid) as caught:
        read_folder(folder)
    return caught.value.problems


@pytest.mark.django_db
def test_a_folder_is_loaded_once_and_then_left_alone(folder: Path) -> None:
    first = store(read_folder(folder), by=None, now=NOW)
    second = store(read_folder(folder), by=None, now=NOW)

    assert first.created["questions"] == 1
    assert not second.changed
    assert Credential.objects.get().roles.get() == JobRole.objects.get()
    assert CredentialDocument.objects.get().text.startswith("# Counting Basics\n")
    assert QuestionVersion.objects.get().content["rules"] == {"kind": "numeric", "value": "4"}


@pytest.mark.django_db
def test_a_changed_question_becomes_a_new_version_and_keeps_the_old_one(folder: Path) -> None:
    store(read_folder(folder), by=None, now=NOW)
    changed = ROLE | {"questions": [QUESTION | {"prompt": "What is two plus two?"}]}
    (folder / "roles" / "clerk.json").write_text(json.dumps(changed))

    report = store(read_folder(folder), by=None, now=NOW)

    assert report.updated == {"questions": 1}
    assert list(QuestionVersion.objects.order_by("version").values_list("version", flat=True)) == ["1", "2"]
    assert Question.objects.get().version == "2"


@pytest.mark.django_db
def test_a_dry_run_reports_and_changes_nothing(folder: Path) -> None:
    report = store(read_folder(folder), by=None, now=NOW, dry_run=True)

    assert report.created["credentials"] == 1
    assert not Credential.objects.exists()


def test_every_problem_is_named_not_only_the_first(folder: Path) -> None:
    (folder / "skills.json").write_text(json.dumps({"skills": []}))
    (folder / "credentials" / "counting-basics.md").write_text(CREDENTIAL.replace("level = 2", "level = 9"))

    assert problems_of(folder) == [
        "skills.json: skills: [] should be non-empty",
        "counting-basics.md: level: 9 is greater than the maximum of 5",
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("counting = 2", "reading = 2", "credential counting-basics: unknown skill 'reading'"),
        ('roles = ["clerk"]', 'roles = ["pilot"]', "credential counting-basics: unknown role 'pilot'"),
        (
            "prerequisites = []",
            'prerequisites = ["zero"]',
            "credential counting-basics: unknown credential 'zero'",
        ),
    ],
)
def test_references_must_exist(folder: Path, old: str, new: str, problem: str) -> None:
    (folder / "credentials" / "counting-basics.md").write_text(CREDENTIAL.replace(old, new))

    assert problems_of(folder) == [problem]


def test_a_key_that_its_schema_refuses_is_named(folder: Path) -> None:
    broken = ROLE | {"questions": [QUESTION | {"rules": {"kind": "numeric", "value": 4}}]}
    (folder / "roles" / "clerk.json").write_text(json.dumps(broken))

    assert problems_of(folder) == [
        'question clerk-sum: rules.value: must be a decimal number written as a string, such as "42.5"'
    ]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"key": "k" * 65}, "clerk.json: key"),
        ({"name": "n" * 65}, "clerk.json: name"),
        ({"skills": [{"skill": "counting", "target_level": 3.333, "importance": 5}]}, "clerk.json: skills.0"),
        ({"questions": [QUESTION | {"weight": "0.00"}]}, "clerk.json: questions.0.weight"),
        ({"questions": [QUESTION | {"weight": "1000"}]}, "clerk.json: questions.0.weight"),
        ({"questions": [QUESTION | {"weight": "1.234"}]}, "clerk.json: questions.0.weight"),
        (
            {"questions": [QUESTION | {"skills": [{"skill": "counting", "weight": "0"}]}]},
            "clerk.json: questions.0.skills.0.weight",
        ),
    ],
)
def test_what_the_database_would_refuse_or_round_is_named(
    folder: Path, change: dict[str, object], place: str
) -> None:
    (folder / "roles" / "clerk.json").write_text(json.dumps(ROLE | change))

    (problem,) = problems_of(folder)

    assert problem.startswith(place)


def test_what_must_be_unique_stands_once(folder: Path) -> None:
    twin = ROLE | {"key": "clerk-two", "questions": [QUESTION | {"key": "clerk-two-sum"}]}
    (folder / "roles" / "clerk-two.json").write_text(json.dumps(twin))
    copy = CREDENTIAL.replace('key = "counting-basics"', 'key = "counting-again"')
    (folder / "credentials" / "counting-again.md").write_text(copy)

    assert problems_of(folder) == [
        "role name Clerk: stands twice",
        "credential address https://credentials.example.org/counting-basics: stands twice",
    ]


def test_a_document_that_is_no_text_is_named(folder: Path) -> None:
    (folder / "credentials" / "counting-basics.md").write_bytes(CREDENTIAL.encode("utf-16"))

    (problem,) = problems_of(folder)

    assert problem.startswith("counting-basics.md: 'utf-8' codec can't decode")


def test_a_document_without_front_matter_is_named(folder: Path) -> None:
    (folder / "credentials" / "counting-basics.md").write_text("# Counting Basics\n")

    assert problems_of(folder) == ["counting-basics.md: must begin with TOML between two lines of +++"]


@pytest.mark.django_db
def test_the_command_loads_nothing_from_a_broken_folder(folder: Path) -> None:
    (folder / "skills.json").write_text("{")

    with pytest.raises(CommandError, match="Nothing was loaded"):
        call_command("load_catalog", str(folder))

    assert not JobRole.objects.exists()


@pytest.mark.django_db
def test_a_catalog_that_is_there_can_be_left_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_catalog", str(folder), "--if-empty")
    JobRole.objects.update(description="As staff changed it.")

    call_command("load_catalog", str(folder), "--if-empty")

    assert JobRole.objects.get().description == "As staff changed it."
    assert "it is kept as it is" in capsys.readouterr().out


def test_the_demo_catalog_is_as_large_as_a_real_one() -> None:
    bundle = read_folder(SEED_DATA)

    types = {
        role.key: {question.fields["question_type"] for question in role.questions} for role in bundle.roles
    }
    assert len(bundle.roles) >= 6
    assert all(len(role.questions) >= 12 for role in bundle.roles)
    assert all(
        {"multiple_choice", "numeric", "short_text", "essay", "profile"} <= found for found in types.values()
    )
    assert len(bundle.credentials) >= 120
    assert all(entry.document_text.count("\n\n") >= 4 for entry in bundle.credentials)


def test_the_demo_catalog_measures_every_skill_twice_and_can_teach_it_at_two_levels() -> None:
    bundle = read_folder(SEED_DATA)

    for role in bundle.roles:
        for skill in role.needs:
            measuring = [question.key for question in role.questions if skill in question.skills]
            levels = {
                entry.skills[skill]
                for entry in bundle.credentials
                if skill in entry.skills and role.key in entry.roles
            }
            assert len(measuring) >= 2, (role.key, skill)
            assert len(levels) >= 2, (role.key, skill)


def with_role(folder: Path, **fields: object) -> Path:
    """Give the folder's role further fields."""
    (folder / "roles" / "clerk.json").write_text(json.dumps(ROLE | fields))
    return folder


@pytest.mark.django_db
class TestSettingsOfRoles:
    def test_a_file_sets_release_policy_and_sample_rate(self, folder: Path) -> None:
        store(
            read_folder(with_role(folder, release_policy="staff", review_sample_rate="0.125")),
            by=None,
            now=NOW,
        )

        role = JobRole.objects.get()
        assert (role.release_policy, str(role.review_sample_rate)) == ("staff", "0.125")

    def test_what_a_file_does_not_say_stays_as_staff_has_set_it(self, folder: Path) -> None:
        store(read_folder(folder), by=None, now=NOW)
        JobRole.objects.update(release_policy="staff", review_sample_rate="0.1", assessment_size=3)

        store(read_folder(folder), by=None, now=NOW)

        role = JobRole.objects.get()
        assert (role.release_policy, str(role.review_sample_rate), role.assessment_size) == (
            "staff",
            "0.100",
            3,
        )

    @pytest.mark.parametrize(
        "fields",
        [
            {"release_policy": "never"},
            {"review_sample_rate": "1.001"},
            {"review_sample_rate": "0.0001"},
            {"review_sample_rate": "-0.1"},
            {"review_sample_rate": 0.5},
        ],
    )
    def test_what_cannot_be_is_refused_with_its_place(self, folder: Path, fields: dict[str, object]) -> None:
        with pytest.raises(BundleInvalid) as caught:
            read_folder(with_role(folder, **fields))

        assert [problem.split(":")[:2] for problem in caught.value.problems] == [
            ["clerk.json", f" {next(iter(fields))}"]
        ]


@pytest.mark.django_db
class TestExporting:
    @pytest.mark.parametrize("source", ["the folder", "the demonstration's catalog"])
    def test_what_was_exported_changes_nothing_when_imported(
        self, folder: Path, source: str, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        store(read_folder(folder if source == "the folder" else SEED_DATA), by=None, now=NOW)
        JobRole.objects.update(release_policy="staff", review_sample_rate="0.05")
        target = tmp_path_factory.mktemp("export") / "catalog"

        call_command("export_catalog", str(target))

        report = store(read_folder(target), by=None, now=NOW)
        assert not report.changed
        assert report.unchanged["roles"] == JobRole.objects.count()
        assert report.unchanged["documents"] == CredentialDocument.objects.count()

    def test_an_exported_catalog_can_be_loaded_elsewhere(
        self, folder: Path, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        store(
            read_folder(with_role(folder, release_policy="staff", review_sample_rate="0.5")), by=None, now=NOW
        )
        target = tmp_path_factory.mktemp("export")
        call_command("export_catalog", str(target))

        (role,) = read_folder(target).roles

        assert role.settings["release_policy"] == "staff"
        assert str(role.settings["review_sample_rate"]) == "0.5"

    def test_a_draft_that_could_not_be_loaded_is_left_out(
        self, folder: Path, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        store(read_folder(folder), by=None, now=NOW)
        role = JobRole.objects.get()
        QuestionFactory(role=role, key="essay-without-rubric", question_type="essay", rubric={"criteria": []})
        target = tmp_path_factory.mktemp("export")

        call_command("export_catalog", str(target))

        (written,) = read_folder(target).roles
        assert "essay-without-rubric" not in [question.key for question in written.questions]
        assert len(written.questions) == role.questions.count() - 1

    def test_it_writes_into_no_folder_that_holds_something(self, folder: Path) -> None:
        with pytest.raises(CommandError, match="not empty"):
            call_command("export_catalog", str(folder))
