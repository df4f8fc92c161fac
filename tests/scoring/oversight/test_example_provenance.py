"""Examples that were copied from answers are found, linked and erased with them."""

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.personal_data import erasing
from assessments.models import Assessment
from ops import audit_verifying
from recommendations import verifying
from scoring.models import CalibrationExample
from scoring.oversight import add_example
from scoring.oversight.example_provenance import is_copied, origin_of
from tests.companion.scenes import finished_assessment
from tests.factories.accounts import AdminFactory, UserFactory
from tests.factories.assessments import question_id_of

ESSAY = (
    "A report needs a question first, or nobody can act on what it shows them. I would ask Robin Fisher for both "
    "sources and weigh them, because the table is newer than the survey and was counted twice."
)
LEVELS = {"reasoning": "l1", "evidence": "l1"}


@pytest.mark.parametrize(
    ("example", "copied"),
    [
        (ESSAY, True),
        (ESSAY.upper().replace(".", "\n\n"), True),
        (ESSAY.replace("Robin Fisher", "a colleague"), True),
        (ESSAY[:75], True),
        ("A report needs a question first.", False),
        (f"{ESSAY} {' '.join(f'word{number}' for number in range(60))}", False),
        (
            "Every survey is older than its table, so that nobody should trust what it says about them at all.",
            False,
        ),
        ("", False),
        ("...", False),
    ],
)
def test_a_copy_is_told_by_its_runs_of_words(example: str, copied: bool) -> None:
    assert is_copied(example, ESSAY) is copied


def test_a_short_one_is_a_copy_of_the_same_words_only() -> None:
    assert is_copied("No idea, sorry!", "no idea sorry")
    assert not is_copied("No idea", "no idea sorry")


@pytest.fixture
def student(db: None) -> User:
    made: User = UserFactory()
    return made


@pytest.fixture
def assessment(student: User) -> Assessment:
    return finished_assessment(student, essay=ESSAY, quoted="needs a question first")


def example_of(assessment: Assessment, text: str, *, linked: bool = True) -> CalibrationExample:
    made = add_example(by=None, question_id=question_id_of(assessment, "essay"), text=text, levels=LEVELS)
    if not linked:  # as those that were made before there was a link
        CalibrationExample.objects.filter(pk=made.pk).update(assessment=None)
    return made


def erase(person: User) -> None:
    row = erasing.request_erasure(by=person, person=person, now=timezone.now())
    erasing.erase(row.pk, now=row.due_at)


def test_an_example_is_linked_to_the_answer_it_was_copied_from(assessment: Assessment) -> None:
    copy = example_of(assessment, ESSAY.replace("Robin Fisher", "a colleague"))
    own = example_of(assessment, "Somebody of the staff wrote this answer by themselves, as a weak one.")

    assert (copy.assessment_id, own.assessment_id) == (assessment.pk, None)
    assert origin_of(question_id=question_id_of(assessment, "numeric"), text=ESSAY) is None


def test_the_admin_links_it_too(assessment: Assessment) -> None:
    client = Client()
    client.force_login(AdminFactory())

    client.post(
        "/admin/scoring/calibrationexample/add/",
        {
            "question": str(question_id_of(assessment, "essay")), "text": ESSAY, "note": "", "active": "on",
            "levels": '{"reasoning": "l1", "evidence": "l1"}',
        },
    )  # fmt: skip

    assert CalibrationExample.objects.get().assessment_id == assessment.pk


@pytest.mark.parametrize("linked", [True, False])
def test_it_is_erased_with_the_answer_and_the_chains_hold(
    student: User, assessment: Assessment, linked: bool
) -> None:
    example_of(assessment, ESSAY.replace("Robin Fisher", "a colleague"), linked=linked)
    own = example_of(assessment, "Somebody of the staff wrote this answer by themselves, as a weak one.")

    erase(student)

    assert list(CalibrationExample.objects.all()) == [own]
    connection.check_constraints()  # rows take their places in the chain at commit
    assert audit_verifying.verify().broken is None
    assert verifying.verify().broken is None


def test_the_erasure_of_others_leaves_it(assessment: Assessment) -> None:
    copy = example_of(assessment, ESSAY)
    other = finished_assessment(UserFactory(), essay="Nobody reads reports. " * 12, quoted="Nobody")

    erase(other.user)

    assert list(CalibrationExample.objects.all()) == [copy]
