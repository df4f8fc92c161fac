"""Students with known needs: the right credentials rise as the gap grows, what is beside the point moves nothing.

Each is made up of answers, and goes through profile, needs and ranking as a real one does.
"""

import random
import uuid
from collections.abc import Sequence

import pytest

from recommendations.fusion import Candidate, Ranked, fuse
from recommendations.gaps import Target, find_needs
from recommendations.retrieval import Hit, search_queries
from recommendations.search_hits import HitsByCredential, SearchHits
from scoring.profile import SkillEvidence, skill_profile

SKILLS = ("sql", "charts", "statistics", "python")
TARGETS = [Target(key, key.title(), 4.0, 4) for key in SKILLS]


def credential(key: str, levels: dict[str, float]) -> Candidate:
    return Candidate(uuid.uuid5(uuid.NAMESPACE_URL, key), key, levels)


CATALOG = [
    credential(f"{skill}-{level}", {skill: float(level)}) for skill in SKILLS for level in (2, 3, 4, 5)
]


def levels_from(answers: Sequence[SkillEvidence]) -> dict[str, float]:
    return {one.skill: one.level for one in skill_profile(answers)}


def student(gaps: dict[str, float], *, questions: int = 6) -> list[SkillEvidence]:
    """Answers that reach all points but the share ``gaps`` in each skill."""
    return [
        SkillEvidence(skill, 1.0 - gap, 1.0, f"{skill}-{number}")
        for skill, gap in gaps.items()
        for number in range(questions)
    ]


def rank(
    levels: dict[str, float], candidates: Sequence[Candidate] = CATALOG, limit: int = 16
) -> list[Ranked]:
    return fuse(find_needs(TARGETS, levels), list(candidates), levels=levels, limit=limit)


def best(ranked: Sequence[Ranked], skill: str) -> float:
    """What the best credential for a skill gains from the gap."""
    fits = [float(one.parts.gap_fit) for one in ranked if skill in one.candidate.levels]
    return max(fits, default=0.0)


@pytest.mark.parametrize("seed", range(20))
def test_the_level_falls_with_every_point_lost_and_the_need_grows(seed: int) -> None:
    source = random.Random(seed)
    others = {skill: source.random() for skill in SKILLS[1:]}
    needs = []
    for lost in range(11):
        levels = levels_from(student({"sql": lost / 10} | others))
        needs += [sum(need.weight for need in find_needs(TARGETS, levels) if need.skill_key == "sql")]

    assert needs == sorted(needs)
    assert needs[0] < needs[-1]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("skill", SKILLS)
def test_the_share_of_the_right_credentials_rises_as_the_gap_grows(seed: int, skill: str) -> None:
    """A target that moves away from an unchanged level never takes from a credential that leads there."""
    source = random.Random(seed)
    levels = {key: source.uniform(0.5, 4.0) for key in SKILLS}
    fits = []
    for target in (1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0):
        targets = [Target(skill, skill, target, 4)]
        ranked = fuse(find_needs(targets, {skill: levels[skill]}), CATALOG, levels=levels, limit=16)
        stretched = any(need.basis == "stretch" for one in ranked for need in one.served)
        fits.append(0.0 if stretched else best(ranked, skill))

    assert fits == sorted(fits)


@pytest.mark.parametrize("skill", SKILLS)
def test_whose_only_gap_grows_finds_its_credential_on_top(skill: str) -> None:
    for lost in (0.6, 0.8, 1.0):
        gaps = dict.fromkeys(SKILLS, 0.05) | {skill: lost}
        ranked = rank(levels_from(student(gaps, questions=12)))
        assert skill in ranked[0].candidate.levels


@pytest.mark.parametrize("seed", range(20))
def test_answers_about_other_things_move_nothing(seed: int) -> None:
    source = random.Random(seed)
    answers = student({skill: source.random() for skill in SKILLS})
    noise = [SkillEvidence(f"hobby-{source.randrange(5)}", source.random(), 2.0) for _ in range(30)]

    assert rank(levels_from([*answers, *noise])) == rank(levels_from(answers))


