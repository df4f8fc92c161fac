"""Pages of lists, in the one shape that every list of the API has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from django.db.models import Model
from rest_framework import serializers

Row = TypeVar("Row", bound=Model)
RowMet = TypeVar("RowMet", bound=Model, covariant=True)
MAX_PAGE = 100_000
MAX_PAGE_SIZE = 100


class PageQuery(serializers.Serializer[Any]):
    """The query parameters of a paged list."""

    page = serializers.IntegerField(min_value=1, max_value=MAX_PAGE, default=1)
    page_size = serializers.IntegerField(min_value=10, max_value=MAX_PAGE_SIZE, default=25)


class GroupPageQuery(PageQuery):
    """The query parameters of paged groups: as many as may be asked for, since most ways to group have fewer."""

    page_size = serializers.IntegerField(min_value=10, max_value=MAX_PAGE_SIZE, default=MAX_PAGE_SIZE)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page: its rows, its place, and how many rows there are in all."""

    items: Sequence[Row]
    page: int
    page_size: int
    total: int

    def envelope(self, items: Iterable[Any]) -> dict[str, Any]:
        """Return the response body with the rows as ``items`` renders them."""
        return {"items": list(items), "page": self.page, "page_size": self.page_size, "total": self.total}


class Rows(Protocol[RowMet]):
    """What can be counted and read in part, such as a query set."""

    def count(self) -> int:
        """Return how many rows there are."""
        ...

    def __getitem__(self, part: slice, /) -> Iterable[RowMet]:
        """Return the rows of a part."""
        ...


def paginate(rows: Rows[Row], *, page: int, page_size: int) -> Page[Row]:
    """Cut one page out of ``rows``, which must be ordered; a page past the end is empty."""
    start = (page - 1) * page_size
    return Page(list(rows[start : start + page_size]), page, page_size, rows.count())
