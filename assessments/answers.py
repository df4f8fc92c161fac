"""The forms in which an answer may arrive, and the one form in which it is stored.

A client may write an answer in several ways (a choice by id or by its text, a number bare
or with its unit). `normalise` turns each of them into the canonical form of its question
type and refuses everything else. Canonical forms are fixed points of `normalise`.

==================  ==================================================
question type       canonical form
==================  ==================================================
multiple_choice     ``{"choice_ids": ["c2"]}`` in the question's order
numeric             ``{"value": "42.5", "unit": "kg" | None}``
short_text, essay   ``{"text": "..."}`` with line ends as ``\\n``
ordering            ``{"order": ["c3", "c1", "c2"]}``
matching            ``{"pairs": {"l1": "r2"}}``
profile             whichever of the above the question asks for
==================  ==================================================
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, localcontext
from typing import Any, Final

Choice = Mapping[str, Any]
Answer = dict[str, Any]

MAX_SHORT_TEXT: Final = 2_000
MAX_ESSAY: Final = 50_000
MAX_DIGITS: Final = 40
MAX_UNIT: Final = 20

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_SPACE = re.compile(r"\s+")
#: Controls, formats and separators (Unicode 14: Cc, Cf, Zs, Zl, Zp), of which nothing is seen, as ranges that Python
#: and PostgreSQL read alike.
INVISIBLE: Final = (
    r"\u0001-\u0020\u007f-\u00a0\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u1680\u180e"
    r"\u2000-\u200f\u2028-\u202f\u205f-\u2064\u2066-\u206f\u3000\ufeff\ufff9-\ufffb\U000110bd\U000110cd"
    r"\U00013430-\U00013438\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
_VISIBLE = re.compile(f"[^{INVISIBLE}]")
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")


class AnswerInvalid(ValueError):
    """An answer that its question does not allow.

    `field` is the path inside the request, such as ``answer.choice_ids[1]``. The message
    is safe to show to a student: it repeats nothing that was sent and says nothing of the
    answer key.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


def normalise(
    question_type: str, choices: Sequence[Choice], answer_format: Mapping[str, Any], raw: object
) -> Answer:
    """Return the canonical form of `raw`, or raise `AnswerInvalid`.

    `choices` are the question's ``{"id", "text"[, "side"]}``; `answer_format` is what the
    student was shown (``max_choices``, ``unit``, ``units``, ``max_chars``). An unknown
    `question_type` is a plain `ValueError`, because no client can cause it.
    """
    reader = _READERS.get(question_type)
    if reader is None:
        raise ValueError(f"unknown question type {question_type!r}")
    return reader(choices, answer_format, raw)


def is_blank(answer: Mapping[str, Any]) -> bool:
    """True for a canonical text answer without a visible character; such an answer is
    stored but cannot earn anything. The column ``is_blank`` of answers says the same."""
    text = answer.get("text")
    return isinstance(text, str) and _VISIBLE.search(text) is None


def _choice(choices: Sequence[Choice], answer_format: Mapping[str, Any], raw: object) -> Answer:
    field, named = _named_choices(raw)
    if not named:
        raise AnswerInvalid(field, "must choose at least one option")
    limit = int(answer_format.get("max_choices", 1))
    if len(named) > limit:
        options = "option" if limit == 1 else "options"
        raise AnswerInvalid(field, f"must choose at most {limit} {options}")
    many = field == "answer.choice_ids"
    chosen = _resolve_all(choices, field, named) if many else [_resolve(choices, field, named[0])]
    return {"choice_ids": [c["id"] for c in choices if c["id"] in chosen]}


def _named_choices(raw: object) -> tuple[str, list[object]]:
    if isinstance(raw, str):
        return "answer", [raw]
    body = _object(raw, ("choice_id", "choice_ids"), "the id of a choice")
    if len(body) != 1:
        raise AnswerInvalid("answer", "give either choice_id or choice_ids")
    if "choice_id" in body:
        return "answer.choice_id", [body["choice_id"]]
    return "answer.choice_ids", _list(body["choice_ids"], "answer.choice_ids")


def _numeric(choices: Sequence[Choice], answer_format: Mapping[str, Any], raw: object) -> Answer:
    if not isinstance(raw, Mapping):
        return {"value": _number("answer", raw), "unit": None}
    body = _object(raw, ("value", "unit"), "a number")
    if "value" not in body:
        raise AnswerInvalid("answer.value", "is required")
    value = _number("answer.value", body["value"])
    return {"value": value, "unit": _unit(answer_format, body.get("unit"))}


