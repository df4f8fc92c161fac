"""What may be said about a recommendation, and the sentences that say it where no model does.

Everything rests on stored facts and stored passages: `grounds` states the facts, each under the mark by which sentences
cite it, and `rationale` and `summary` are the templates over them. What they say is checked like anything else
(`recommendations.citing`).

Neighbours are spoken of in number, and only from ``SPOKEN_OF`` on, so that nothing can be read from it
about one of them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from recommendations.citing import Sentence, Source
from recommendations.gaps import NEGLIGIBLE_GAP, Basis, Need, SkillGap

SPOKEN_OF: Final = 3
NAMED_NEEDS: Final = 3
PROFILE, CATALOG, NEIGHBOURS, RUN = "profile", "catalog", "neighbours", "run"

WITHOUT: Final = {
    "essay_scores": "The essays could not be scored, so the profile rests on the other answers.",
    "retrieval": "The catalog could not be searched, so no passages are quoted.",
    "neighbours": "There are too few past learners to compare with yet.",
    "recommendations": "No recommendations could be made.",
}


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a passage, word for word, and the passage's mark; of one that ``is_cut`` only the beginning."""

    text: str
    mark: str
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class CredentialFacts:
    """What is stored about a recommended credential; ``served`` pairs each need with the level reached.

    ``holders`` of ``neighbours`` similar learners took it up; both are 0 where none were compared.
    ``unmet`` are the titles of prerequisites that are still to be done; ``subject`` is what the skills served mean, in
    words; ``language`` is the name of the one that it is taught in, where that is worth a word.
    """

    title: str
    provider: str
    hours: int
    served: tuple[tuple[Need, float], ...]
    subject: str = ""
    unmet: tuple[str, ...] = ()
    holders: int = 0
    neighbours: int = 0
    language: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What may be called by its name."""
        return (self.title, self.provider, *self.unmet, *(need.skill_name for need, _ in self.served))


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a run knows about the learner as a whole; ``missing`` names the parts that it goes without."""

    role_name: str
    profile: tuple[SkillGap, ...]
    needs: tuple[Need, ...]
    missing: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """What may be called by its name."""
        return (self.role_name, *(line.skill_name for line in self.profile))


def grounds(facts: CredentialFacts) -> list[Source]:
    """Return the facts about a recommended credential as sources."""
    levels = " ".join(
        f"The credential leads to level {_level(reached)} of 5 in {need.skill_name}."
        for need, reached in facts.served
    )
    provider = f" and is offered by {facts.provider}" if facts.provider else ""
    first = f" It builds on {_listed(facts.unmet)}, which should come first." if facts.unmet else ""
    taught = f" It is taught in {facts.language}." if facts.language else ""
    entry = f"“{facts.title}” takes {_hours(facts.hours)}{provider}. {levels}{taught}{first}"
    found = [
        Source(PROFILE, " ".join(_measured(need) for need, _ in facts.served), facts.names),
        Source(CATALOG, entry, facts.names),
    ]
    if facts.holders >= SPOKEN_OF:
        found.append(Source(NEIGHBOURS, _taken_up(facts)))
    return found


def run_grounds(facts: RunFacts, titles: Sequence[str]) -> list[Source]:
    """Return the facts about a run, whose suggestions have these ``titles``, as sources."""
    lines = [
        f"{line.skill_name}: level {_level(line.level)}, target {_level(line.target)} of 5."
        if line.level is not None
        else f"{line.skill_name} was not measured."
        for line in facts.profile
    ]
    listed = " ".join(f"{place}. {title}." for place, title in enumerate(titles, start=1))
    said = " ".join(WITHOUT[part] for part in WITHOUT if part in facts.missing)
    return [
        Source(PROFILE, " ".join([_standing(facts), *lines, _wanted(facts, titles)]), facts.names),
        Source(
            CATALOG, f"Suggestions for these gaps: {listed or _suggested(titles, facts.needs)}", facts.names
        ),
        *([Source(RUN, said)] if said else []),
    ]


def rationale(facts: CredentialFacts, quotes: Sequence[Quote] = ()) -> list[Sentence]:
    """Return why the credential is recommended: each gap it closes, its effort, quotations, neighbours."""
    said = [Sentence(_served(need, reached), (PROFILE, CATALOG)) for need, reached in facts.served]
    provider = f" with {facts.provider}" if facts.provider else ""
    said.append(Sentence(f"It takes {_hours(facts.hours)}{provider}.", (CATALOG,)))
    if facts.language:
        said.append(Sentence(f"It is taught in {facts.language}.", (CATALOG,)))
    if facts.unmet:
        first = f"It builds on {_listed(facts.unmet)}, which should come first."
        said.append(Sentence(first, (CATALOG,)))
    said += [
        # The dots stand outside the quotation, which is word for word.
        Sentence(
            f"{'It also says' if place else 'Its document says'}: “{quote.text}”{' …' if quote.is_cut else ''}",
            (quote.mark,),
        )
        for place, quote in enumerate(quotes)
    ]
    if facts.holders >= SPOKEN_OF:
        said.append(Sentence(_taken_up(facts), (NEIGHBOURS,)))
    return said


