"""Pages of lists."""

import pytest
from pytest_django import DjangoAssertNumQueries

from catalog.models import Skill
from microcred.api.pagination import MAX_PAGE, PageQuery, paginate
from tests.factories.catalog import SkillFactory


@pytest.mark.parametrize(
    ("asked", "page", "page_size"),
    [({}, 1, 25), ({"page": "3", "page_size": "10"}, 3, 10), ({"page_size": 100}, 1, 100)],
)
def test_a_page_is_asked_for_by_number_and_size(asked: dict[str, object], page: int, page_size: int) -> None:
    query = PageQuery(data=asked)

    assert query.is_valid()
    assert query.validated_data == {"page": page, "page_size": page_size}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"page": 0}, "page"),
        ({"page": -1}, "page"),
        ({"page": "two"}, "page"),
        ({"page": MAX_PAGE + 1}, "page"),
        ({"page_size": 9}, "page_size"),
        ({"page_size": 101}, "page_size"),
    ],
)
def test_a_page_that_cannot_be_is_refused(asked: dict[str, object], field: str) -> None:
    query = PageQuery(data=asked)

    assert not query.is_valid()
    assert list(query.errors) == [field]


@pytest.mark.django_db
def test_pages_share_out_the_rows_without_loss(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(23):
        SkillFactory(key=f"skill-{number:02}")
    rows = Skill.objects.order_by("key")

    with django_assert_num_queries(6):
        pages = [paginate(rows, page=page, page_size=10) for page in (1, 2, 3)]

    assert [row.key for page in pages for row in page.items] == [f"skill-{number:02}" for number in range(23)]
    assert [len(page.items) for page in pages] == [10, 10, 3]
    assert {page.total for page in pages} == {23}


@pytest.mark.django_db
def test_a_page_past_the_end_is_empty_and_still_says_how_many_there_are() -> None:
    SkillFactory()

    page = paginate(Skill.objects.order_by("key"), page=MAX_PAGE, page_size=100)

    assert page.envelope(page.items) == {"items": [], "page": MAX_PAGE, "page_size": 100, "total": 1}
