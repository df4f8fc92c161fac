"""Sentences about a recommendation, made only of stored facts and of passages quoted word for word.

Neighbours are spoken of in number, and only from ``SPOKEN_OF`` on, so that nothing can be read from it
about one of them.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from recommendations.chunking import sentences
from recommendations.gaps import Basis, Need, SkillGap

SPOKEN_OF: Final = 3
MAX_QUOTE_WORDS: Final = 45
STEM: Final = 5
STEERING: Final = re.compile(
    r"\b(?:instead|prefer|rather|should (?:choose|begin|start)|begin with|go on to|not included|no need)\b",
    re.IGNORECASE,
)
ASIDE: Final = re.compile(
    r"\b(?:whom?|audience|knowledge|prerequisites?|before|assess\w*|exam\w*|evidence|earn|fits|benefits)\b",
    re.IGNORECASE,
)
# Words of four letters or more, and abbreviations in capitals.
WORD: Final = re.compile(r"[^\W\d_]{4,}|\b[A-Z]{2,3}\b")
NAMED_NEEDS: Final = 3

WITHOUT: Final = {
    "essay_scores": "The essays could not be scored, so the profile rests on the other answers.",
    "retrieval": "The catalog could not be searched, so no passages are quoted.",
    "neighbours": "There are too few past learners to compare with yet.",
    "recommendations": "No recommendations could be made.",
}


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage, the address of the document that it stands in, and the heading above it."""

    snippet: str
    source_uri: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class CredentialFacts:
    """What is stored about a recommended credential; ``served`` pairs each need with the level reached.

    ``holders`` of ``neighbours`` similar learners took it up; both are 0 where none were compared.
    ``unmet`` are the titles of prerequisites that are still to be done; ``quotes`` are the passages found,
    the nearest first; ``subject`` is what the skills served mean, in words.
    """

    title: str
    provider: str
    hours: int
    served: tuple[tuple[Need, float], ...]
    subject: str = ""
    unmet: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    holders: int = 0
    neighbours: int = 0


def rationale(facts: CredentialFacts) -> str:
    """Return why the credential is recommended: each gap it closes, its effort, a quotation, neighbours."""
    said = [_served(need, reached) for need, reached in facts.served]
    provider = f" with {facts.provider}" if facts.provider else ""
    hours = f"{facts.hours} hour" if facts.hours == 1 else f"{facts.hours} hours"
    said.append(f"It takes {hours}{provider}.")
    if facts.unmet:
        said.append(f"It builds on {_listed(facts.unmet)}, which should come first.")
    if facts.quotes:
        said.append(_quoted(facts.quotes, facts.subject))
    if facts.holders >= SPOKEN_OF:
        said.append(
            f"{facts.holders} of the {facts.neighbours} learners with the most similar profile took it up."
        )
    return " ".join(said)


def summary(
    *,
    role_name: str,
    profile: Sequence[SkillGap],
    needs: Sequence[Need],
    titles: Sequence[str],
    missing: Collection[str],
) -> str:
    """Return the profile, the heaviest needs and the first suggestion in a few sentences."""
    said = [_standing(role_name, profile), _wanted(needs)]
    if "recommendations" not in missing:
        said.append(_suggested(titles, needs))
    said.extend(WITHOUT[part] for part in WITHOUT if part in missing)
    return " ".join(sentence for sentence in said if sentence)


def quotation(passages: Sequence[tuple[str, str]], subject: str) -> tuple[int, str]:
    """Return the place of a passage, and a sentence of it that says most about ``subject``, word for word.

    ``passages`` are headings and texts, the nearest first. What counts is how many different words of
    ``subject`` a sentence has, compared by their first letters so that "joins" meets "join"; of equals the
    first sentence of the nearest passage. A sentence that sends the reader elsewhere comes after all others,
    and so do sections about audience and assessment: they tell whom a course is for, not what it teaches. At
    most 45 words of it; what is returned always stands in the passage as it is.
    """
    wanted = _stems(subject)

    def worth(saying: tuple[int, str]) -> tuple[bool, bool, int]:
        place, sentence = saying
        aside = ASIDE.search(passages[place][0]) is not None
        return STEERING.search(sentence) is None, not aside, len(wanted & _stems(sentence))

    sayings = [
        (place, _shortened(text[span.start : span.end]))
        for place, (_, text) in enumerate(passages)
        for span in sentences(text)
    ]
    return max(sayings, key=worth, default=(0, ""))


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:STEM].lower() for word in WORD.findall(text))


def _shortened(sentence: str) -> str:
    parts = sentence.split(maxsplit=MAX_QUOTE_WORDS)
    return sentence if len(parts) <= MAX_QUOTE_WORDS else sentence[: len(sentence) - len(parts[-1])].rstrip()


def _quoted(quotes: Sequence[Quote], subject: str) -> str:
    place, words = quotation([(quote.heading, quote.snippet) for quote in quotes], subject)
    return f"Its document says: “{words}” ({quotes[place].source_uri})"


def _served(need: Need, reached: float) -> str:
    leads = f"this credential leads to level {_level(reached)}"
    role = f"the role asks for {_level(need.target)}"
    openings: dict[Basis, str] = {
        "measured": f"{need.skill_name} was measured at {_level(need.level)} of 5 and {role}",
        "stretch": f"{need.skill_name}, measured at {_level(need.level)} of 5, is where the role needs it",
        "assumed": f"{need.skill_name} was not measured and {role}",
    }
    return f"{openings[need.basis]}; {leads}."


def _standing(role_name: str, profile: Sequence[SkillGap]) -> str:
    measured = [line for line in profile if line.gap is not None]
    if not measured:
        return f"None of the skills of {role_name} could be measured."
    met = sum(1 for line in measured if not line.gap)
    said = f"For {role_name}, {met} of {len(measured)} measured skills {'is' if met == 1 else 'are'} at the target."
    unmeasured = [line.skill_name for line in profile if line.gap is None]
    return f"{said} Not measured: {_listed(unmeasured)}." if unmeasured else said


def _wanted(needs: Sequence[Need]) -> str:
    if not needs:
        return ""
    named = needs[:NAMED_NEEDS]
    if needs[0].basis == "stretch":
        names = _listed([need.skill_name for need in named])
        return f"There is no gap to close; the suggestions go beyond the role in {names}."
    if needs[0].basis == "assumed":
        names = _listed([need.skill_name for need in named])
        return f"The suggestions follow what matters most for the role: {names}."
    gaps = [f"{need.skill_name} ({_level(need.level)} of {_level(need.target)})" for need in named]
    return f"The gaps that matter most: {_listed(gaps)}."


def _suggested(titles: Sequence[str], needs: Sequence[Need]) -> str:
    if titles:
        return f"First suggestion: {titles[0]}."
    return "No credential in the catalog closes these gaps." if needs else ""


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _level(level: float) -> str:
    return f"{level:.1f}"
