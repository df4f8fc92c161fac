"""Pages as a browser reads them: nothing given twice, and no control without a name."""

from collections import Counter
from html.parser import HTMLParser

import pytest

from tests.authorization.bodies import body_of
from tests.authorization.matrix import Row, rows
from tests.authorization.world import World

pytestmark = pytest.mark.django_db
# Written by others: the pages of the admin beyond our own forms, and what draws the description of the API.
OF_OTHERS = ("admin/", "docs", "redoc")
PAGES = [
    row
    for row in rows()
    if row.method == "GET"
    and not row.route.startswith(("api/", *OF_OTHERS))
    and "200" in row.expected.values()
]
UNNAMED = {"hidden", "submit", "button", "reset"}


class Reader(HTMLParser):
    """Collects what is wrong with a page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.labelled: set[str] = set()
        self.controls: list[tuple[str, bool]] = []
        self.doubled: list[str] = []
        self._labels = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.doubled += [
            f"{tag} {name}" for name, times in Counter(name for name, _ in attrs).items() if times > 1
        ]
        given = {name: value or "" for name, value in attrs}
        self.ids.update([given["id"]] if "id" in given else [])
        self._labels += tag == "label"
        if tag == "label" and "for" in given:
            self.labelled.add(given["for"])
        if tag in {"input", "select", "textarea"} and given.get("type") not in UNNAMED:
            is_named = bool(self._labels or {"aria-label", "aria-labelledby"} & given.keys())
            self.controls.append((given.get("id", given.get("name", "")), is_named))

    def handle_endtag(self, tag: str) -> None:
        self._labels -= tag == "label"

    def faults(self) -> list[str]:
        """Return them in words."""
        return [
            *(f"{one} twice" for one in self.doubled),
            *(f"id {one} twice" for one, times in self.ids.items() if times > 1),
            *(
                f"{one} has no name"
                for one, is_named in self.controls
                if not is_named and one not in self.labelled
            ),
            *(f"a label leads to {one}, which is not there" for one in self.labelled - self.ids.keys()),
        ]


@pytest.mark.parametrize("row", PAGES, ids=str)
def test_a_page_says_nothing_twice_and_names_every_control(world: World, row: Row) -> None:
    found = {}
    for actor in (actor for actor, said in row.expected.items() if said == "200"):
        page = world.caller.send(
            actor, "GET", world.path(row.route, row.thing), body_of(world, "GET", row.route)
        )
        if not page.headers["Content-Type"].startswith("text/html"):
            continue
        reader = Reader()
        reader.feed(page.content.decode())
        found[actor] = reader.faults()

    assert {actor: faults for actor, faults in found.items() if faults} == {}
