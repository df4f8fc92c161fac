"""The published JSON Schemas: files that follow the code, one for every key, and true of the catalog's own files."""

import json
import tomllib
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from jsonschema import Draft202012Validator

from catalog.enums import QuestionType
from catalog.published_schemas import PUBLISHED, SUFFIX

FOLDER: Path = settings.BASE_DIR / "docs/schemas"
SEEDS: Path = settings.BASE_DIR / "catalog/seed_data"


def file_of(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((FOLDER / f"{name}{SUFFIX}").read_text("utf-8"))
    return schema


def export(folder: Path, **options: Any) -> str:
    said = StringIO()
    call_command("export_schemas", folder, stdout=said, **options)
    return said.getvalue()


class TestFiles:
    def test_follow_the_code(self) -> None:
        assert "schemas are up to date" in export(FOLDER, check=True)

    def test_a_stale_a_missing_and_a_needless_one_are_named_and_mended(self, tmp_path: Path) -> None:
        export(tmp_path)
        (tmp_path / f"rubric{SUFFIX}").write_text("{}")
        (tmp_path / f"choices{SUFFIX}").unlink()
        (tmp_path / f"gone{SUFFIX}").write_text("{}")

        with pytest.raises(CommandError) as refused:
            export(tmp_path, check=True)

        assert f"choices{SUFFIX}, gone{SUFFIX}, rubric{SUFFIX}" in str(refused.value)
        assert export(tmp_path) == f"3 of {len(PUBLISHED)} schemas written to {tmp_path}.\n"
        assert "up to date" in export(tmp_path, check=True)

    @pytest.mark.parametrize("check", [False, True])
    def test_a_file_is_no_folder(self, tmp_path: Path, check: bool) -> None:
        (tmp_path / "file").write_text("kept")

        with pytest.raises(CommandError, match="file is not a folder"):
            export(tmp_path / "file", check=check)

        assert (tmp_path / "file").read_text() == "kept"

    def test_where_nothing_can_be_written_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()

        with pytest.raises(CommandError, match=r"Not a directory: .*file/schemas"):
            export(tmp_path / "file" / "schemas")

    def test_there_is_one_for_every_question_type(self) -> None:
        assert {f"rules-{name}" for name in QuestionType.values} <= PUBLISHED.keys()

    @pytest.mark.parametrize("name", PUBLISHED)
    def test_are_schemas_of_the_draft_that_they_name(self, name: str) -> None:
        schema = file_of(name)

        Draft202012Validator.check_schema(schema)
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert schema["title"]


class TestCatalogFolders:
    @pytest.mark.parametrize("path", sorted((SEEDS / "roles").glob("*.json")), ids=lambda path: path.stem)
    def test_the_roles_that_come_with_the_product_are_valid(self, path: Path) -> None:
        validator = Draft202012Validator(file_of("catalog-role"))

        assert list(validator.iter_errors(json.loads(path.read_text("utf-8")))) == []

    def test_the_skills_and_credentials_are_too(self) -> None:
        credentials = Draft202012Validator(file_of("catalog-credential"))
        paths = sorted((SEEDS / "credentials").glob("*.md"))

        assert Draft202012Validator(file_of("catalog-skills")).is_valid(
            json.loads((SEEDS / "skills.json").read_text("utf-8"))
        )
        assert paths
        for path in paths:
            front = tomllib.loads(path.read_text("utf-8").split("+++")[1])
            assert list(credentials.iter_errors(front)) == [], path.name

    def test_a_key_is_held_to_the_type_of_its_question(self) -> None:
        role = json.loads(next((SEEDS / "roles").glob("*.json")).read_text("utf-8"))
        numeric = next(question for question in role["questions"] if question["type"] == "numeric")
        numeric["rules"] = {"kind": "choice", "correct": ["c1"]}

        assert not Draft202012Validator(file_of("catalog-role")).is_valid(role)


class TestAddresses:
    def test_every_schema_is_public(self) -> None:
        listed = Client().get("/docs/schemas/").json()["schemas"]

        assert [entry["name"] for entry in listed] == list(PUBLISHED)
        for entry in listed:
            response = Client().get(entry["url"])
            assert response["Content-Type"] == "application/schema+json"
            assert response.json() == PUBLISHED[entry["name"]]

    def test_others_are_not_there_and_nothing_can_be_sent(self) -> None:
        assert Client().get("/docs/schemas/secrets.schema.json").status_code == 404
        assert Client().post("/docs/schemas/rubric.schema.json").status_code == 405
