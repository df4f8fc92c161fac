"""What an item of QTI 1.2 asks for, by the type it names and, where it names none, by its structure."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from html import escape
from typing import Final

from catalog.importing.banks.qti.elements import number
from catalog.importing.banks.qti.qti_1_feedback import Said
from catalog.importing.banks.qti.qti_1_item import Asked, Item
from catalog.importing.banks.qti.qti_1_key import ELSEWHERE, Condition, points_of
from catalog.importing.banks.qti.qti_1_numbers import numeric_task
from catalog.importing.banks.qti.texts import GAP, MAX_OPTIONS, NO_KEY, Texts, needed, options, parts_of
from catalog.importing.banks.question import (
    Accepted,
    ChoiceTask,
    EssayItemTask,
    MatchingTask,
    OrderingTask,
    ShortTextTask,
    Task,
    UnsupportedQuestion,
)

_LEFT_OUT: Final = {
    "calculated": "Its numbers are drawn anew for each person.",
    "calculated numeric": "Its numbers are drawn anew for each person.",
    "file upload": "It asks for a file.",
    "hot spot": "It asks for a place in a picture.",
    "text only": "It is a text that asks nothing.",
    "categorization": "It asks to sort things into categories.",
    "opinion scale": "It asks for an opinion, which has no right answer.",
    "opinion scale/likert": "It asks for an opinion, which has no right answer.",
    "jumbled sentence": "It has several blanks that are filled from one list.",
    "quiz bowl": "It asks for a question, in free words that are counted.",
}
_ESSAYS: Final = ("essay", "short response")
_NUMERIC: Final = ("numerical", "numeric")
_TYPED_NUMBERS: Final = ("decimal", "integer", "scientific")
_ONE_BLANK: Final = ("fill in multiple blanks", "fill in the blank plus")
_MATCHED_BY: Final = (
    "TextEquivalence",
    "TextInChoices",
    "TextContainsAnswer",
    "TextCloseEnough",
    "Equivalence",
)


def task_of(item: Item, rules: Sequence[Condition], said: Said, texts: Texts) -> Task:
    """Return what ``item`` asks for; raise NotTaken where it is of a kind that is not taken over."""
    if item.kind in _LEFT_OUT:
        raise UnsupportedQuestion(_LEFT_OUT[item.kind])
    if item.element.find("itemproc_extension/calculated") is not None:
        raise UnsupportedQuestion(_LEFT_OUT["calculated"])
    if not item.asked:
        raise UnsupportedQuestion("It is a text that asks nothing.")
    if len(item.asked) > MAX_OPTIONS:
        raise UnsupportedQuestion(f"It asks more than {MAX_OPTIONS} things in one.")
    for asked in item.asked:
        if asked.element.tag in ("response_xy", "response_grp", "response_extension"):
            raise UnsupportedQuestion(
                "It asks for a place in a picture, or for something that has a form of its own."
            )
    if item.kind in _ESSAYS:
        return _composing(item, texts)
    return (
        _of_one(item, item.asked[0], rules, said, texts)
        if len(item.asked) == 1
        else _of_many(item, rules, texts)
    )


def _of_many(item: Item, rules: Sequence[Condition], texts: Texts) -> Task:
    count = len(item.asked)
    if any(asked.is_typed_in for asked in item.asked) or any(_gap(item, asked) for asked in item.asked):
        raise UnsupportedQuestion(f"It has {count} blanks; a question here has one.")
    if any(asked.is_multiple for asked in item.asked):
        raise UnsupportedQuestion(_LEFT_OUT["categorization"])
    shared = Counter(text for asked in item.asked for text in {shown for _, shown in asked.labels})
    if item.kind != "matching" and max(shared.values(), default=0) < 2:
        raise UnsupportedQuestion(f"It asks {count} things in one.")
    return _pairing(item, rules, texts)


def _of_one(item: Item, asked: Asked, rules: Sequence[Condition], said: Said, texts: Texts) -> Task:
    if asked.is_typed_in:
        return _typed_in(item, asked, rules, texts)
    if asked.is_ordered or item.kind == "ordering":
        return _arranging(asked, rules, texts)
    if item.kind == "matching":
        return _pairing(item, rules, texts)
    if item.kind in _ONE_BLANK and not _is_chosen(asked):
        return _blank(asked, texts)
    return _choosing(asked, rules, said, texts)


def prompt_of(item: Item, texts: Texts) -> str:
    """Return the text of an item, with a gap for the blank that Canvas names in square brackets."""
    written = item.prompt
    if len(item.asked) == 1:
        gap = _gap(item, item.asked[0])
        written = written.replace(gap, GAP) if gap else written + _lead(item)
    return needed(texts.shown(written), "It")


def _lead(item: Item) -> str:
    """Return what stands with the one thing asked, unless that is a left text, which stands in its pair."""
    return "" if item.kind == "matching" else item.asked[0].lead


def _gap(item: Item, asked: Asked) -> str:
    """Return how the text of an item names the blank that is asked for; empty where it does not."""
    named = f"[{escape(asked.ident.removeprefix('response_'), quote=False)}]"
    return named if asked.ident.startswith("response_") and named in item.prompt else ""


def _choosing(asked: Asked, rules: Sequence[Condition], said: Said, texts: Texts) -> ChoiceTask:
    if len(asked.labels) > MAX_OPTIONS:
        raise UnsupportedQuestion(f"It has more than {MAX_OPTIONS} options.")
    idents = [ident for ident, _ in asked.labels]
    if len(set(idents)) < len(idents):
        raise UnsupportedQuestion("Two of its options have the same identifier.")
    is_exact = False
    if asked.is_multiple:
        shares, is_exact = _shares_of_several(idents, rules, texts)
    else:
        points = points_of(rules, idents)
        shares = parts_of(points, max(points, default=Decimal(0)))
    kept = [at for at, (_, text) in enumerate(asked.labels) if shares[at] or not texts.is_blank(text)]
    if len(kept) < len(idents):
        texts.note("an empty option is left out")
    heard = said.on_options(idents, shares, several=asked.is_multiple)
    shown = (texts.shown(asked.labels[at][1]) for at in kept)
    found = options(shown, [shares[at] for at in kept], [heard[at] for at in kept])
    return ChoiceTask(found, several=asked.is_multiple, is_exact=is_exact)


def _shares_of_several(
    idents: Sequence[str], rules: Sequence[Condition], texts: Texts
) -> tuple[list[Decimal], bool]:
    """Return the credit of each option, and whether only exactly the right ones give points."""
    counting = [rule for rule in rules if rule.points]
    named = [[ident for _, ident in rule.named()] for rule in counting]
    if any(part.tag not in _PLAIN for rule in counting for part in rule.test.iter()):
        raise UnsupportedQuestion(ELSEWHERE)
    if all(_is_single(rule) for rule in counting) and not any(
        rule.replaces for rule in counting if rule.gives
    ):
        points = {ident: Decimal(0) for ident in idents}
        for rule, (ident,) in zip(counting, named, strict=True):
            points[ident] = points.get(ident, Decimal(0)) + (rule.points or 0)
        given = [points[ident] for ident in idents]
        return parts_of(given, sum((one for one in given if one > 0), Decimal(0))), False
    if len([rule for rule in counting if rule.gives]) != 1 or len(counting) != 1:
        raise UnsupportedQuestion(ELSEWHERE)
    right = set(named[0])
    denied = sum(1 for part in counting[0].test.iter("not"))
    if denied < len(set(idents) - right):
        texts.note("options that did not matter there are wrong here")
    return [Decimal(ident in right) for ident in idents], True


_PLAIN: Final = ("conditionvar", "and", "not", "varequal")


def _is_single(rule: Condition) -> bool:
    return len(rule.named()) == 1 and not any(part.tag == "not" for part in rule.test.iter())


def _pairing(item: Item, rules: Sequence[Condition], texts: Texts) -> MatchingTask:
    named = [pair for rule in rules if rule.gives for pair in rule.named()]
    if any(part.tag in ("or", "other") for rule in rules if rule.gives for part in rule.test.iter()):
        raise UnsupportedQuestion(ELSEWHERE)
    partners = Counter(ident for ident, _ in dict.fromkeys(named))
    right_of = dict(named)
    pairs: list[tuple[str, str]] = []
    for asked in item.asked:
        left = texts.shown(asked.lead)
        right = texts.shown(dict(asked.labels).get(right_of.get(asked.ident, ""), ""))
        if not left and not right:
            continue
        if partners[asked.ident] != 1:
            raise UnsupportedQuestion("A text on its left side has no partner, or more than one.")
        pairs.append((needed(left, "A text on its left side"), needed(right, "A text on its right side")))
    pairs = list(dict.fromkeys(pairs))
    if len({left for left, _ in pairs}) < len(pairs):
        raise UnsupportedQuestion("Two texts on its left side are the same, with different partners.")
    if not pairs:
        raise UnsupportedQuestion(NO_KEY)
    taken = {right for _, right in pairs}
    every = dict.fromkeys(
        texts.shown(text) for text in dict.fromkeys(text for a in item.asked for _, text in a.labels)
    )
    return MatchingTask(tuple(pairs), tuple(text for text in every if text and text not in taken))


def _arranging(asked: Asked, rules: Sequence[Condition], texts: Texts) -> OrderingTask:
    right = [rule for rule in rules if rule.gives]
    shown = dict(asked.labels)
    if len(right) != 1:
        raise UnsupportedQuestion(ELSEWHERE if right else NO_KEY)
    order = [ident for _, ident in right[0].named()]
    if sorted(order) != sorted(shown):
        raise UnsupportedQuestion("Its right order does not name each of its texts once.")
    return OrderingTask(tuple(needed(texts.shown(shown[ident]), "A text to put in order") for ident in order))


def _typed_in(item: Item, asked: Asked, rules: Sequence[Condition], texts: Texts) -> Task:
    typed = {fib.get("fibtype", "").lower() for fib in asked.element.iter("render_fib")}
    is_number = (
        item.kind in _NUMERIC or bool(typed & set(_TYPED_NUMBERS)) or asked.element.tag == "response_num"
    )
    giving = [rule for rule in rules if rule.gives]
    if is_number or any(
        part.tag.startswith(("varg", "varl")) for rule in giving for part in rule.test.iter()
    ):
        return numeric_task(rules, texts)
    if giving:
        return _wording(giving)
    if item.kind:
        raise UnsupportedQuestion(NO_KEY)
    return _composing(item, texts)


def _wording(giving: Sequence[Condition]) -> ShortTextTask:
    best = max(rule.points or Decimal(0) for rule in giving)
    accepted: dict[str, Accepted] = {}
    is_case_sensitive = False
    for rule, share in zip(
        giving, parts_of([rule.points or Decimal(0) for rule in giving], best), strict=True
    ):
        for part in rule.test.iter():
            if part.tag not in ("conditionvar", "and", "or", "varequal", "varsubstring"):
                raise UnsupportedQuestion(ELSEWHERE)
            text = (part.text or "").strip()
            if not part.tag.startswith("var") or not text:
                continue
            is_case_sensitive = is_case_sensitive or part.get("case", "").lower() == "yes"
            taken = _containing(text, share) if part.tag == "varsubstring" else Accepted(text, share)
            accepted.setdefault(text, taken)
    return _worded(list(accepted.values()), is_case_sensitive)


def _worded(accepted: Sequence[Accepted], is_case_sensitive: bool) -> ShortTextTask:
    if not accepted:
        raise UnsupportedQuestion(NO_KEY)
    return ShortTextTask(tuple(accepted), is_case_sensitive)


def _containing(text: str, share: Decimal) -> Accepted:
    if "*" in text:
        raise UnsupportedQuestion("It takes every answer with a text in it that has an asterisk.")
    return Accepted(f"*{text}*", share, has_wildcards=True)


def _is_chosen(asked: Asked) -> bool:
    return any(
        label.get("answer_type") in ("dropdown", "wordbank") for label in asked.element.iter("response_label")
    )


def _blank(asked: Asked, texts: Texts) -> ShortTextTask:
    """Return a blank of Canvas, for which each label is a text that is taken."""
    ways = [label.get("scoring_algorithm", _MATCHED_BY[0]) for label in asked.element.iter("response_label")]
    if any(way not in _MATCHED_BY for way in ways):
        raise UnsupportedQuestion("Its answers are compared with a pattern.")
    if "TextCloseEnough" in ways:
        texts.note("answers with slips of the pen, which counted there, do not count")
    accepted = []
    for (_, shown), way in zip(asked.labels, ways, strict=True):
        if text := texts.shown(shown):
            accepted.append(_containing(text, Decimal(1)) if way == "TextContainsAnswer" else Accepted(text))
    return _worded(accepted, False)


def _composing(item: Item, texts: Texts) -> EssayItemTask:
    response = item.asked[0].element
    is_limited = response.get("word_limit_enabled", "").lower() in ("yes", "true")
    return EssayItemTask(
        looked_for=texts.shown(item.metadata.get("grading_notes", "")),
        model_answer="",
        min_words=_words(response.get("word_limit_min")) if is_limited else None,
        max_words=_words(response.get("word_limit_max")) if is_limited else None,
    )


def _words(written: str | None) -> int | None:
    count = number(written)
    return int(count) if count is not None and 0 < count <= 100_000 else None
