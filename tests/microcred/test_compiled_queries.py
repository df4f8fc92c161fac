"""Queries that are worded once find what the query sets they were made from find."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db.models import Count, Q, QuerySet

from accounts.enums import Role
from accounts.models import AdvisorAssignment, TokenFamily, User
from microcred.compiled_queries import CompiledQuery, NotCompilable
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


def test_a_compiled_query_gives_the_models_that_its_query_set_gives() -> None:
    someone = UserFactory(profile={"model_scoring": False, "languages": ["en"]})
    UserFactory()
    by_key = CompiledQuery(lambda user: User.objects.filter(pk=user), user=uuid.UUID)

    found = by_key.rows(user=someone.pk)

    assert found == [someone]
    assert {field.attname: getattr(found[0], field.attname) for field in User._meta.concrete_fields} == {
        field.attname: getattr(someone, field.attname) for field in User._meta.concrete_fields
    }
    assert found[0]._state.adding is False


def test_values_go_where_their_names_stand_whatever_their_order() -> None:
    student, advisor = UserFactory(), UserFactory(role=Role.ADVISOR)
    link = AdvisorAssignment.objects.create(advisor=advisor, student=student)
    links = CompiledQuery(
        lambda advisor, student: AdvisorAssignment.objects.filter(student=student, advisor=advisor),
        advisor=uuid.UUID,
        student=uuid.UUID,
    )

    assert links.first(advisor=advisor.pk, student=student.pk) == link
    assert links.first(advisor=student.pk, student=advisor.pk) is None


def test_related_rows_annotations_and_moments_come_along() -> None:
    family = TokenFamily.objects.create(user=UserFactory(), current=uuid.uuid4(), expires_at=NOW)
    expired = CompiledQuery(
        lambda now: (
            TokenFamily.objects.filter(expires_at__lt=now).select_related("user").annotate(number=Count("pk"))
        ),
        now=dt.datetime,
    )

    assert expired.rows(now=NOW) == []
    found = expired.first(now=NOW + dt.timedelta(seconds=1))

    assert found is not None
    assert found == family
    assert "user" in found._state.fields_cache
    assert found.user == family.user
    assert vars(found)["number"] == 1


def test_a_query_is_worded_once_for_each_variant() -> None:
    worded = []

    def in_role(role: str, user: uuid.UUID) -> QuerySet[User]:
        worded.append(role)
        return User.objects.filter(role=role, pk=user)

    one = UserFactory()
    query = CompiledQuery(in_role, user=uuid.UUID)

    assert [query.first("student", user=one.pk), query.first("student", user=one.pk)] == [one, one]
    assert query.first("admin", user=one.pk) is None
    assert worded == ["student", "admin"]


def test_what_is_no_query_with_open_values_is_refused() -> None:
    with pytest.raises(NotCompilable):
        CompiledQuery(lambda: User.objects.prefetch_related("token_families")).rows()
    named: Any = User.objects.values_list("pk", named=True)
    with pytest.raises(NotCompilable):
        CompiledQuery(lambda: named).rows()
    with pytest.raises(NotCompilable, match="not sent as given: name"):
        CompiledQuery(lambda name: User.objects.filter(name__contains=name), name=str).rows(name="a")


def test_lists_sums_numbers_and_texts() -> None:
    one, other = UserFactory(name="One"), UserFactory(name="Two")
    TokenFamily.objects.create(user=one, current=uuid.uuid4(), expires_at=NOW)

    def counted(shape: str, name: str, number: int, user: uuid.UUID) -> QuerySet[Any, Any]:
        rows = User.objects.filter(Q(name=name) | Q(pk=user)).annotate(number=Count("token_families"))
        rows = rows.annotate(mine=Count("token_families", filter=Q(pk=user)))
        found: QuerySet[Any, Any] = getattr(rows.filter(number__lte=number).order_by("name"), shape)(
            "name", "mine"
        )
        return found

    query = CompiledQuery(counted, name=str, number=int, user=uuid.UUID)

    assert query.rows("values_list", name="Two", number=1, user=one.pk) == [("One", 1), ("Two", 0)]
    assert query.rows("values", name="One", number=0, user=other.pk) == [{"name": "Two", "mine": 0}]
    assert query.rows("values_list", name="Nobody", number=1, user=uuid.uuid4()) == []
    names = CompiledQuery(lambda: User.objects.order_by("name").values_list("name", flat=True))
    assert (names.rows(), names.first()) == (["One", "Two"], "One")
