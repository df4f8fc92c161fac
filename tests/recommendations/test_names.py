"""Names of the catalog are found in running text as whole words, and at their place."""

import pytest

from recommendations.names import Names, folded, places

TITLES = ["SQL", "SQL Joins", "SQL Joins in Practice", "Charts", "Ethics of Data", "***"]


def found(text: str, titles: list[str] = TITLES) -> list[str]:
    """The names in a text, cut out of its folded form at the places that are told."""
    within = folded(text)
    return [within[start:end] for start, end in Names(titles).places(text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("Take sql-joins now.", [" sql joins "]),
        ("SQL Joins in practice", [" sql ", " sql joins ", " sql joins in practice "]),
        ("First the ethics of data, then Charts.", [" ethics of data ", " charts "]),
        ("SQL, SQL Joins", [" sql ", " sql ", " sql joins "]),
        ("ethics of the data", []),
        ("SQLJoins and uncharted", []),
    ],
)
def test_every_name_is_found_where_it_stands(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    ("text", "is_named"), [("Take Charts.", True), ("You draw charts.", False), ("CHARTS", False)]
)
def test_a_single_word_is_a_name_where_it_is_written_as_one(text: str, is_named: bool) -> None:
    assert bool(found(text, ["Charts"])) is is_named


def test_of_two_ways_to_write_a_word_each_is_a_name() -> None:
    assert found("Charts", ["Charts", "CHARTS"]) == found("CHARTS", ["Charts", "CHARTS"]) == [" charts "]
    assert found("charts", ["Charts", "CHARTS"]) == []


@pytest.mark.parametrize(
    ("name", "within", "found_at"),
    [
        ("sql", "sql and SQL", [(0, 5), (8, 13)]),
        ("sql", "sql sql", [(0, 5), (4, 9)]),  # neighbours share a space
        ("sql joins", "SQL joins", [(0, 11)]),
        ("sql", "nosql", []),
        ("--", "sql", []),
    ],
)
def test_the_places_of_one_name(name: str, within: str, found_at: list[tuple[int, int]]) -> None:
    assert places(folded(name), folded(within)) == found_at
