"""The colours of the style sheet can be told apart, and nothing in the pages needs another host or a script."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
SHEET = (ROOT / "static" / "microcred.css").read_text()
TEXT, MARK = 4.5, 3.0
# The viewers of the API documentation are scripts.
PAGES = [
    path for path in sorted((ROOT / "templates").rglob("*.html")) if path.parent.name != "drf_spectacular"
]
PAIRS = [
    *(
        ("ink", ground, TEXT)
        for ground in ("ground", "surface", "sunken", "warn-wash", "bad-wash", "busy-wash")
    ),
    *(("ink-soft", ground, TEXT) for ground in ("ground", "surface", "sunken")),
    *(("accent", ground, TEXT) for ground in ("ground", "surface", "sunken", "accent-wash")),
    *((tone, f"{tone}-wash", TEXT) for tone in ("good", "warn", "bad", "busy")),
    ("accent-ink", "accent", TEXT),
    ("accent-ink", "accent-hover", TEXT),
    ("bad", "surface", TEXT),
    ("mark-ink", "mark", TEXT),
    ("focus", "ground", MARK),
    ("focus", "surface", MARK),
    ("line-strong", "surface", MARK),
    *(
        (f"part-{part}", "surface", MARK)
        for part in ("gap_fit", "retrieval", "neighbours", "feedback", "diversity")
    ),
]


def tokens(scheme: str) -> dict[str, str]:
    light, dark = SHEET.split("@media (prefers-color-scheme: dark)")[:2]
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark))
    return found


def luminance(colour: str) -> float:
    """Return the relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_colours_reach_the_contrast_of_level_aa(scheme: str, front: str, back: str, least: float) -> None:
    colours = tokens(scheme)
    lighter, darker = sorted((luminance(colours[front]), luminance(colours[back])), reverse=True)

    assert (lighter + 0.05) / (darker + 0.05) >= least


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pages_allow_a_strict_content_security_policy(path: Path) -> None:
    markup = path.read_text()

    inline = r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:"
    assert re.findall(inline, markup) == []
    assert re.findall(r"""(?:src|href|action)=["']https?://""", markup) == []


def test_the_style_sheet_loads_nothing() -> None:
    assert re.findall(r"url\(|@import", SHEET) == []
