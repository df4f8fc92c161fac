"""What students hand in: a token, JSON, or a picture into which either was baked."""

import base64
import binascii
from typing import Final
from xml.parsers.expat import ExpatError

import png
from defusedxml.common import DefusedXmlException
from openbadgeslib import baking
from openbadgeslib.errors import LibOpenBadgesException

from recommendations.badges.facts import BadgeUnfit, Unfit
from recommendations.badges.json_ld import read_document
from recommendations.badges.presented import Presented
from recommendations.badges.vc_jwt import read_token

MOST_CHARACTERS: Final = 1_000_000
LONGEST_TOKEN: Final = 350_000
PNG: Final = b"\x89PNG\r\n\x1a\n"


def read_badge(given: str) -> Presented:
    """Read a badge: a VC-JWT, JSON-LD, a baked SVG as it stands, or a baked PNG or SVG in base64, with or without
    ``data:image/…;base64,`` before it.

    Raises:
        BadgeUnfit: if it is none, or more than a million characters.
    """
    text = given.strip()
    if len(text) > MOST_CHARACTERS:
        raise BadgeUnfit(
            Unfit.TOO_LARGE, "A badge has at most a million characters; a picture has some 700 KB."
        )
    if text.startswith("{"):
        return read_document(text)
    if text.startswith("<"):
        return _said(_in_svg(text.encode()))
    if text.startswith("data:") or "." not in text:
        return _said(_in_picture(_decoded(text)))
    return _said(text)


def _said(text: str | None) -> Presented:
    if not text:
        raise BadgeUnfit(Unfit.UNREADABLE, "There is no Open Badge of version 3.0 in this picture.")
    said = text.strip()
    if said.startswith("{"):
        return read_document(said)
    if len(said) > LONGEST_TOKEN:
        raise BadgeUnfit(Unfit.TOO_LARGE, "A badge has at most 256 KB without its picture.")
    return read_token(said)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.rpartition("base64,")[2].split()), validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadgeUnfit(
            Unfit.UNREADABLE, "This is neither a token nor JSON nor a picture in base64."
        ) from error


def _in_picture(picture: bytes) -> str | None:
    return _in_png(picture) if picture.startswith(PNG) else _in_svg(picture)


def _in_png(picture: bytes) -> str | None:
    """The picture itself is never unpacked; of the text no more than 256 KB are."""
    try:
        return baking.extract_png(picture, keyword=baking.ITXT_KEYWORD_OB3)
    except (png.Error, LibOpenBadgesException, ValueError, EOFError, IndexError) as error:
        raise BadgeUnfit(Unfit.UNREADABLE, "The picture cannot be read.") from error


def _in_svg(picture: bytes) -> str | None:
    try:
        return baking.extract_svg(picture, element=baking.SVG_ELEMENT_OB3, text_fallback=True)
    except (ExpatError, DefusedXmlException, LibOpenBadgesException, ValueError, RecursionError) as error:
        raise BadgeUnfit(Unfit.UNREADABLE, "The picture cannot be read.") from error
