"""Two who change the key for gradebooks at the same moment."""

import pytest
from django.utils import timezone

from partners.lti import keys
from partners.lti.models import LtiKey
from tests.waiting import beside

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_keys_that_are_made_at_once_the_last_is_in_use() -> None:
    now = timezone.now()

    last = beside(lambda: keys.replace(now=now), lambda: keys.replace(now=now)).result()

    assert LtiKey.objects.get(current=True) == last
    assert LtiKey.objects.filter(current=False, ends_at__isnull=False).count() == 1


def test_the_first_key_is_made_once() -> None:
    now = timezone.now()

    beside(lambda: keys.ensure(now=now), lambda: keys.ensure(now=now)).result()

    assert LtiKey.objects.count() == 1
