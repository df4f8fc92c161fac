"""What an item of QTI 1.2 shows: its text, what is asked in it, its metadata and its feedback."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final
from xml.etree.ElementTree import Element

from catalog.importing.banks.qti.elements import markup, outside, text_of
from catalog.importing.banks.qti.texts import GAP, Texts

RESPONSES: Final = (
    "response_lid",
    "response_str",
    "response_num",
    "response_xy",
    "response_grp",
    "response_extension",
)
_TYPED_IN: Final = ("response_str", "response_num")
_TEXTS: Final = ("mattext", "matemtext", "mat_formattedtext")
_MEDIA: Final = {
    "matimage": "img", "mataudio": "audio", "matvideo": "video", "matapplet": "object", "matapplication": "object",
}  # fmt: skip
_KINDS: Final = ("question_type", "bbmd_questiontype", "cc_profile")
_RIGHT_TEXTS: Final = "RIGHT_MATCH_BLOCK"


@dataclass(frozen=True)
class Asked:
    """One thing asked in an item: ``labels`` are what may be chosen, as pairs of identifier and HTML.

    ``lead`` is the HTML that stands with it alone, as the left text of a pair.
    """

    element: Element
    ident: str
    labels: tuple[tuple[str, str], ...]
    lead: str

    @property
    def is_typed_in(self) -> bool:
        """Whether its answer is typed in, not chosen."""
        return self.element.tag in _TYPED_IN

    @property
    def is_ordered(self) -> bool:
        """Whether its answer is an order of its labels."""
        return self.element.get("rcardinality", "").lower() == "ordered"

    @property
    def is_multiple(self) -> bool:
        """Whether several of its labels may be chosen."""
        return self.element.get("rcardinality", "").lower() == "multiple"


@dataclass(frozen=True)
class Item:
    """An item as it is written; ``kind`` is the type its writer names (``multiple choice``), empty where none is."""

    element: Element
    kind: str
    metadata: dict[str, str]
    prompt: str
    asked: tuple[Asked, ...]


def item_of(element: Element) -> Item:
    """Return what an ``item`` shows."""
    metadata = dict(_metadata(element))
    presentation = element.find("presentation")
    shown = presentation if presentation is not None else Element("presentation")
    parents = {child: parent for parent in shown.iter() for child in parent}
    responses = [found for found in outside(shown, "material", *RESPONSES) if found.tag in RESPONSES]
    rights = [found for found in shown.iter("flow") if found.get("class") == _RIGHT_TEXTS]
    blocks = _own_blocks(responses, parents) if len(responses) > 1 else {}
    right_texts = [_materials(flow) for right in rights for flow in right]
    aside = [*rights, *blocks.values()]
    return Item(
        element=element,
        kind=_kind(metadata),
        metadata=metadata,
        prompt=_prompt(shown, aside),
        asked=tuple(_asked(lid, blocks.get(lid), right_texts) for lid in responses),
    )


def _metadata(item: Element) -> Iterator[tuple[str, str]]:
    for found in outside(item, "presentation", "resprocessing", "itemfeedback"):
        if found.tag in ("qtimetadatafield", "qti_metadatafield"):
            yield text_of(found.find("fieldlabel")).lower(), text_of(found.find("fieldentry"))
        elif found.tag.startswith(("bbmd_", "qmd_")) and text_of(found):
            yield found.tag.lower(), text_of(found)


def _kind(metadata: Mapping[str, str]) -> str:
    named = next((metadata[label] for label in _KINDS if metadata.get(label)), "").lower()
    if named.startswith("cc."):
        named = named.split(".")[1]
    return named.removesuffix("_question").replace("_", " ")


def _own_blocks(responses: Sequence[Element], parents: Mapping[Element, Element]) -> dict[Element, Element]:
    """Return the flow that each choice without a text of its own shares with its left text, as Blackboard has it."""
    held = Counter(parents[response] for response in responses)
    return {
        response: block
        for response in responses
        if response.tag == "response_lid" and response.find("material") is None
        if (block := parents[response]).tag == "flow" and block.get("class") == "Block" and held[block] == 1
    }


def _asked(response: Element, block: Element | None, right_texts: list[str]) -> Asked:
    labels = []
    for number, label in enumerate(response.iter("response_label")):
        shown = _materials(label)
        if not shown and number < len(right_texts):
            shown = right_texts[number]
        labels.append((label.get("ident", ""), shown))
    lead = _materials(response, "render_choice", "render_fib", "render_extension", "render_hotspot")
    if block is not None:
        lead = _materials(block, "response_lid")
    return Asked(element=response, ident=response.get("ident", ""), labels=tuple(labels), lead=lead)


def _prompt(presentation: Element, aside: list[Element]) -> str:
    """Return the text of an item as HTML, with a gap where an answer is typed in amid it."""
    pieces: list[str] = []
    left_aside = {below for root in aside for below in root.iter()}
    for found in outside(presentation, "material", *RESPONSES):
        if found.tag in _TYPED_IN:
            pieces.append(GAP)
        elif found.tag == "material" and found not in left_aside:
            pieces.append(_material(found))
    while pieces and pieces[-1] in (GAP, ""):
        pieces.pop()
    if GAP in pieces:
        return " ".join(pieces)
    return "".join(f"<p>{piece}</p>" for piece in pieces)


def _materials(element: Element, *closed: str) -> str:
    found = [below for below in outside(element, "material", *closed) if below.tag == "material"]
    return "".join(f"<p>{_material(material)}</p>" for material in found)


def _material(material: Element) -> str:
    parts: list[str] = []
    for found in outside(material, *_TEXTS, "math"):
        if found.tag in _TEXTS:
            parts.append(_written(found))
        elif found.tag == "math":
            parts.append(_formula(found))
        elif found.tag in _MEDIA:
            parts.append(f'<{_MEDIA[found.tag]} alt="{escape(text_of(found))}">')
        elif found.tag == "matbreak":
            parts.append("<br>")
    return " ".join(parts)


def _formula(math: Element) -> str:
    around = Element("material")
    around.append(math)
    return markup(around)


def _written(text: Element) -> str:
    """Return a text as HTML, where line ends and indentation of plain texts stay."""
    if len(text):
        return markup(text)
    written = (text.text or "").strip()
    if "html" in text.get("texttype", "").lower() or text.get("type", "").upper() == "HTML":
        return written
    return escape(written, quote=False).replace("  ", "\xa0\xa0").replace("\n", "<br>")


def feedback_of(item: Item, texts: Texts) -> dict[str, str]:
    """Return the feedback that an item has, by its identifier; hints are noted as left out."""
    said: dict[str, str] = {}
    for feedback in item.element.iter("itemfeedback"):
        if any(found.tag == "hint" for found in feedback.iter()):
            texts.note("its hints are left out")
        shown = texts.shown(_materials(feedback, "hint"))
        if shown:
            said[feedback.get("ident", "")] = shown
    return said


def solutions(item: Item) -> Collection[str]:
    """Return the identifiers of feedback that is a solution."""
    return {
        feedback.get("ident", "")
        for feedback in item.element.iter("itemfeedback")
        if feedback.get("ident") == "solution" or any(found.tag == "solution" for found in feedback.iter())
    }
