"""Whose account a log-in through the institution opens, and whose it never does."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from pytest_django.fixtures import Settings

from accounts import services, tokens
from accounts.enums import LinkState, Role
from accounts.institution import links
from accounts.institution.errors import LogInRefused
from accounts.institution.id_tokens import Identity
from accounts.institution.links import NobodyToOpenFor
from accounts.locking import PersonGone
from accounts.models import InstitutionLink, User
from accounts.personal_data import account_rows
from ops.admin_confirmation import CONFIRMED
from ops.models import AuditLog
from tests.factories.accounts import AdminFactory, AdvisorFactory, UserFactory
from tests.waiting import beside

pytestmark = pytest.mark.django_db
ISSUER = "https://login.example.edu"
NOW = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def institution(settings: Settings) -> None:
    settings.OIDC_ISSUER = ISSUER
    settings.OIDC_CLIENT_ID = settings.OIDC_CLIENT_SECRET = "x"


def vouched(subject: str = "robin-1", email: str = "robin@example.org", name: str = "Robin") -> Identity:
    return Identity(ISSUER, subject, email, name)


def is_refused(identity: Identity, now: dt.datetime = NOW) -> bool:
    try:
        links.owner_of(identity, now=now)
    except LogInRefused:
        return True
    return False


class TestBecomingStaff:
    @pytest.mark.parametrize("role", [Role.ADVISOR, Role.ADMIN])
    def test_who_was_found_by_an_address_is_unlinked_until_it_is_opened_to_them(self, role: Role) -> None:
        robin = UserFactory(email="robin@example.org")
        links.owner_of(vouched(), now=NOW)

        robin.role = role
        services.save_person(by=AdminFactory(), person=robin, changed=frozenset({"role"}))

        assert is_refused(vouched())
        links.open_for(robin, by=AdminFactory(), now=NOW)
        assert links.owner_of(vouched(), now=NOW) == robin

    @pytest.mark.parametrize(("was", "becomes"), [(Role.ADVISOR, Role.ADMIN), (Role.STUDENT, Role.GUARDIAN)])
    def test_who_was_staff_before_or_is_none_afterwards_stays_linked(self, was: Role, becomes: Role) -> None:
        robin = UserFactory(email="robin@example.org", role=was)
        links.link(vouched(), by=robin, now=NOW)

        robin.role = becomes
        services.save_person(by=AdminFactory(), person=robin, changed=frozenset({"role"}))

        assert links.owner_of(vouched(), now=NOW) == robin


class TestPinned:
    def test_another_address_changes_nothing(self) -> None:
        robin = UserFactory(email="robin@example.org")
        links.owner_of(vouched(), now=NOW)
        UserFactory(email="kim@example.org")

        assert links.owner_of(vouched(email="kim@example.org"), now=NOW) == robin
        assert links.owner_of(vouched(email=""), now=NOW) == robin

    def test_a_recycled_address_takes_nothing_over(self) -> None:
        UserFactory(email="robin@example.org")
        links.owner_of(vouched(), now=NOW)

        assert is_refused(vouched("another-7"))
        assert InstitutionLink.objects.get().subject == "robin-1"

    def test_an_address_that_moved_to_another_account_takes_nothing_over(self) -> None:
        robin = UserFactory(email="robin@example.org")
        links.owner_of(vouched(), now=NOW)
        User.objects.filter(pk=robin.pk).update(email="robin.old@example.org")
        other = UserFactory(email="robin@example.org")

        assert links.owner_of(vouched(), now=NOW) == robin
        assert links.owner_of(vouched("another-7"), now=NOW) == other

    def test_another_issuer_of_the_same_subject_is_somebody_else(self, settings: Settings) -> None:
        UserFactory(email="robin@example.org")
        links.owner_of(vouched(), now=NOW)
        settings.OIDC_ISSUER = "https://other.example.edu"

        assert is_refused(Identity("https://other.example.edu", "robin-1"))

    @pytest.mark.parametrize("status", ["disabled", "erased"])
    @pytest.mark.parametrize("pinned", [True, False])
    def test_who_may_not_log_in_is_refused_like_somebody_unknown(self, status: str, pinned: bool) -> None:
        robin = UserFactory(email="robin@example.org")
        if pinned:
            links.owner_of(vouched(), now=NOW)
        User.objects.filter(pk=robin.pk).update(status=status)

        with pytest.raises(LogInRefused) as refusal:
            links.owner_of(vouched(), now=NOW)
        with pytest.raises(LogInRefused) as unknown:
            links.owner_of(vouched("nobody", "nobody@example.org"), now=NOW)

        assert (refusal.value.message, refusal.value.code) == (unknown.value.message, unknown.value.code)

    def test_the_database_holds_that_a_subject_is_one_persons(self) -> None:
        links.owner_of(vouched(email=UserFactory().email), now=NOW)

        with pytest.raises(IntegrityError, match="institution_links_subject_once"), transaction.atomic():
            InstitutionLink.objects.create(
                person=UserFactory(), issuer=ISSUER, subject="robin-1", state="linked", changed_at=NOW
            )
        with pytest.raises(IntegrityError, match="subject_while_linked"), transaction.atomic():
            InstitutionLink.objects.create(
                person=UserFactory(), issuer=ISSUER, state="linked", changed_at=NOW
            )


class TestByAddress:
    @pytest.mark.parametrize("role", [Role.STUDENT, Role.GUARDIAN])
    def test_students_and_guardians_are_found_by_it(self, role: Role) -> None:
        robin = UserFactory(email="robin@example.org", role=role)

        assert links.owner_of(vouched(), now=NOW) == robin

    @pytest.mark.parametrize("role", [Role.ADVISOR, Role.ADMIN])
    def test_staff_are_not(self, role: Role) -> None:
        UserFactory(email="robin@example.org", role=role)

        assert is_refused(vouched())
        assert InstitutionLink.objects.count() == 0

    def test_nobody_is_found_by_one_that_is_not_verified(self) -> None:
        UserFactory(email="robin@example.org")

        assert is_refused(vouched(email=""))


class TestOpened:
    def test_staff_are_linked_at_their_next_log_in_once_an_administrator_allows_it(self) -> None:
        robin, admin = AdvisorFactory(email="robin@example.org"), AdminFactory()

        links.open_for(robin, by=admin, now=NOW)

        assert links.owner_of(vouched(), now=NOW + 14 * DAY) == robin
        opened, linked = AuditLog.objects.filter(action__startswith="user.institution").order_by("created_at")
        assert (opened.action, opened.actor_id) == ("user.institution_opened", admin.pk)
        assert (linked.action, linked.metadata) == ("user.institution_linked", {"how": "opened"})

    def test_after_two_weeks_it_is_over(self) -> None:
        robin = AdvisorFactory(email="robin@example.org")
        links.open_for(robin, by=AdminFactory(), now=NOW)

        assert is_refused(vouched(), NOW + 15 * DAY)

    def test_an_account_that_was_linked_can_be_linked_to_another_log_in(self) -> None:
        robin = UserFactory(email="robin@example.org")
        links.owner_of(vouched(), now=NOW)
        pair = tokens.issue(User.objects.get(pk=robin.pk))

        links.open_for(robin, by=AdminFactory(), now=NOW)

        with pytest.raises(tokens.TokenRefused):
            tokens.rotate(pair.refresh)
        assert links.owner_of(vouched("robin-2"), now=NOW) == robin
        assert is_refused(vouched("robin-1"))

    def test_who_may_not_log_in_is_not_opened(self) -> None:
        robin = UserFactory()
        services.disable(by=None, person=robin)

        with pytest.raises(NobodyToOpenFor):
            links.open_for(robin, by=AdminFactory(), now=NOW)


class TestNewStudents:
    def test_nobody_unknown_is_let_in_by_default(self) -> None:
        assert is_refused(vouched())
        assert User.objects.count() == 0

    def test_where_the_domain_is_named_they_are_students_without_a_password(self, settings: Settings) -> None:
        settings.OIDC_STUDENT_DOMAINS = ["example.org"]

        made = links.owner_of(vouched(name="Robin\x00\u202e Ferrante" + "x" * 200), now=NOW)

        assert (made.email, made.role, made.status) == ("robin@example.org", "student", "active")
        assert made.name == ("Robin Ferrante" + "x" * 200)[:120]
        assert not made.has_usable_password()
        assert not made.is_superuser
        assert links.owner_of(vouched(), now=NOW) == made
        assert AuditLog.objects.filter(action="user.created", resource_id=made.pk).count() == 1

    @pytest.mark.parametrize(
        "email",
        ["robin@sub.example.org", "robin@evil-example.org", "robin@example.org.evil.net", "robin", "",
         "a b@example.org", f"{'x' * 250}@example.org"],
    )  # fmt: skip
    def test_of_other_domains_and_without_an_address_nobody_is(self, settings: Settings, email: str) -> None:
        settings.OIDC_STUDENT_DOMAINS = ["example.org"]

        assert is_refused(vouched(email=email))
        assert User.objects.count() == 0

    def test_an_account_that_is_disabled_is_not_made_anew(self, settings: Settings) -> None:
        settings.OIDC_STUDENT_DOMAINS = ["example.org"]
        services.disable(by=None, person=UserFactory(email="robin@example.org"))

        assert is_refused(vouched())
        assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_several_first_log_ins_at_once_one_makes_the_account_and_all_get_it(settings: Settings) -> None:
    settings.OIDC_STUDENT_DOMAINS = ["example.org"]
    at_once = threading.Barrier(4)
    found: list[User] = []

    def log_in() -> None:
        at_once.wait(30)
        try:
            found.append(links.owner_of(vouched(), now=NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=log_in) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 4
    assert {one.pk for one in found} == {User.objects.get().pk}


def test_who_is_pinned_between_two_looks_is_let_in(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OIDC_STUDENT_DOMAINS = ["example.org"]
    look = links._by_address
    others: list[User] = []

    def look_late(identity: Identity, now: dt.datetime) -> User:
        monkeypatch.setattr(links, "_by_address", look)
        others.append(links.owner_of(identity, now=now))
        return look(identity, now)

    monkeypatch.setattr(links, "_by_address", look_late)

    assert links.owner_of(vouched(), now=NOW) == others[0]
    assert InstitutionLink.objects.count() == 1


def test_erasing_forgets_who_somebody_is_at_the_institution() -> None:
    robin = UserFactory(email="robin@example.org")
    links.owner_of(vouched(), now=NOW)

    assert account_rows.shut_out(robin.pk)["institution_links"] == 1
    assert InstitutionLink.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_erasing_forgets_whom_a_first_log_in_links_meanwhile() -> None:
    robin = UserFactory(email="robin@example.org")

    erased = beside(lambda: links.owner_of(vouched(), now=NOW), lambda: account_rows.shut_out(robin.pk))

    assert erased.result()["institution_links"] == 1
    assert InstitutionLink.objects.count() == 0


def test_who_is_being_erased_is_linked_to_nothing() -> None:
    robin = UserFactory(email="robin@example.org")
    User.objects.filter(pk=robin.pk).update(status="erased")

    with pytest.raises(PersonGone):
        links.link(vouched(), by=robin, now=NOW)


class TestAdministration:
    def test_an_administrator_opens_others_but_not_themselves(self, client: Client) -> None:
        admin, robin = AdminFactory(), AdvisorFactory(name="Robin")
        client.force_login(admin)
        chosen = {
            "action": "open_to_institution", "_selected_action": [str(robin.pk), str(admin.pk)], CONFIRMED: "yes",
        }  # fmt: skip

        answer = client.post("/admin/accounts/user/", chosen, follow=True)

        assert "Robin is linked at their next log-in." in answer.content.decode()
        link = InstitutionLink.objects.get()
        assert (link.person, link.state) == (robin, LinkState.OPEN)
        page = client.get(f"/admin/accounts/user/{robin.pk}/change/").content.decode()
        assert "the next log-in with the account&#x27;s address" in page

    def test_without_a_provider_there_is_nothing_to_open(self, client: Client, settings: Settings) -> None:
        settings.OIDC_ISSUER = ""
        client.force_login(AdminFactory())

        assert "open_to_institution" not in client.get("/admin/accounts/user/").content.decode()