def summary(facts: RunFacts, titles: Sequence[str], first_mark: str = "") -> list[Sentence]:
    """Return the profile, the heaviest needs and the first suggestion, which ``first_mark`` may be a passage for."""
    marks = (CATALOG, first_mark) if first_mark else (CATALOG,)
    said = [Sentence(_standing(facts), (PROFILE,)), Sentence(_wanted(facts, titles), (PROFILE,))]
    if "recommendations" not in facts.missing:
        said.append(Sentence(_suggested(titles, facts.needs), marks if titles else (CATALOG,)))
    said.extend(Sentence(WITHOUT[part], (RUN,)) for part in WITHOUT if part in facts.missing)
    return [sentence for sentence in said if sentence.text]


def _served(need: Need, reached: float) -> str:
    leads = f"this credential leads to level {_level(reached)}"
    role = f"the role asks for {_level(need.target)}"
    openings: dict[Basis, str] = {
        "measured": f"{need.skill_name} was measured at {_level(need.level)} of 5 and {role}",
        "stretch": f"{need.skill_name}, measured at {_level(need.level)} of 5, is where the role needs it",
        "assumed": f"{need.skill_name} was not measured and {role}",
    }
    return f"{openings[need.basis]}; {leads}."


def _measured(need: Need) -> str:
    role = f"the role asks for {_level(need.target)}"
    said: dict[Basis, str] = {
        "measured": f"{need.skill_name} was measured at level {_level(need.level)} of 5 and {role}.",
        "stretch": f"{need.skill_name}, measured at level {_level(need.level)} of 5, is where the role needs it.",
        "assumed": f"{need.skill_name} was not measured and {role}.",
    }
    return said[need.basis]


def _taken_up(facts: CredentialFacts) -> str:
    return f"{facts.holders} of the {facts.neighbours} learners with the most similar profile took it up."


def _standing(facts: RunFacts) -> str:
    if not facts.profile:
        return f"{facts.role_name} asks for no skills yet, so there is nothing to compare."
    measured = [line for line in facts.profile if line.gap is not None]
    if not measured:
        return f"None of the skills of {facts.role_name} could be measured."
    met = sum(1 for line in measured if line.gap is not None and line.gap < NEGLIGIBLE_GAP)
    be = "is" if met == 1 else "are"
    said = f"For {facts.role_name}, {met} of {len(measured)} measured skills {be} at the target."
    unmeasured = [line.skill_name for line in facts.profile if line.gap is None]
    return f"{said} Not measured: {_listed(unmeasured)}." if unmeasured else said


def _wanted(facts: RunFacts, titles: Sequence[str]) -> str:
    needs = facts.needs
    if not needs:
        is_measured = any(line.gap is not None for line in facts.profile)
        return "There is no gap to close, and no level above to reach." if is_measured else ""
    named = _listed([need.skill_name for need in needs[:NAMED_NEEDS]])
    if needs[0].basis == "stretch":
        beyond = f"; the suggestions go beyond the role in {named}" if titles else ""
        return f"There is no gap to close{beyond}."
    if needs[0].basis == "assumed":
        return f"{'The suggestions follow what' if titles else 'What'} matters most for the role: {named}."
    gaps = [
        f"{need.skill_name} ({_level(need.level)} of {_level(need.target)})" for need in needs[:NAMED_NEEDS]
    ]
    if len(needs) == 1:
        return f"The one gap: {gaps[0]}."
    return f"The gaps that matter most: {_listed(gaps)}."


def _suggested(titles: Sequence[str], needs: Sequence[Need]) -> str:
    if titles:
        return f"First suggestion: {titles[0]}."
    if not needs:
        return ""
    if needs[0].basis == "stretch":
        return "No credential in the catalog goes beyond the role there."
    return f"No credential in the catalog closes {'this gap' if len(needs) == 1 else 'these gaps'}."


def _hours(hours: int) -> str:
    return f"{hours} hour" if hours == 1 else f"{hours} hours"


def _listed(names: Collection[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _level(level: float) -> str:
    return f"{level:.1f}"
