"""What can be counted in an answer: amount, words, sentences, form, errors, organisation.

Every figure is one float of a fixed place; `FEATURES` names them in order. The formulas are
plain counts and shares, the published readability indices, and proxies that need no parser:
function-word classes and word endings for syntax, words unknown to a large vocabulary for
spelling.
"""

import json
import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.essays.language import connectives, diversity
from scoring.training.prose import Prose, syllables

Matrix = NDArray[np.float64]

_LISTS: Final[Mapping[str, str]] = json.loads(
    (Path(__file__).parent / "word_classes.json").read_text(encoding="utf-8")
)
_ENDINGS: Final = {
    "nominal": tuple(_LISTS["nominal_endings"].split()),
    "adjective": tuple(_LISTS["adjective_endings"].split()),
    "ing": ("ing",),
    "ed": ("ed",),
    "ly": ("ly",),
}
_CLASSES: Final = {
    name: frozenset(listed.split()) for name, listed in _LISTS.items() if not name.endswith("_endings")
}
_FUNCTION: Final = frozenset().union(
    *(_CLASSES[name] for name in (
        "first_person", "second_person", "third_person", "determiner", "preposition", "coordinator",
        "subordinator", "relative", "modal", "auxiliary", "negation",
    ))
)  # fmt: skip
_MARKS: Final = {
    "commas": re.compile(","), "semicolons": re.compile("[;:]"), "exclamations": re.compile("!"),
    "questions": re.compile(r"\?"), "quotations": re.compile(r"[\"“”]"), "brackets": re.compile(r"[()]"),
    "apostrophes": re.compile("'"), "hyphens": re.compile(r"-"), "numbers": re.compile(r"\b\d+"),
    "placeholders": re.compile("@"),
}  # fmt: skip
_SLIPS: Final = {
    "lower_i": re.compile(r"\bi\b(?!\.)"),
    "lower_start": re.compile(r"[.!?]\s+[a-z]"),
    "no_space": re.compile(r"[a-z][.,;!?][A-Za-z]"),
    "space_before": re.compile(r"\s[.,;!?]"),
    "repeated_marks": re.compile(r"[!?]{2,}|,{2,}"),
    "article": re.compile(r"\ba [aeio]\w|\ban [bcdfgjklmnpqrstvwxz]", re.IGNORECASE),
    "double_word": re.compile(r"\b(\w{2,}) \1\b", re.IGNORECASE),
    "would_of": re.compile(r"\b(?:would|could|should|must) of\b", re.IGNORECASE),
    "more_better": re.compile(r"\bmore \w+er\b", re.IGNORECASE),
}
_BANDS: Final = (500, 1000, 2000, 4000, 8000)
_RUN: Final = 3


def _names() -> tuple[str, ...]:
    amount = (
        "words", "words_root", "words_fourth_root", "words_log", "characters_log", "sentences_log",
        "paragraphs_log", "compressed_log", "unique_log", "unique_root",
    )  # fmt: skip
    words = (
        "word_length", "word_length_sd", "long_share", "very_long_share", "short_share", "syllables",
        "type_token", "guiraud", "moving_diversity", "once_share", "distinct_runs", "compression", "entropy",
        "yule", "content_share", "unique_long_log",
    )  # fmt: skip
    sentences = (
        "sentence_length", "sentence_length_sd", "longest_sentence", "short_sentences", "long_sentences",
        "clauses", "flesch", "grade", "automated", "coleman", "smog", "lix",
    )  # fmt: skip
    vocabulary = (
        "rank", "rank_sd", *(f"beyond_{band}" for band in _BANDS), "unknown_share", "unknown_log",
        "unknown_types", "rare_types_log",
    )  # fmt: skip
    organisation = (
        "connectives",
        "connective_kinds",
        "cohesion",
        "cohesion_sd",
        "paragraph_length",
        "capitals",
    )
    return (
        *amount, *words, *sentences, *vocabulary, *organisation, *_CLASSES, *(f"{n}_ending" for n in _ENDINGS),
        *_MARKS, *_SLIPS, "slips_log", "function_kinds",
    )  # fmt: skip


FEATURES: Final = _names()


def feature_matrix(proses: Iterable[Prose], ranks: Mapping[str, int]) -> Matrix:
    """Shape (answers, len(FEATURES)). `ranks` places known words by frequency, 0 the commonest;
    with an empty mapping the figures that need it are 0."""
    rows = [features(prose, ranks) for prose in proses]
    return np.array(rows, float).reshape(len(rows), len(FEATURES))


def features(prose: Prose, ranks: Mapping[str, int]) -> list[float]:
    """The figures of one answer, in the order of `FEATURES`; all finite, all 0 without words."""
    if not prose.words:
        return [0.0] * len(FEATURES)
    return [
        *_amount(prose), *_words(prose), *_sentences(prose), *_vocabulary(prose.words, ranks),
        *_organisation(prose), *_classes(prose.words), *_forms(prose),
    ]  # fmt: skip


def known(word: str, ranks: Mapping[str, int]) -> int | None:
    """The rank of a word, or of what is left without a regular ending; None for an unknown one."""
    for form in _forms_of(word):
        if (rank := ranks.get(form)) is not None:
            return rank
    return None


