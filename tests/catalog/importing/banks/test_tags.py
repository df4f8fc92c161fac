"""Tags and texts of HTML, those of careless and hostile writers too."""

import pytest

from catalog.importing.banks.tags import TagReader


class Heard(TagReader):
    def __init__(self, marked_up: str) -> None:
        self.calls: list[str] = []
        self.feed(marked_up)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.calls.append(f"<{tag}{''.join(f' {name}={value}' for name, value in attrs)}>")

    def handle_endtag(self, tag: str) -> None:
        self.calls.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.calls.append(data)


@pytest.mark.parametrize(
    ("marked_up", "calls"),
    [
        ("a<B class=x>b</B >c", ["a", "<b>", "b", "</b>", "c"]),
        ("<br/><br />", ["<br>", "<br>"]),
        ("<img src='a>b' ALT = \"x &amp; y\">z", ["<img alt=x & y>", "z"]),
        ("<img alt=tree>", ["<img alt=tree>"]),
        ("<!-- <b> > -->a<!DOCTYPE html>b<?php ?>", ["a", "b"]),
        ("&lt;b&gt; &#65;&amp;amp;", ["<b> A&amp;"]),
        ("a < b", ["a <", " b"]),
        ("1<2", ["1<", "2"]),
        ("a <b", ["a <", "b"]),
        ("<!-- never closed", ["<", "!-- never closed"]),
        ("<a href='x>y", ["<a>", "y"]),
        ("<script>if (a<b) '</p>'</script>c", ["<script>", "</script>", "c"]),
        (f"&#{'9' * 5_000};", [f"&#{'9' * 5_000};"]),
    ],
)
def test_tags_and_texts(marked_up: str, calls: list[str]) -> None:
    assert Heard(marked_up).calls == calls


@pytest.mark.parametrize(
    "unit",
    [
        "<", "<a", "<a ", '<a b="', "<a b='>", "<!--", "<!-- >", "<!", "<?", "</a ", "<script>", '<a ">" ', "<img alt ",
    ],
)  # fmt: skip
def test_what_is_begun_and_not_ended_costs_no_more_than_its_length(unit: str) -> None:
    """Half a million characters, which a parser that looks for each end again does not finish within a test run."""
    heard = Heard(unit * (500_000 // len(unit))).calls

    assert sum(map(len, heard)) <= 500_000 + len(heard) * 3
