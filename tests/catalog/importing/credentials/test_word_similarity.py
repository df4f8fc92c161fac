"""Which skills come nearest to a name by its words."""

import pytest

from catalog.importing.credentials.word_similarity import Neighbourhood

SKILLS = [
    ("sql", "SQL", "Querying relational databases: selecting, joining, grouping and aggregating data."),
    ("statistics", "Statistics", "Describing data, drawing samples, estimating, and testing claims."),
    ("software-testing", "Software testing", "Deciding what to test, and writing automated tests."),
    (
        "stakeholder-management",
        "Stakeholder management",
        "Finding out who has a say, and keeping them informed.",
    ),
    ("presenting", "Presenting", "Speaking to a group so that it follows and remembers."),
]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("Presentation skills", "presenting"),
        ("Statistical analysis", "statistics"),
        ("Test software", "software-testing"),
        ("Managing stakeholders", "stakeholder-management"),
        ("Relational databases", "sql"),
        ("sql-querys", "sql"),
    ],
)
def test_the_nearest_comes_first(name: str, nearest: str) -> None:
    assert Neighbourhood(SKILLS).nearest(name)[0].key == nearest


@pytest.mark.parametrize("name", ["Welding", "", "?!", "数据", "x" * 10_000])
def test_what_is_far_from_all_is_near_none(name: str) -> None:
    assert Neighbourhood(SKILLS).nearest(name) == []


def test_without_skills_nothing_is_near() -> None:
    assert Neighbourhood([]).nearest("SQL") == []


def test_a_name_by_the_letter_scores_one_and_words_of_a_description_less() -> None:
    (near, *_) = Neighbourhood(SKILLS).nearest("Software testing")
    (joining, *_) = Neighbourhood(SKILLS).nearest("Joining")

    assert (near.key, near.score) == ("software-testing", 1.0)
    assert (joining.key, joining.score) == ("sql", 0.6)
