"""What students are told about their answers to an item of QTI 1.2."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from catalog.importing.banks.qti.qti_1_item import Item, feedback_of, solutions
from catalog.importing.banks.qti.qti_1_key import Condition
from catalog.importing.banks.qti.texts import Texts, joined
from catalog.importing.banks.question import WHOLE

_GENERAL: Final = ("general_fb",)
_RIGHT: Final = ("correct_fb", "correct")
_WRONG: Final = ("general_incorrect_fb", "incorrect_fb", "incorrect")
LEFT_OUT: Final = "feedback that depends on the answer is left out"


@dataclass(frozen=True)
class Said:
    """Feedback to everyone, to right and to wrong answers, and to single labels by their identifier."""

    general: str
    solution: str
    right: str
    wrong: str
    on_labels: dict[str, str]
    has_more: bool

    def on_options(self, idents: Sequence[str], shares: Sequence[Decimal], *, several: bool) -> list[str]:
        """Return the feedback of each option; where one alone is chosen, with what right or wrong answers hear."""
        if several:
            return [self.on_labels.get(ident, "") for ident in idents]
        return [
            joined(self.on_labels.get(ident, ""), self.right if share == WHOLE else self.wrong)
            for ident, share in zip(idents, shares, strict=True)
        ]

    def is_lost(self, *, options: bool, several: bool) -> bool:
        """Whether a question of this kind has no place for some of it."""
        on_all = bool(self.right or self.wrong) and (several or not options)
        return self.has_more or on_all or bool(self.on_labels and not options)


def said_of(item: Item, rules: Iterable[Condition], texts: Texts) -> Said:
    """Return the feedback of an item, by what it is given for."""
    said = feedback_of(item, texts)
    solving = solutions(item)
    named = {*_GENERAL, *_RIGHT, *_WRONG, *solving}
    on_labels: dict[str, str] = {}
    placed: set[str] = set()
    for rule in rules:
        named_labels = rule.named()
        if len(named_labels) != 1 or any(part.tag == "not" for part in rule.test.iter()):
            continue
        for ident in rule.shows:
            if ident in said and ident not in named:
                on_labels[named_labels[0][1]] = joined(on_labels.get(named_labels[0][1], ""), said[ident])
                placed.add(ident)
    return Said(
        general=joined(*(said.get(ident, "") for ident in _GENERAL)),
        solution=joined(*(said[ident] for ident in said if ident in solving)),
        right=joined(*(said.get(ident, "") for ident in _RIGHT)),
        wrong=joined(*(said.get(ident, "") for ident in _WRONG)),
        on_labels=on_labels,
        has_more=bool(set(said) - named - placed),
    )
