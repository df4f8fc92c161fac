"""Values as people and programs write them."""

from decimal import Decimal

import pytest

from catalog.importing.credentials import values
from catalog.importing.credentials.listed import InvalidValue


@pytest.mark.parametrize(
    ("text", "hours", "note"),
    [
        ("6", 6, ""),
        ("6 h", 6, ""),
        ("6 Hours", 6, ""),
        ("1.5", 2, "“1.5” counts as 2 hours"),
        ("1,5 h", 2, "“1,5 h” counts as 2 hours"),
        ("1 h 30 min", 2, "“1 h 30 min” counts as 2 hours"),
        ("90 minutes", 2, "“90 minutes” counts as 2 hours"),
        ("2-4 hours", 4, "“2-4 hours”: 4 hours are taken"),
        ("PT40H", 40, ""),
        ("PT1H30M", 2, "“PT1H30M” counts as 2 hours"),
        ("P10W", None, "“P10W” is how long it goes on, and says no hours"),
        ("P1Y6M", None, "“P1Y6M” is how long it goes on, and says no hours"),
        ("4 weeks", None, "“4 weeks” says no hours"),
        ("1,000", None, "“1,000” says no hours"),
    ],
)
def test_hours_are_read_and_what_is_none_is_said(text: str, hours: int | None, note: str) -> None:
    assert values.hours(text) == (hours, note)


@pytest.mark.parametrize("text", ["0", "-5", "many", "", "100001", "9" * 400, "PT0H0M"])
def test_what_is_no_number_of_hours_is_wrong(text: str) -> None:
    with pytest.raises(InvalidValue):
        values.hours(text)


@pytest.mark.parametrize(
    ("text", "level"),
    [("1", 1), ("5.0", 5), ("Level 3", 3), ("4/5", 4), ("Beginner", 1), ("intermediate", 3), ("EXPERT", 5)],
)
def test_levels_are_read(text: str, level: int) -> None:
    assert values.level(text) == level


@pytest.mark.parametrize("text", ["0", "6", "9", "2.5", "high", "", "-1", "1e3", "٣٣"])
def test_what_is_no_level_is_wrong(text: str) -> None:
    with pytest.raises(InvalidValue):
        values.level(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("en", "en"),
        ("EN_us", "en-US"),
        ("pt-br", "pt-BR"),
        ("German", "de"),
        ("Deutsch", "de"),
        ("français", "fr"),
    ],
)
def test_languages_are_read(text: str, code: str) -> None:
    assert values.language(text) == code


@pytest.mark.parametrize(
    ("text", "name", "level"),
    [
        ("sql:3", "sql", Decimal(3)),
        ("SQL (2.25)", "SQL", Decimal("2.25")),
        ("SQL = advanced", "SQL", Decimal(4)),
        ("C++", "C++", None),
        ("Routing (OSPF)", "Routing (OSPF)", None),
        ("http://a.example/skill", "http://a.example/skill", None),
        (":3", ":3", None),
    ],
)
def test_skills_are_read_with_their_levels(text: str, name: str, level: Decimal | None) -> None:
    (found,) = values.skills(text)

    assert (found.name, found.level) == (name, level)


def test_a_skill_at_a_level_that_is_none_is_wrong() -> None:
    with pytest.raises(InvalidValue, match="“9” is no level"):
        list(values.skills("sql:9"))
