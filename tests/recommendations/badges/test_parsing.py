"""Pictures into which badges were baked, and those that only look like it."""

import base64
import struct
import zlib

import pytest
from openbadgeslib.baking import bake_png, bake_svg

from recommendations.badges.facts import BadgeUnfit, Unfit
from recommendations.badges.parsing import read_badge
from tests.recommendations.badges.making import badge, token

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(*chunks: bytes, width: int = 1) -> str:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, width, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(b"\0\0"))
    data = b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + body + chunk(b"IEND", b"")
    return base64.b64encode(data).decode()


def text_chunk(text: bytes, *, compressed: bool = False, keyword: bytes = b"openbadgecredential") -> bytes:
    said = zlib.compress(text) if compressed else text
    return chunk(b"iTXt", keyword + b"\0" + bytes([compressed]) + b"\0\0\0" + said)


def why(given: str) -> Unfit:
    with pytest.raises(BadgeUnfit) as refusal:
        read_badge(given)
    return refusal.value.why


@pytest.mark.parametrize("compressed", [False, True])
def test_a_token_in_a_picture_is_found(compressed: bool) -> None:
    given = picture(text_chunk(token(badge()).encode(), compressed=compressed))

    assert read_badge(given).facts.badge_id == badge()["id"]


def test_it_is_no_matter_how_large_the_picture_says_that_it_is() -> None:
    given = picture(text_chunk(token(badge()).encode()), width=2**31 - 1)

    assert read_badge(given).facts.badge_id == badge()["id"]


def test_what_unpacks_to_more_than_a_badge_is_refused() -> None:
    assert why(picture(text_chunk(b"x" * 30_000_000, compressed=True))) == Unfit.UNREADABLE


@pytest.mark.parametrize(
    "given",
    [
        picture(),
        picture(text_chunk(b"e30.e30.e30", keyword=b"openbadges")),
        picture(text_chunk(b"\xff\xfe")),
        picture(chunk(b"iTXt", b"openbadgecredential")),
        base64.b64encode(b"\x89PNG\r\n\x1a\n").decode(),
        base64.b64encode(b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 2**31) + b"iTXt").decode(),
        "iVBORw0KGgo$$",
        "data:image/png;base64,",
        "Zm9v",
        "",
    ],
)
def test_what_is_no_picture_with_a_badge_is_refused(given: str) -> None:
    assert why(given) == Unfit.UNREADABLE


def test_svg_is_read_as_it_stands_and_in_base64() -> None:
    svg = bake_svg(
        SVG, token(badge()), element="openbadges:credential", namespace="https://purl.imsglobal.org/ob/v3p0"
    )
    text = svg.decode() if isinstance(svg, bytes) else svg

    assert read_badge(text).facts.badge_id == badge()["id"]
    assert read_badge(base64.b64encode(text.encode()).decode()).facts.badge_id == badge()["id"]


@pytest.mark.parametrize(
    "svg",
    [
        SVG.decode(),
        "<svg>",
        '<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><svg>&b;</svg>',
        '<!DOCTYPE s SYSTEM "https://evil.example/x.dtd"><svg/>',
        '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
    ],
)
def test_svg_without_a_badge_or_with_entities_is_refused(svg: str) -> None:
    assert why(svg) == Unfit.UNREADABLE


def test_what_the_library_bakes_is_found() -> None:
    plain = base64.b64decode(picture())
    baked = bake_png(plain, token(badge()), keyword=b"openbadgecredential")

    assert read_badge(base64.b64encode(baked).decode()).facts.badge_id == badge()["id"]
