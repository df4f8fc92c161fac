"""Skills say what they are called in O*NET and ESCO, where that is known; nonsense is refused at every door."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from catalog import queries
from catalog.importing.bundle import BundleInvalid
from catalog.importing.exporting import write_folder
from catalog.importing.folder import read_folder
from catalog.importing.storing import store
from catalog.models import Skill
from tests.factories.catalog import NOW, SkillFactory

pytestmark = pytest.mark.django_db

SQL = "http://data.europa.eu/esco/skill/598de5b0-5b58-4ea7-8058-a4bc4d18c742"


@pytest.mark.parametrize(
    "onet_id", ["2.A.1.c", "2.B.2.i", "2.C.4", "1.A.1.b.3", "43232304", "15-1252", "15-2051.00"]
)
def test_elements_commodities_and_occupations_of_onet_are_taken(onet_id: str) -> None:
    skill: Any = SkillFactory.build(onet_id=onet_id)
    skill.full_clean()
    skill.save()


@pytest.mark.parametrize("onet_id", ["writing", "2.a.1", "9.A.1", "1525200", "15-12520", "2.A.1.c\n"])
def test_what_is_no_id_of_onet_is_refused_by_the_form_and_the_database(onet_id: str) -> None:
    if not onet_id.endswith("\n"):
        with pytest.raises(ValidationError):
            SkillFactory.build(onet_id=onet_id).full_clean()
    with pytest.raises(IntegrityError, match="skills_onet_id_well_formed"), transaction.atomic():
        SkillFactory(onet_id=onet_id)


@pytest.mark.parametrize(
    "esco_uri", [SQL.upper(), SQL.replace("http:", "javascript:"), SQL[:-1], "https://example.org/sql"]
)
def test_what_is_no_address_in_esco_is_refused_by_the_form_and_the_database(esco_uri: str) -> None:
    with pytest.raises(ValidationError):
        SkillFactory.build(esco_uri=esco_uri).full_clean()
    with pytest.raises(IntegrityError, match="skills_esco_uri_well_formed"), transaction.atomic():
        SkillFactory(esco_uri=esco_uri)


def test_they_are_found_by_key() -> None:
    SkillFactory(key="sql", esco_uri=SQL)
    assert queries.outside_ids(["sql", "unknown"]) == {"sql": {"onet_id": "", "esco_uri": SQL}}


def written(folder: Path, **more: str) -> Path:
    skill = {"key": "sql", "name": "SQL", "category": "data", "description": "Ask.", **more}
    (folder / "skills.json").write_text(json.dumps({"skills": [skill]}))
    return folder


def test_they_come_in_and_go_out_with_the_catalog(tmp_path: Path) -> None:
    bundle = read_folder(written(tmp_path, esco_uri=SQL, onet_id="43232304"))
    store(bundle, by=None, now=NOW)
    write_folder(tmp_path / "out")

    assert Skill.objects.get().esco_uri == SQL
    (skill,) = json.loads((tmp_path / "out" / "skills.json").read_text())["skills"]
    assert (skill["onet_id"], skill["esco_uri"]) == ("43232304", SQL)
    assert not store(read_folder(tmp_path / "out"), by=None, now=NOW).changed


def test_a_file_with_a_wrong_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleInvalid) as raised:
        read_folder(written(tmp_path, onet_id="writing"))
    assert "onet_id" in raised.value.problems[0]
