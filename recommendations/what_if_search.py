"""Asking what would put another credential first, of a run that is stored and in effect."""

import uuid
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from assessments import queries as assessments
from microcred.ai.base import Embedder
from recommendations import drafting
from recommendations.models import Recommendation
from recommendations.run_inputs import Basis, based_on, read
from recommendations.searching import Findings
from recommendations.what_if import Change, Explored, Screen, first_flip, relevant, skill_changes
from scoring import oversight
from scoring.oversight import ScoreStep

LEVELS: Final = {1: "One level", 2: "Two levels", 3: "Three levels"}
AS_GOOD_AS_EQUAL: Final = 0.001


def explore(run: Recommendation, *, embedder: Embedder | None) -> Explored:
    """Find the smallest change that puts another credential first; without an embedder as a run without retrieval.

    Raises:
        ProviderError: from the embedder.
    """
    known = read(assessments.subject(run.assessment_id))
    basis = based_on(known)
    findings = drafting.search(basis, embedder) if embedder is not None else None
    standing = run.items.order_by("position").values_list("credential_id", flat=True).first()
    if standing is None or drafting.first_of(basis, findings) != standing:
        return Explored(None, 0, is_comparable=False)

    def work_out(levels: Mapping[str, float]) -> uuid.UUID | None:
        other = based_on(known, levels=levels)
        found = drafting.search(other, embedder) if embedder is not None else None
        return drafting.first_of(other, found)

    steps = oversight.score_steps(run.assessment_id) if _rests_on_scores(run.assessment_id, basis) else []
    changes = chain((_score_change(step) for step in steps), skill_changes(basis.targets, basis.levels))
    screen = _screen(basis, findings)
    flip, looked = first_flip(changes, standing=standing, look=screen.first, work_out=work_out)
    return Explored(flip, looked)


def _screen(basis: Basis, findings: Findings | None) -> Screen:
    others = drafting.others_of(basis)
    bringing = basis.known.offers.that_bring(target.skill_key for target in basis.targets)
    candidates = drafting.candidates_for(basis, findings, others, among=bringing)
    return Screen(
        targets=basis.targets,
        candidates=relevant(candidates, basis.targets),
        relevances=dict(_relevances(findings)),
        earned=others.earned,
        stated=basis.stated,
        contested=basis.known.contested,
        unavailable=drafting.missing_parts(findings, others),
    )


def _relevances(findings: Findings | None) -> Iterator[tuple[str, dict[uuid.UUID, float]]]:
    if findings is None:
        return
    hits = findings.searched.hits
    for number, query in zip(range(len(hits.lists)), findings.asked, strict=False):
        yield query.skill_key, hits.best_relevances(number)


def _rests_on_scores(assessment_id: uuid.UUID, basis: Basis) -> bool:
    """Whether the levels are those that the scores make; a profile that was brought from elsewhere has none."""
    drawn = oversight.levels_now(assessment_id)
    return all(
        abs(drawn.get(skill, -1.0) - level) <= AS_GOOD_AS_EQUAL for skill, level in basis.levels.items()
    )


def _score_change(step: ScoreStep) -> Change:
    if step.criterion:
        way = "up" if step.levels > 0 else "down"
        words = (
            f"{LEVELS.get(abs(step.levels), f'{abs(step.levels)} levels')} {way} in “{step.criterion}” of question "
            f"{step.position} ({step.becomes} instead of {step.was})"
        )
    else:
        amount = "Getting all points" if step.levels > 0 else "Getting no points"
        words = f"{amount} in question {step.position} ({step.becomes.removesuffix(' points')} instead of {step.was})"
    return Change(
        kind="criterion" if step.criterion else "question",
        words=words,
        levels=step.after,
        moved=step.moved,
        position=step.position,
        criterion=step.criterion,
        was=step.was,
        becomes=step.becomes,
    )
