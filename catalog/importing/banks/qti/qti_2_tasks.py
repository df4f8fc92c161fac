"""What the interaction of an item of QTI 2 or 3 asks for."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from catalog.importing.banks.qti.elements import number
from catalog.importing.banks.qti.qti_2_body import (
    feedback_on_choices,
    general_feedback,
    looked_for,
    placed_on_choices,
    text_of_choice,
)
from catalog.importing.banks.qti.qti_2_key import OWN_WAY, Key, key_of
from catalog.importing.banks.qti.texts import MAX_OPTIONS, NO_KEY, Texts, joined, needed, options, parts_of
from catalog.importing.banks.question import (
    Accepted,
    ChoiceTask,
    EssayItemTask,
    MatchingTask,
    NumericTask,
    OrderingTask,
    Range,
    ShortTextTask,
    Task,
    UnsupportedQuestion,
)

LEFT_OUT: Final = {
    "associateInteraction": "It asks for pairs within one list.",
    "gapMatchInteraction": "It asks to put texts into several blanks.",
    "hotspotInteraction": "It asks for a place in a picture.",
    "hottextInteraction": "It asks to choose words in a text.",
    "graphicOrderInteraction": "It asks to put places in a picture in order.",
    "graphicAssociateInteraction": "It asks for pairs of places in a picture.",
    "graphicGapMatchInteraction": "It asks to put things on places in a picture.",
    "selectPointInteraction": "It asks for a place in a picture.",
    "positionObjectInteraction": "It asks to place things in a picture.",
    "sliderInteraction": "It asks to set a slider.",
    "uploadInteraction": "It asks for a file.",
    "drawingInteraction": "It asks for a drawing.",
    "mediaInteraction": "It asks to listen or to watch.",
    "customInteraction": "It is answered by a program of its own.",
    "portableCustomInteraction": "It is answered by a program of its own.",
}
_CHOICES: Final = ("choiceInteraction", "inlineChoiceInteraction")
_NUMBERS: Final = ("float", "integer")
MAX_ANSWERS: Final = 200


@dataclass(frozen=True)
class InteractionTask:
    """What is asked, the most points that its mapping gives, and what everyone hears afterwards."""

    task: Task
    most: Decimal | None
    feedback: str


def asking(item: Element, interaction: Element, texts: Texts) -> InteractionTask:
    """Return what ``interaction`` asks for; raise NotTaken where it is of a kind that is not taken over."""
    if interaction.tag in LEFT_OUT:
        raise UnsupportedQuestion(LEFT_OUT[interaction.tag])
    if interaction.tag == "extendedTextInteraction":
        return _composing(item, interaction, texts)
    if interaction.tag not in (*_CHOICES, *_READERS):
        raise UnsupportedQuestion("It is of a kind that is not known here.")
    if looked_for(item, Texts()):
        texts.note("what its graders are told is left out")
    key = key_of(item, interaction.get("responseIdentifier", ""), texts)
    if interaction.tag in _CHOICES:
        return _choosing(item, interaction, key, texts)
    most = max((entry.points for entry in key.mapping.entries), default=None) if key.mapping else None
    is_text_entry = interaction.tag == "textEntryInteraction"
    task = _READERS[interaction.tag](interaction, key, texts)
    return InteractionTask(task, most if is_text_entry else None, general_feedback(item, texts))


def _composing(item: Element, interaction: Element, texts: Texts) -> InteractionTask:
    declared = {
        found.get("identifier"): found for found in item.findall("responseDeclaration")
    }.get(interaction.get("responseIdentifier"))  # fmt: skip
    if declared is not None and declared.get("cardinality", "single") not in ("single", "record"):
        raise UnsupportedQuestion("It asks for several texts.")
    model = declared.findall("correctResponse/value") if declared is not None else []
    task = EssayItemTask(
        looked_for=looked_for(item, texts),
        model_answer=joined(*((value.text or "").strip() for value in model)),
    )
    return InteractionTask(task, None, general_feedback(item, texts))


def _choosing(item: Element, interaction: Element, key: Key, texts: Texts) -> InteractionTask:
    choices = [part for part in interaction if part.tag in ("simpleChoice", "inlineChoice")]
    if len(choices) > MAX_OPTIONS:
        raise UnsupportedQuestion(f"It has more than {MAX_OPTIONS} options.")
    if key.cardinality not in ("single", "multiple"):
        raise UnsupportedQuestion(OWN_WAY)
    several = not key.is_single
    idents = [choice.get("identifier", "") for choice in choices]
    shares, most = _shares(idents, key, texts)
    heard = feedback_on_choices(item, choices, shares, several=several, texts=texts)
    shown = [text_of_choice(choice, texts) for choice in choices]
    task = ChoiceTask(
        options(shown, shares, heard), several=several, is_exact=several and key.mapping is None
    )
    feedback = general_feedback(item, texts, placed_on_choices(choices, several=several))
    return InteractionTask(task, most, feedback)


def _shares(idents: Sequence[str], key: Key, texts: Texts) -> tuple[list[Decimal], Decimal | None]:
    """Return the credit of each choice, and the most points that can be had where points are mapped."""
    if key.mapping is None:
        return [Decimal(ident in key.correct) for ident in idents], None
    points = [key.mapping.points(ident) for ident in idents]
    if key.is_single:
        most = max(points, default=Decimal(0))
    else:
        most = sum((one for one in points if one > 0), Decimal(0))
        if key.mapping.most is not None and key.mapping.most < most:
            texts.note("some of the right options were enough there for all points")
    return parts_of(points, most), most


def _text_entry(interaction: Element, key: Key, texts: Texts) -> Task:
    if not key.is_single:
        raise UnsupportedQuestion(OWN_WAY)
    if key.base_type in _NUMBERS:
        return _reckoning(key, texts)
    if key.base_type != "string":
        raise UnsupportedQuestion(OWN_WAY)
    if key.mapping is None:
        return ShortTextTask(
            tuple(Accepted(needed(text, "A right answer")) for text in key.correct), case_sensitive=True
        )
    entries = [entry for entry in key.mapping.entries if entry.points > 0 and entry.answer]
    shares = parts_of(
        [entry.points for entry in entries], max((entry.points for entry in entries), default=Decimal(0))
    )
    strict = {entry.is_case_sensitive for entry in entries}
    if len(strict) > 1:
        texts.note("capitals matter in all of its answers, not only in some")
    accepted = tuple(Accepted(entry.answer, share) for entry, share in zip(entries, shares, strict=True))
    return ShortTextTask(accepted, case_sensitive=True in strict)


def _reckoning(key: Key, texts: Texts) -> NumericTask:
    if key.mapping is not None:
        given = [(entry.answer, entry.points) for entry in key.mapping.entries if entry.points > 0]
    else:
        given = [(answer, Decimal(1)) for answer in key.correct]
    if len(given) > MAX_ANSWERS:
        raise UnsupportedQuestion("It takes too many different numbers.")
    shares = parts_of(
        [points for _, points in given], max((points for _, points in given), default=Decimal(0))
    )
    stated = [(number(answer), share) for (answer, _), share in zip(given, shares, strict=True)]
    return NumericTask(tuple(_range(value, share, key, texts) for value, share in stated))


def _range(value: Decimal | None, share: Decimal, key: Key, texts: Texts) -> Range:
    if value is None:
        raise UnsupportedQuestion("A right answer of it is no number.")
    mode = key.compared.get("toleranceMode", "exact") if key.compared is not None else "exact"
    if key.compared is None or key.mapping is not None or mode == "exact":
        return Range(value, value, share)
    margins = [number(word) for word in key.compared.get("tolerance", "").split()]
    if mode not in ("absolute", "relative") or len(margins) not in (1, 2):
        raise UnsupportedQuestion(OWN_WAY)
    below, above = margins[0], margins[-1]
    if below is None or above is None or below < 0 or above < 0:
        raise UnsupportedQuestion("How far its number may be off is not stated as a number.")
    if "false" in (key.compared.get("includeLowerBound"), key.compared.get("includeUpperBound")):
        texts.note("an end of a range that did not count itself counts here")
    if mode == "relative":
        below, above = abs(value) * below / 100, abs(value) * above / 100
    return Range(value - below, value + above, share)


def _pairing(interaction: Element, key: Key, texts: Texts) -> MatchingTask:
    sides = interaction.findall("simpleMatchSet")
    if len(sides) != 2:
        raise UnsupportedQuestion("It has no two sides to match.")
    left, right = ({part.get("identifier", ""): part for part in side} for side in sides)
    if max(len(left), len(right)) > MAX_OPTIONS:
        raise UnsupportedQuestion(f"It has more than {MAX_OPTIONS} texts on one side.")
    matched = [tuple(answer.split()) for answer in _pairs_of(key)]
    partners = Counter(pair[0] for pair in matched if pair)
    if any(len(pair) != 2 or pair[0] not in left or pair[1] not in right for pair in matched):
        raise UnsupportedQuestion("Its key names texts that are not on its two sides.")
    if any(partners[ident] != 1 for ident in left):
        raise UnsupportedQuestion("A text on its left side has no partner, or more than one.")
    partner = {pair[0]: pair[1] for pair in matched}
    texts_right = {
        ident: needed(text_of_choice(part, texts), "A text on its right side")
        for ident, part in right.items()
    }
    pairs = [
        (needed(text_of_choice(part, texts), "A text on its left side"), texts_right[partner[ident]])
        for ident, part in left.items()
    ]
    others = (text for ident, text in texts_right.items() if ident not in partner.values())
    return MatchingTask(tuple(pairs), tuple(others))


def _pairs_of(key: Key) -> Sequence[str]:
    if key.mapping is None:
        return key.correct
    return [entry.answer for entry in key.mapping.entries if entry.points > 0]


def _arranging(interaction: Element, key: Key, texts: Texts) -> OrderingTask:
    choices = {part.get("identifier", ""): part for part in interaction.findall("simpleChoice")}
    if not key.correct:
        raise UnsupportedQuestion(NO_KEY)
    if sorted(key.correct) != sorted(choices):
        raise UnsupportedQuestion("Its right order does not name each of its texts once.")
    return OrderingTask(
        tuple(needed(text_of_choice(choices[i], texts), "A text to put in order") for i in key.correct)
    )


_READERS: Final[dict[str, Callable[[Element, Key, Texts], Task]]] = {
    "textEntryInteraction": _text_entry,
    "matchInteraction": _pairing,
    "orderInteraction": _arranging,
}
