"""Writing practice items: nothing is stored that could not be practised with."""

import pytest

from practice.models import PracticeItem
from practice.services import ItemInvalid, ItemMade, change_item, create_item
from tests.factories.catalog import NOW, SkillFactory
from tests.factories.practice import PracticeItemFactory

pytestmark = pytest.mark.django_db


def test_an_item_whose_hint_tells_is_stored_neither_new_nor_changed() -> None:
    fresh = PracticeItemFactory.build(skill=SkillFactory(), hints=["Try HAVING."])
    stored = PracticeItemFactory()
    stored.hints = ["Try HAVING."]

    for write, item in ((create_item, fresh), (change_item, stored)):
        with pytest.raises(ItemInvalid) as caught:
            write(by=None, item=item, now=NOW)
        assert caught.value.details == {
            "problems": ["hints[0]: gives the answer away: it names the correct choice 'c2'"]
        }

    assert [item.hints[0] for item in PracticeItem.objects.all()] == ["It comes after the groups are made."]


def test_what_a_generator_made_is_not_changed() -> None:
    item = PracticeItemFactory(generator="mean", seed=7)
    item.prompt = "Another?"

    with pytest.raises(ItemMade):
        change_item(by=None, item=item, now=NOW)

    assert PracticeItem.objects.get().prompt == "Which clause filters groups?"


def test_what_was_answered_since_the_item_was_read_is_kept() -> None:
    item = PracticeItemFactory(rating=1300.0, deviation=60.0, answers=40)
    PracticeItem.objects.update(rating=1310.0, deviation=59.0, answers=41)
    item.prompt = "Another?"

    change_item(by=None, item=item, now=NOW)

    stored = PracticeItem.objects.get()
    assert (stored.prompt, stored.updated_at) == ("Another?", NOW)
    assert (stored.rating, stored.deviation, stored.answers) == (1310.0, 59.0, 41)
