"""The demo student's answers, judged by the very rules that the product judges by."""

import uuid
from decimal import Decimal
from typing import Any

import pytest

from assessments.answers import normalise
from catalog.importing.bundle import QuestionEntry
from catalog.importing.folder import read_folder
from catalog.management.commands.load_catalog import SEED_DATA
from catalog.queries import PoolQuestion
from companion.demo.answers import WEAK_ESSAY, WEAK_SKILL, answer_to, answers_for, main_skill
from scoring.essays import precheck
from scoring.essays.task import EssayTask
from scoring.rules.engine import is_scored_by_rules, score_answer
from tests.factories.catalog import QUESTIONS, JobRoleFactory, published_question

BUNDLE = read_folder(SEED_DATA)
POOL = {question.key: question for role in BUNDLE.roles for question in role.questions}
CLOSED = sorted(key for key, entry in POOL.items() if is_scored_by_rules(entry.fields["question_type"]))
ESSAYS = sorted(key for key, entry in POOL.items() if entry.fields["question_type"] == "essay")
PROFILES = sorted(key for key, entry in POOL.items() if entry.fields["question_type"] == "profile")


def pooled(entry: QuestionEntry) -> PoolQuestion:
    """The question as an assessment would find it in the pool."""
    skills = [{"skill": key, "weight": str(weight)} for key, weight in entry.skills.items()]
    content = {**entry.fields, "skills": skills}
    return PoolQuestion(uuid.uuid4(), uuid.uuid4(), "1", content)


def stored(question: PoolQuestion, answer: Any) -> dict[str, Any]:
    content = question.content
    return normalise(content["question_type"], content["choices"] or (), content["answer_format"], answer)


def share(question: PoolQuestion, *, right: bool) -> Decimal:
    content = question.content
    answer = stored(question, answer_to(question, right=right))
    return score_answer(
        content["question_type"], content["rules"], answer, Decimal(1), content["choices"] or ()
    ).score


@pytest.mark.parametrize("key", CLOSED)
def test_a_right_answer_gets_all_points_and_a_wrong_one_none(key: str) -> None:
    question = pooled(POOL[key])

    assert (share(question, right=True), share(question, right=False)) == (Decimal("1.00"), Decimal("0.00"))


@pytest.mark.parametrize("key", ESSAYS)
def test_both_essays_are_worth_a_judges_time(key: str) -> None:
    question = pooled(POOL[key])
    for right in (True, False):
        answer = stored(question, answer_to(question, right=right))
        task = EssayTask.from_rubric(
            question_id=key,
            prompt=question.content["prompt"],
            answer=answer["text"],
            rubric=question.content["rubric"],
            maximum=Decimal(4),
            answer_format=question.content["answer_format"],
        )

        assert precheck.decide(task) is None


@pytest.mark.parametrize("key", PROFILES)
def test_a_profile_question_takes_its_answer(key: str) -> None:
    question = pooled(POOL[key])

    assert stored(question, answer_to(question, right=True))


def test_a_weak_essay_says_nothing_about_the_task() -> None:
    question = pooled(POOL[ESSAYS[0]])

    assert answer_to(question, right=False) == WEAK_ESSAY


def test_the_best_accepted_text_is_given_wherever_it_stands() -> None:
    accepted = [{"text": "half", "credit": "0.5"}, {"text": "whole", "credit": "1"}]
    content = {**QUESTIONS["short_text"], "rules": {"kind": "short_text", "accepted": accepted}}
    question = PoolQuestion(
        uuid.uuid4(), uuid.uuid4(), "1", {**content, "question_type": "short_text", "choices": None}
    )

    assert answer_to(question, right=True) == "whole"


@pytest.mark.parametrize(
    ("skills", "expected"),
    [
        ([], ""),
        ([("sql", "1"), ("charts", "2")], "charts"),
        ([("sql", "1"), ("charts", "1.0")], "charts"),
    ],
)
def test_the_main_skill_is_the_heaviest_then_the_first_by_name(
    skills: list[tuple[str, str]], expected: str
) -> None:
    content = {"skills": [{"skill": skill, "weight": weight} for skill, weight in skills]}

    assert main_skill(PoolQuestion(uuid.uuid4(), uuid.uuid4(), "1", content)) == expected


@pytest.mark.django_db
def test_the_student_is_wrong_in_the_weak_skill_alone() -> None:
    role = JobRoleFactory()
    weak, strong = (published_question("numeric", skill=skill, role=role) for skill in (WEAK_SKILL, "charts"))

    answers = answers_for(role.pk, weak=WEAK_SKILL)

    assert answers == {str(weak.pk): {"value": -999983.0}, str(strong.pk): {"value": 42.5}}
