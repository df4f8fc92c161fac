"""What a screen reader is told: headings in order, tables with names, and regions that a keyboard can scroll."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.companion.scenes import advised_student, finished_assessment

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# The tables of the administration are its own.
PAGES = [path for path in sorted(TEMPLATES.rglob("*.html")) if "admin" not in path.parts]


class Outline(HTMLParser):
    """The levels of a page's headings, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Take the level of a heading."""
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))

    @property
    def leaps(self) -> list[tuple[int, int]]:
        """Where a heading lies more than one level below the one before."""
        return [
            (one, other)
            for one, other in zip([0, *self.levels], self.levels, strict=False)
            if other > one + 1
        ]


@pytest.mark.django_db
def test_no_heading_of_an_assessment_leaves_out_a_level() -> None:
    advisor, student = advised_student()
    page = page_of(advisor, reverse("advisor:assessment", args=[finished_assessment(student).pk]))

    outline = Outline(page)
    assert outline.levels.count(1) == 1
    assert outline.leaps == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_table_has_a_name_and_every_head_says_of_what(path: Path) -> None:
    markup = path.read_text()

    assert len(re.findall(r"<table\b", markup)) == len(re.findall(r"<caption\b", markup))
    assert re.findall(r"<th\b(?![^>]*\sscope=)[^>]*>", markup) == []
    assert re.findall(r"<th\b[^>]*></th>", markup) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_what_scrolls_can_be_reached_by_keyboard(path: Path) -> None:
    scrolls = re.findall(r'<div class="[^"]*\bscroll\b[^"]*"[^>]*>', path.read_text())

    assert [one for one in scrolls if 'role="region"' not in one or 'tabindex="0"' not in one] == []


def page_of(user: User, address: str) -> str:
    client = Client()
    client.force_login(user)
    return client.get(address).content.decode()
