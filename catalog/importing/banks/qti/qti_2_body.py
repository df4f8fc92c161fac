"""What the body of an item of QTI 2 or 3 shows, and what it says after an answer."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from catalog.importing.banks.qti.elements import markup, outside
from catalog.importing.banks.qti.texts import GAP, Texts, joined, needed
from catalog.importing.banks.question import WHOLE

FEEDBACK_LEFT_OUT: Final = "feedback that depends on the answer is left out"
INLINE: Final = ("textEntryInteraction", "inlineChoiceInteraction")
_FEEDBACK: Final = ("feedbackInline", "feedbackBlock")
_RIGHT: Final = ("correct", "true", "right")
_WRONG: Final = ("incorrect", "false", "wrong")


def prompt_of(body: Element, interaction: Element, texts: Texts) -> str:
    """Return the text of an item, with a gap or the prompt of the interaction where that stands."""
    instead = {interaction: GAP if interaction.tag in INLINE else _lead(interaction)}
    asking = set(interaction.iter())
    for part in outside(body, "rubricBlock", *_FEEDBACK):
        if part.tag == "rubricBlock":
            instead[part] = f"<p>{markup(part)}</p>" if "candidate" in part.get("view", "").split() else ""
        elif part.tag in _FEEDBACK:
            instead[part] = ""
            if part not in asking:
                texts.note(FEEDBACK_LEFT_OUT)
        elif part.tag == "endAttemptInteraction":
            instead[part] = ""
    return needed(texts.shown(markup(body, instead)), "It")


def _lead(interaction: Element) -> str:
    prompt = interaction.find("prompt")
    return f"<p>{markup(prompt)}</p>" if prompt is not None else ""


def looked_for(item: Element, texts: Texts) -> str:
    """Return what an item tells its graders."""
    blocks = [block for block in item.iter("rubricBlock") if "scorer" in block.get("view", "").split()]
    return joined(*(texts.shown(markup(block)) for block in blocks))


def text_of_choice(choice: Element, texts: Texts) -> str:
    """Return the text of a choice without the feedback within it."""
    return texts.shown(markup(choice, {part: "" for part in choice.iter() if part.tag in _FEEDBACK}))


def feedback_on_choices(
    item: Element, choices: Sequence[Element], shares: Sequence[Decimal], *, several: bool, texts: Texts
) -> list[str]:
    """Return what is said to each choice: what stands in it, what is shown for it, and what its result shows.

    Where ``several`` are chosen, a result is nothing that belongs to one choice.
    """
    shown = dict(_modal(item, texts))
    on_right = joined(*(said for ident, said in shown.items() if ident.lower() in _RIGHT))
    on_wrong = joined(*(said for ident, said in shown.items() if ident.lower() in _WRONG))
    said_to = []
    for choice, share in zip(choices, shares, strict=True):
        ident = choice.get("identifier", "")
        within = [texts.shown(markup(part)) for part in choice.iter() if part.tag in _FEEDBACK]
        by_result = "" if several else on_right if share == WHOLE else on_wrong
        said_to.append(joined(*within, _of_choice(shown, ident), by_result))
    return said_to


def _of_choice(shown: dict[str, str], ident: str) -> str:
    return "" if ident.lower() in (*_RIGHT, *_WRONG) else shown.get(ident, "")


def general_feedback(item: Element, texts: Texts, placed: Sequence[str] = ()) -> str:
    """Return the feedback that everyone reads, whatever the answer: what all of several pieces say alike.

    What hangs on the answer is noted as left out, unless it is among the identifiers that are ``placed``.
    """
    shown = [(ident, said) for ident, said in _modal(item, texts) if ident not in placed]
    said_once = {said for _, said in shown}
    if len(shown) > 1 and len(said_once) == 1:
        return said_once.pop()
    if shown:
        texts.note(FEEDBACK_LEFT_OUT)
    return ""


def _modal(item: Element, texts: Texts) -> list[tuple[str, str]]:
    found = [
        (part.get("identifier", ""), texts.shown(markup(part))) for part in item.findall("modalFeedback")
    ]
    return [(ident, said) for ident, said in found if said]


def placed_on_choices(choices: Sequence[Element], *, several: bool) -> list[str]:
    """Return the identifiers of feedback that choices have a place for, in both ways of writing what is right."""
    own = [choice.get("identifier", "") for choice in choices]
    by_result = (
        []
        if several
        else [form for name in (*_RIGHT, *_WRONG) for form in (name, name.upper(), name.title())]
    )
    return [*own, *by_result]