def _number(field: str, raw: object) -> str:
    """The plain decimal writing of a number of at most 40 digits, without an exponent."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise AnswerInvalid(field, "must be a number")
    too_long = AnswerInvalid(field, f"must have at most {MAX_DIGITS} digits")
    if isinstance(raw, float) and not math.isfinite(raw):
        raise AnswerInvalid(field, "must be a finite number")
    # Compared before str(): Python refuses to write out integers of thousands of digits.
    if isinstance(raw, int) and abs(raw) >= 10**MAX_DIGITS:
        raise too_long
    text = raw.strip() if isinstance(raw, str) else repr(raw)
    if len(text) > 2 * MAX_DIGITS:
        raise too_long
    if not _NUMBER.fullmatch(text):
        raise AnswerInvalid(field, "must be a number written with a point, such as 42.5")
    return _plain(Decimal(text), too_long)


def _plain(value: Decimal, too_long: AnswerInvalid) -> str:
    if value.is_zero():
        return "0"
    with localcontext(prec=3 * MAX_DIGITS):
        plain = format(value.normalize(), "f")
    if sum(c.isdigit() for c in plain) > MAX_DIGITS:
        raise too_long
    return plain


def _unit(answer_format: Mapping[str, Any], raw: object) -> str | None:
    field = "answer.unit"
    if raw is None:
        return None
    if not isinstance(raw, str) or len(raw) > MAX_UNIT:
        raise AnswerInvalid(field, f"must be a text of at most {MAX_UNIT} characters")
    unit = _storable(field, raw).strip()
    offered = answer_format.get("units")
    if unit and offered is not None and unit not in offered:
        raise AnswerInvalid(field, "is not one of the units of this question")
    return unit or None


def _text(limit: int) -> Callable[[Sequence[Choice], Mapping[str, Any], object], Answer]:
    def read(choices: Sequence[Choice], answer_format: Mapping[str, Any], raw: object) -> Answer:
        field, text = "answer", raw
        if not isinstance(raw, str):
            field, text = "answer.text", _object(raw, ("text",), "a text").get("text")
        if not isinstance(text, str):
            raise AnswerInvalid(field, "must be a text")
        most = min(limit, int(answer_format.get("max_chars", limit)))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if len(text) > most:
            raise AnswerInvalid(field, f"must have at most {most:,} characters")
        return {"text": _storable(field, text)}

    return read


def _ordering(choices: Sequence[Choice], answer_format: Mapping[str, Any], raw: object) -> Answer:
    field = "answer.order"
    body = _object(raw, ("order",), "an object with the list order")
    order = _resolve_all(choices, field, _list(body.get("order"), field))
    if len(order) != len(choices):
        raise AnswerInvalid(field, f"must name each of the {len(choices)} items once")
    return {"order": order}


def _matching(choices: Sequence[Choice], answer_format: Mapping[str, Any], raw: object) -> Answer:
    field = "answer.pairs"
    pairs = _object(raw, ("pairs",), "an object with pairs").get("pairs")
    if not isinstance(pairs, Mapping) or not pairs:
        raise AnswerInvalid(field, "must be an object that pairs left items with right items")
    lefts = [c for c in choices if c.get("side") == "left"]
    rights = [c for c in choices if c.get("side") == "right"]
    if len(pairs) > len(lefts):
        raise AnswerInvalid(field, "has more pairs than there are items on the left")
    paired = dict(
        zip(
            _resolve_all(lefts, field, list(pairs)),
            [_resolve(rights, field, right) for right in pairs.values()],
            strict=True,
        )
    )
    return {"pairs": {c["id"]: paired[c["id"]] for c in lefts if c["id"] in paired}}


def _profile(choices: Sequence[Choice], answer_format: Mapping[str, Any], raw: object) -> Answer:
    named = set(raw) if isinstance(raw, Mapping) else set()
    if any(c.get("side") for c in choices):
        return _matching(choices, answer_format, raw)
    if choices:
        reader = _ordering if "order" in named else _choice
        return reader(choices, answer_format, raw)
    if isinstance(raw, str) or "text" in named:
        return _text(MAX_SHORT_TEXT)(choices, answer_format, raw)
    return _numeric(choices, answer_format, raw)


def _object(raw: object, allowed: Sequence[str], wanted: str) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise AnswerInvalid("answer", f"must be {wanted}")
    if any(key not in allowed for key in raw):
        raise AnswerInvalid("answer", f"may hold only {' or '.join(allowed)}")
    return raw


def _list(raw: object, field: str) -> list[object]:
    if not isinstance(raw, list):
        raise AnswerInvalid(field, "must be a list of choice ids")
    return raw


def _resolve_all(choices: Sequence[Choice], field: str, names: Sequence[object]) -> list[str]:
    """The ids behind ids or texts, in the order given, each at most once."""
    if len(names) > len(choices):
        raise AnswerInvalid(field, "names more options than the question has")
    ids = [_resolve(choices, f"{field}[{at}]", name) for at, name in enumerate(names)]
    if len(set(ids)) != len(ids):
        raise AnswerInvalid(field, "names the same option twice")
    return ids


def _resolve(choices: Sequence[Choice], field: str, name: object) -> str:
    """The id of the choice called `name`; an id wins over an equal text."""
    if not isinstance(name, str):
        raise AnswerInvalid(field, "must be the id or the text of an option")
    if any(c["id"] == name for c in choices):
        return name
    wanted = _one_line(name)
    ids = [str(c["id"]) for c in choices if _one_line(str(c["text"])) == wanted]
    if len(ids) > 1:
        raise AnswerInvalid(field, "fits several options; give the id instead")
    if not ids:
        raise AnswerInvalid(field, "is not an option of this question")
    return ids[0]


def _one_line(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _storable(field: str, text: str) -> str:
    if _NOT_STORABLE.search(text):
        raise AnswerInvalid(field, "contains a character that cannot be stored")
    return text


_READERS: Final[Mapping[str, Callable[[Sequence[Choice], Mapping[str, Any], object], Answer]]] = {
    "multiple_choice": _choice,
    "numeric": _numeric,
    "short_text": _text(MAX_SHORT_TEXT),
    "essay": _text(MAX_ESSAY),
    "ordering": _ordering,
    "matching": _matching,
    "profile": _profile,
}
