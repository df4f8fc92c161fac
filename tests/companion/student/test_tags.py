"""Tags that are typed with commas between them."""

import pytest

from companion.student.tags import TagsField, typed_or_kept


@pytest.mark.parametrize(
    ("typed", "tags"),
    [("", []), (" , ,", []), ("exam", ["exam"]), (" exam ,SQL, exam", ["exam", "SQL"]), ("two words", ["two words"])],
)  # fmt: skip
def test_each_is_taken_once_without_space_around_it(typed: str, tags: list[str]) -> None:
    assert TagsField().clean(typed) == tags


def test_they_are_shown_as_they_are_typed() -> None:
    assert [TagsField().prepare_value(value) for value in (["exam", "SQL"], "exam,SQL", None)] == [
        "exam, SQL",
        "exam,SQL",
        None,
    ]


@pytest.mark.parametrize(
    ("typed", "before", "becomes"),
    [
        (["a", "b"], ["a, b"], ["a, b"]),
        (["a", "b", "c"], ["a, b"], ["a", "b", "c"]),
        (["a"], ["a"], ["a"]),
        ([], ["a"], []),
    ],
)
def test_a_tag_with_a_comma_stays_where_nothing_was_typed(
    typed: list[str], before: list[str], becomes: list[str]
) -> None:
    assert typed_or_kept(typed, before) == becomes
