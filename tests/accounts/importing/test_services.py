"""Making the people of a table: all of them or none, once, with a link for each."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import password_links
from accounts.enums import Role
from accounts.importing import services
from accounts.importing.planning import plan
from accounts.importing.reading import Row
from accounts.importing.services import Imported, LinesRefused, PeopleChangedMeanwhile
from accounts.models import AdvisorAssignment, GuardianLink, PasswordLink, User
from accounts.policy import sees_student
from ops import audit_verifying, jobs
from ops.models import AsyncJob, AuditLog
from tests.factories.accounts import AdminFactory, UserFactory

pytestmark = pytest.mark.django_db
SAM, ADA, GIL = "sam@example.org", "ada@example.org", "gil@example.org"
FILE = [
    Row(2, SAM, "Sam", advisor=ADA, guardian=GIL),
    Row(3, ADA, "Ada", "advisor"),
    Row(4, GIL, "Gil", "guardian"),
]


def import_rows(
    rows: list[Row], *, by: User | None = None, by_letter: bool = False, skip_bad: bool = False
) -> Imported:
    return services.import_people(
        by=by, rows=rows, now=timezone.now(), by_letter=by_letter, skip_bad=skip_bad
    )


def counts() -> list[int]:
    kinds = User, AdvisorAssignment, GuardianLink, PasswordLink, AuditLog, AsyncJob
    return [kind.objects.count() for kind in kinds]


def test_people_links_and_trail() -> None:
    admin = AdminFactory()
    done = import_rows(FILE, by=admin)

    made = {person.email: person for person in User.objects.exclude(pk=admin.pk)}
    assert {email: (person.name, person.role) for email, person in made.items()} == {
        SAM: ("Sam", Role.STUDENT), ADA: ("Ada", Role.ADVISOR), GIL: ("Gil", Role.GUARDIAN),
    }  # fmt: skip
    assert not any(person.has_usable_password() or person.is_superuser for person in made.values())
    assert [one.person.email for one in done.handed] == [SAM, ADA, GIL]
    for watcher in (made[ADA], made[GIL]):
        assert list(User.objects.filter(sees_student(watcher, path="pk"))) == [made[SAM]]
    lines = (
        AuditLog.objects.filter(actor_id=admin.pk)
        .order_by("pk")
        .values_list("action", "actor_id", "resource_id", "metadata")
    )
    created = {"fields": ["email", "name", "role"], "imported": True, "link_made": True}
    assert list(lines) == [
        ("user.created", admin.pk, made[SAM].pk, created),
        ("user.created", admin.pk, made[ADA].pk, created),
        ("user.created", admin.pk, made[GIL].pk, created),
        ("advisor.assigned", admin.pk, made[SAM].pk, {"advisor_id": str(made[ADA].pk)}),
        ("guardian.linked", admin.pk, made[SAM].pk, {"guardian_id": str(made[GIL].pk)}),
        ("people.imported", admin.pk, None, {"new": 3, "there": 0, "refused": 0, "links": 2}),
    ]


def test_the_links_that_are_handed_out_are_good_for_a_day() -> None:
    now = timezone.now()
    done = services.import_people(by=None, rows=FILE, now=now, by_letter=False)

    for one in done.handed:
        assert password_links.owner_of(one.code, now=now) == one.person
    assert {link.expires_at for link in PasswordLink.objects.all()} == {now + password_links.LIFE}
    assert mail.outbox == []


def test_the_same_file_a_second_time_changes_nothing() -> None:
    import_rows(FILE)
    before = counts()
    again = import_rows(FILE)

    assert (len(again.plan.new), len(again.plan.there), again.plan.links, again.handed) == (0, 3, 0, [])
    # But for the line that somebody tried.
    assert counts() == [number + (place == 4) for place, number in enumerate(before)]


def test_one_bad_line_and_nothing_is_written() -> None:
    before = counts()
    with pytest.raises(LinesRefused) as refusal:
        import_rows([*FILE, Row(5, "nobody")])

    assert counts() == before
    assert [line.row.line for line in refusal.value.plan.refused] == [5]


def test_unless_bad_lines_are_to_be_left_out() -> None:
    done = import_rows([*FILE, Row(5, "nobody")], skip_bad=True)

    assert (len(done.plan.refused), User.objects.count()) == (1, 3)


def test_nothing_is_done_that_was_not_looked_at() -> None:
    seen = plan(FILE).fingerprint
    UserFactory(email=SAM)

    with pytest.raises(PeopleChangedMeanwhile):
        services.import_people(by=None, rows=FILE, now=timezone.now(), by_letter=False, expected=seen)

    assert User.objects.count() == 1


def test_as_many_statements_for_many_people_as_for_one() -> None:
    numbers = []
    for name, number in (("a", 1), ("b", 40)):
        rows = [Row(line, f"{name}{line}@example.org") for line in range(2, 2 + number)]
        with CaptureQueriesContext(connection) as captured:
            import_rows(rows)
        numbers.append(len(captured))

    assert numbers[0] == numbers[1]


@pytest.mark.django_db(transaction=True)
class TestLetters:
    def test_each_new_person_gets_one(self) -> None:
        UserFactory(email=GIL, role=Role.GUARDIAN)
        done = import_rows(FILE, by_letter=True)
        assert (done.handed, PasswordLink.objects.count()) == ([], 0)

        jobs.drain()

        assert sorted(letter.to[0] for letter in mail.outbox) == [ADA, SAM]
        assert {letter.subject for letter in mail.outbox} == {"Your account with MicroCred"}

    def test_once_however_often_the_job_runs(self) -> None:
        import_rows(FILE, by_letter=True)
        jobs.drain()
        AsyncJob.objects.filter(kind="accounts.invite").update(status="queued", completed_at=None, attempts=0)
        jobs.drain()

        assert len(mail.outbox) == 3

    def test_those_of_many_are_made_by_a_few_jobs(self) -> None:
        import_rows([Row(line, f"s{line}@example.org") for line in range(2, 1003)], by_letter=True)

        portions = [len(job.payload["people"]) for job in AsyncJob.objects.filter(kind="accounts.invite")]
        assert sorted(portions) == [1, 500, 500]


@pytest.mark.django_db(transaction=True)
def test_of_three_at_once_one_makes_them() -> None:
    def attempt(_number: int) -> int:
        try:
            return len(import_rows(FILE).plan.new)
        except PeopleChangedMeanwhile:
            return -1
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        outcomes = sorted(pool.map(attempt, range(3)))

    assert outcomes[-1] == 3
    assert all(outcome in (-1, 0) for outcome in outcomes[:-1])
    assert User.objects.count() == 3
    assert audit_verifying.verify().broken is None
