"""Every field of every table says whether it is personal, and the lists say nothing of what is not there."""

import pytest
from django.apps import apps
from django.conf import settings

from microcred.privacy import EXPORTED, ErasureAction, FieldCategory, Table, table, tables

LISTED = {one.model: one for one in tables()}
MODELS = {
    model._meta.label: model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy
}


def test_every_table_is_listed_once() -> None:
    assert (set(MODELS) - set(LISTED), set(LISTED) - set(MODELS)) == (set(), set())
    assert len(list(tables())) == len(LISTED)


@pytest.mark.parametrize("label", sorted(MODELS))
def test_every_field_says_what_it_is(label: str) -> None:
    fields = {one.name for one in MODELS[label]._meta.local_fields}

    assert set(LISTED[label].fields) == fields


@pytest.mark.parametrize("one", LISTED.values(), ids=lambda one: one.model)
def test_what_a_list_says_fits_together(one: Table) -> None:
    is_personal = bool(one.of(*EXPORTED))

    assert is_personal == (one.fate != ErasureAction.NOT_PERSONAL)
    assert bool(one.ages_by) == bool(one.keep)
    assert not one.keep or one.keep in settings.RETENTION_DAYS
    for sooner in one.sooner:
        assert one.ages_by
        assert sooner.keep in settings.RETENTION_DAYS
        MODELS[one.model]._default_manager.filter(**{sooner.path: sooner.value})
    for path in one.people:  # a path that leads nowhere raises FieldError
        MODELS[one.model]._default_manager.filter(**{path: None})


def test_a_field_is_named_once() -> None:
    with pytest.raises(ValueError, match="named twice"):
        table("accounts.User", LISTED["accounts.User"].purpose, none="id", link="id")


def test_all_kinds_are_in_use() -> None:
    assert {kind for one in LISTED.values() for kind in one.fields.values()} == set(FieldCategory)
