"""Who has lost a student sees and does what who never had them does, with the token and the session of before."""

import pytest

from accounts.models import AdvisorAssignment, GuardianLink
from tests.authorization.bodies import body_of
from tests.authorization.matrix import Row, rows
from tests.authorization.test_matrix import in_words, said, undone
from tests.authorization.world import World

pytestmark = pytest.mark.django_db
# An answer that is reviewed is nobody's by name, and whoever has taken it finishes it.
HELD = {"advisor/reviews/<uuid:task_id>", "advisor/reviews/<uuid:task_id>/give-back"}
OF_ADVISORS = [
    row
    for row in rows()
    if "advisor2" in row.expected
    and row.expected["advisor"] != row.expected["advisor2"]
    and row.route not in HELD
]
OF_GUARDIANS = [
    row
    for row in rows()
    if row.thing and row.expected["guardian"] == "200" and row.expected["other"] == "404"
]


@pytest.mark.parametrize("row", OF_ADVISORS, ids=str)
def test_an_advisor_who_lost_a_student_is_answered_as_any_other(world: World, row: Row) -> None:
    body = body_of(world, row.method, row.route)
    with undone():
        AdvisorAssignment.objects.filter(student=world.people["owner"]).delete()
        former, missing = (
            world.caller.send(
                "advisor", row.method, world.path(row.route, row.thing, missing=is_missing), body
            )
            for is_missing in (False, True)
        )

    assert said(former) == row.expected["advisor2"]
    if row.thing and said(former) == "404":
        assert in_words(former) == in_words(missing)


@pytest.mark.parametrize("row", OF_GUARDIANS, ids=str)
def test_a_guardian_who_lost_a_student_finds_nothing(world: World, row: Row) -> None:
    path = world.path(row.route, row.thing)
    with undone():
        GuardianLink.objects.all().delete()
        former = world.caller.send("guardian", row.method, path)
        missing = world.caller.send("guardian", row.method, world.path(row.route, row.thing, missing=True))

    assert said(former) == "404"
    assert in_words(former) == in_words(missing)


def test_there_are_enough_routes() -> None:
    assert len(OF_ADVISORS) >= 40
    assert len(OF_GUARDIANS) >= 5
