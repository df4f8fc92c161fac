"""Two who call tutoring systems by one name at the same moment."""

import pytest

from ops.models import AuditLog
from tests.tutoring.scenes import add_source
from tests.waiting import beside
from tutoring import services
from tutoring.models import TutoringSource
from tutoring.services.sources import SourceKnown

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_renames_to_one_name_the_second_is_refused() -> None:
    harbour, lake = (add_source(name)[0] for name in ("Harbour", "Lake"))

    second = beside(
        lambda: services.rename_source(by=None, source_id=harbour.pk, name="River"),
        lambda: services.rename_source(by=None, source_id=lake.pk, name="River"),
    )

    with pytest.raises(SourceKnown):
        second.result()
    assert sorted(TutoringSource.objects.values_list("name", flat=True)) == ["Lake", "River"]
    assert AuditLog.objects.filter(action="tutoring_source.renamed").count() == 1


def test_of_two_of_one_name_that_are_added_the_second_is_refused() -> None:
    second = beside(lambda: add_source("River"), lambda: add_source("River"))

    with pytest.raises(SourceKnown):
        second.result()
