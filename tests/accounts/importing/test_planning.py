"""What would come of a table of people."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role, UserStatus
from accounts.importing.planning import Outcome, plan
from accounts.importing.reading import Row
from accounts.models import User
from tests.factories.accounts import AdminFactory, AdvisorAssignmentFactory, AdvisorFactory, UserFactory

pytestmark = pytest.mark.django_db
SAM, ADA = "sam@example.org", "ada@example.org"


def reasons(*rows: Row) -> list[str]:
    return [line.reason for line in plan(rows).lines]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (Row(2, ""), "no e-mail address"),
        (Row(2, "sam"), "not an e-mail address"),
        (Row(2, f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 20}.org"), "not an e-mail address"),
        (Row(2, SAM, "S" * 121), "a name of more than 120 characters"),
        (Row(2, SAM, "S\x07am"), "a name with signs that cannot be shown"),
        (Row(2, SAM, "Sam\u202e"), "a name with signs that cannot be shown"),
        (Row(2, SAM, role="admin"), "the role is none of student, advisor, guardian"),
        (Row(2, SAM, role="teacher"), "the role is none of student, advisor, guardian"),
        (Row(2, SAM, role="advisor", advisor=ADA), "only students have advisors and guardians"),
        (Row(2, SAM, advisor=ADA), f"there is no active advisor {ADA}"),
        (Row(2, SAM, guardian=ADA), f"there is no active guardian {ADA}"),
    ],
)
def test_lines_that_are_refused(row: Row, reason: str) -> None:
    assert reasons(row) == [reason]


def test_of_two_lines_with_one_address_the_second_is_refused() -> None:
    assert reasons(Row(2, SAM), Row(3, ADA), Row(4, SAM)) == ["", "", "the same address as in line 2"]


def test_whoever_is_there_stays_and_is_not_made_somebody_else() -> None:
    UserFactory(email=SAM, name="Sam")
    AdminFactory(email=ADA)
    found = plan([Row(2, SAM, "Another", "student"), Row(3, ADA, role="advisor"), Row(4, "new@example.org")])

    assert [(line.outcome, line.reason) for line in found.lines] == [
        (Outcome.THERE, ""),
        (Outcome.REFUSED, "is there already, as admin"),
        (Outcome.NEW, ""),
    ]


def test_an_advisor_may_be_there_or_come_with_the_same_file_wherever_they_stand() -> None:
    AdvisorFactory(email="there@example.org")
    found = plan(
        [
            Row(2, SAM, advisor=ADA),
            Row(3, "kim@example.org", advisor="there@example.org"),
            Row(4, ADA, role="advisor"),
        ]
    )

    assert [(line.outcome, line.advisor) for line in found.lines] == [
        (Outcome.NEW, ADA),
        (Outcome.NEW, "there@example.org"),
        (Outcome.NEW, ""),
    ]
    assert found.links == 2


def test_an_advisor_whose_own_line_is_refused_is_not_there() -> None:
    assert reasons(Row(2, SAM, advisor=ADA), Row(3, ADA, "A" * 121, "advisor")) == [
        f"there is no active advisor {ADA}",
        "a name of more than 120 characters",
    ]


@pytest.mark.parametrize(
    "fields",
    [{"role": Role.STUDENT}, {"role": Role.ADVISOR, "status": UserStatus.DISABLED}],
    ids=["role", "status"],
)
def test_an_advisor_is_an_active_advisor(fields: dict[str, str]) -> None:
    UserFactory(email=ADA, **fields)

    assert reasons(Row(2, SAM, advisor=ADA)) == [f"there is no active advisor {ADA}"]


def test_links_that_are_there_are_not_made_again() -> None:
    link = AdvisorAssignmentFactory(student__email=SAM, advisor__email=ADA)
    other = AdvisorFactory()
    found = plan([Row(2, SAM, advisor=ADA)])
    again = plan([Row(2, SAM, advisor=other.email)])

    assert (link.student.email, found.links, again.links) == (SAM, 0, 1)


def test_nobody_who_is_disabled_gets_an_advisor() -> None:
    UserFactory(email=SAM, status=UserStatus.DISABLED)
    AdvisorFactory(email=ADA)
    (line,) = plan([Row(2, SAM, advisor=ADA)]).lines

    assert (line.outcome, line.advisor) == (Outcome.THERE, "")


def test_staff_that_is_there_gets_no_advisor() -> None:
    AdvisorFactory(email=SAM)

    assert reasons(Row(2, SAM, advisor=ADA)) == ["only students have advisors and guardians"]


def test_as_many_statements_for_many_rows_as_for_one() -> None:
    AdvisorFactory(email=ADA)
    counts = []
    for number in (1, 30):
        rows = [Row(line, f"s{line}@example.org", advisor=ADA) for line in range(2, 2 + number)]
        with CaptureQueriesContext(connection) as captured:
            assert len(plan(rows).new) == number
        counts.append(len(captured))

    assert counts == [1, 1]
    assert User.objects.count() == 1


def test_two_plans_are_told_apart() -> None:
    one, same, other = plan([Row(2, SAM)]), plan([Row(2, SAM)]), plan([Row(2, ADA)])

    assert one.fingerprint == same.fingerprint != other.fingerprint