def _forms_of(word: str) -> Iterable[str]:
    yield word
    base = word.removesuffix("'s").removesuffix("'")
    yield base
    for ending, instead in (
        ("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("ly", ""),
        ("er", ""), ("er", "e"), ("est", ""), ("n't", ""), ("'ll", ""), ("'ve", ""), ("'re", ""), ("'d", ""),
        ("'m", ""),
    ):  # fmt: skip
        if base.endswith(ending) and len(base) >= len(ending) + 2:
            yield base.removesuffix(ending) + instead


def _amount(prose: Prose) -> tuple[float, ...]:
    count, unique = len(prose.words), len(set(prose.words))
    packed = len(zlib.compress(prose.text.encode("utf-8", "replace"), 6))
    return (
        count, count**0.5, count**0.25, math.log1p(count), math.log1p(len(prose.text)),
        math.log1p(len(prose.sentences)), math.log1p(prose.paragraphs), math.log1p(packed), math.log1p(unique),
        unique**0.5,
    )  # fmt: skip


def _words(prose: Prose) -> tuple[float, ...]:
    words = prose.words
    count, counts = len(words), Counter(words)
    lengths = np.array([len(word) for word in words])
    runs = list(zip(*(words[at:] for at in range(_RUN)), strict=False))
    frequencies = np.array(list(counts.values()))
    shares = frequencies / count
    raw = prose.text.encode("utf-8", "replace")
    return (
        float(lengths.mean()), float(lengths.std()), float((lengths > 6).mean()), float((lengths > 8).mean()),
        float((lengths < 4).mean()), sum(map(syllables, words)) / count, len(counts) / count,
        len(counts) / count**0.5, diversity(words), float((frequencies == 1).sum()) / count,
        len(set(runs)) / len(runs) if runs else 1.0, len(zlib.compress(raw, 6)) / len(raw),
        float(-(shares * np.log(shares)).sum()), float((frequencies * (frequencies - 1)).sum()) / count**2,
        sum(word not in _FUNCTION for word in words) / count,
        math.log1p(sum(len(word) > 7 for word in counts)),
    )  # fmt: skip


def _sentences(prose: Prose) -> tuple[float, ...]:
    """Readability: Flesch 1948, Flesch-Kincaid 1975, Senter and Smith 1967 (ARI), Coleman and
    Liau 1975, McLaughlin 1969 (SMOG), Björnsson 1968 (LIX)."""
    lengths = np.array([len(sentence.words) for sentence in prose.sentences])
    words, count = prose.words, len(prose.sentences)
    per = len(words) / count
    beats = [syllables(word) for word in words]
    per_word = sum(beats) / len(words)
    letters = sum(map(len, words)) / len(words)
    clauses = sum(w in _CLASSES["subordinator"] or w in _CLASSES["relative"] for w in words) / count
    return (
        per, float(lengths.std()), math.log1p(int(lengths.max())), float((lengths < 8).mean()),
        float((lengths > 30).mean()), clauses, 206.835 - 1.015 * per - 84.6 * per_word,
        0.39 * per + 11.8 * per_word - 15.59, 4.71 * letters + 0.5 * per - 21.43,
        5.88 * letters - 29.6 / per - 15.8, 1.043 * (30 * sum(b > 2 for b in beats) / count) ** 0.5 + 3.1291,
        per + 100 * sum(len(word) > 6 for word in words) / len(words),
    )  # fmt: skip


def _vocabulary(words: Sequence[str], ranks: Mapping[str, int]) -> tuple[float, ...]:
    if not ranks:
        return (0.0,) * (len(_BANDS) + 6)
    spelled = [word for word in words if word[0].isalpha()] or ["the"]
    places = {word: known(word, ranks) for word in set(spelled)}
    unknown = [word for word in spelled if places[word] is None]
    found = np.array([rank for word in spelled if (rank := places[word]) is not None] or [0])
    logs = np.log1p(found)
    return (
        float(logs.mean()), float(logs.std()), *(float((found > band).mean()) for band in _BANDS),
        len(unknown) / len(spelled), math.log1p(len(unknown)), len(set(unknown)) / len(places),
        math.log1p(sum(rank is not None and rank > 3000 for rank in places.values())),
    )  # fmt: skip


def _organisation(prose: Prose) -> tuple[float, ...]:
    content = [{w for w in sentence.words if w not in _FUNCTION} for sentence in prose.sentences]
    shared = np.array([len(a & b) / max(1, min(len(a), len(b))) for a, b in pairwise(content)] or [0.0])
    joining = ("reasoning", "contrast", "addition", "sequence", "exemplification", "conclusion")
    kinds = {w for w in prose.words for name in joining if w in _CLASSES[name]}
    found, count = connectives(prose.text), len(prose.words)
    capitals = sum(word.isupper() and len(word) > 1 for word in prose.raw_words)
    return (
        found / count, math.log1p(len(kinds)), float(shared.mean()), float(shared.std()),
        math.log1p(count / max(1, prose.paragraphs)), capitals / count,
    )  # fmt: skip


def _classes(words: Sequence[str]) -> list[float]:
    counts, total = Counter(words), len(words)
    shares = [sum(counts[word] for word in listed) / total for listed in _CLASSES.values()]
    endings = [
        sum(n for word, n in counts.items() if len(word) > 4 and word.endswith(ending)) / total
        for ending in _ENDINGS.values()
    ]
    return shares + endings


def _forms(prose: Prose) -> list[float]:
    total = len(prose.words)
    marks = [len(pattern.findall(prose.text)) / total for pattern in _MARKS.values()]
    slips = [len(pattern.findall(prose.text)) for pattern in _SLIPS.values()]
    kinds = len(_FUNCTION.intersection(prose.words))
    return [*marks, *(found / total for found in slips), math.log1p(sum(slips)), math.log1p(kinds)]