@pytest.mark.parametrize("seed", range(20))
def test_an_answer_moves_the_level_of_its_own_skill_alone(seed: int) -> None:
    source = random.Random(seed)
    answers = student({skill: source.random() for skill in SKILLS})
    before = levels_from(answers)
    after = levels_from([*answers, SkillEvidence("sql", 1.0, 3.0)])

    assert after["sql"] > before["sql"]
    assert {key: level for key, level in after.items() if key != "sql"} == {
        key: level for key, level in before.items() if key != "sql"
    }


@pytest.mark.parametrize("seed", range(20))
def test_the_same_inputs_in_any_order_make_the_same_list(seed: int) -> None:
    """Among them credentials that tie in everything but their key."""
    source = random.Random(seed)
    twins = [credential(f"twin-{number}", {"sql": 3.0}) for number in range(6)]
    answers = student({skill: source.random() for skill in SKILLS})
    straight = rank(levels_from(answers), [*CATALOG, *twins])

    shuffled_answers, shuffled = answers[:], [*CATALOG, *twins]
    source.shuffle(shuffled_answers)
    source.shuffle(shuffled)
    levels = levels_from(shuffled_answers)
    keys = list(levels)
    source.shuffle(keys)

    assert rank({key: levels[key] for key in keys}, shuffled) == straight


@pytest.mark.parametrize("seed", range(10))
def test_passages_found_in_any_order_make_the_same_scores(seed: int) -> None:
    source = random.Random(seed)
    asked = search_queries(find_needs(TARGETS, dict.fromkeys(SKILLS, 1.0)))
    found = [
        (query, [
            Hit(own.credential_id, uuid.UUID(int=place + source.randrange(9)), source.random(), source.randrange(1, 9))
            for place, own in zip(range(0, 900, 9), CATALOG, strict=False)
        ])
        for query in asked
    ]  # fmt: skip
    shuffled = [
        (query, source.sample(passages, len(passages)))
        for query, passages in source.sample(found, len(found))
    ]

    straight, otherwise = (
        HitsByCredential(SearchHits.of([hits for _, hits in own]), [query.share for query, _ in own])
        for own in (found, shuffled)
    )
    assert otherwise.scores == straight.scores


@pytest.mark.parametrize("seed", range(20))
def test_a_contested_need_weighs_half_and_its_credentials_never_gain(seed: int) -> None:
    source = random.Random(seed)
    levels = {skill: source.uniform(0.0, 3.5) for skill in SKILLS}
    trusted, doubted = find_needs(TARGETS, levels), find_needs(TARGETS, levels, {"sql"})
    weights = {need.skill_key: need.weight for need in doubted}

    assert all(
        weights[need.skill_key] == need.weight * (0.5 if need.skill_key == "sql" else 1.0) for need in trusted
    )
    for one in CATALOG:
        alone = [fuse(needs, [one], levels=levels) for needs in (trusted, doubted)]
        gap = [float(ranked[0].parts.gap_fit) if ranked else 0.0 for ranked in alone]
        assert gap[1] < gap[0] if "sql" in one.levels and gap[0] else gap[1] == gap[0]


def test_the_confidence_is_the_exact_sum_of_its_parts() -> None:
    for seed in range(50):
        source = random.Random(seed)
        candidates = [
            Candidate(
                one.credential_id, one.key, one.levels, retrieval=source.random(), neighbours=source.random(),
                feedback=source.random(),
            )
            for one in CATALOG
        ]  # fmt: skip
        for ranked in rank({skill: source.uniform(0, 4) for skill in SKILLS}, candidates):
            parts = ranked.parts
            thousandths = [int(1000 * part) for part in (
                parts.gap_fit, parts.retrieval, parts.neighbours, parts.feedback, parts.diversity,
            )]  # fmt: skip
            assert sum(thousandths) == int(1000 * parts.confidence)
            assert 0 <= parts.confidence <= 1
