"""What of the items to practise with waits for a curator."""

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse

from microcred.admin_dashboard import Alert, pluralize
from practice.enums import DraftStatus
from practice.models import PracticeDraft, PracticeItem, PracticeReport


def signs(*, now: dt.datetime) -> Iterator[Alert]:
    """Yield what students have reported, and what models have written and nobody has looked at."""
    listed = reverse("admin:practice_practiceitem_changelist")
    reported = PracticeReport.objects.filter(looked_at=None).values("assignment__item").distinct().count()
    if reported:
        said = pluralize(reported, "item was reported by students.", "items were reported by students.")
        yield Alert(said, f"{listed}?look=reported")
    held = PracticeItem.objects.exclude(held_at=None).count()
    if held:
        said = pluralize(held, "item is given", "items are given")
        yield Alert(f"{said} to nobody, because of reports.", f"{listed}?look=held")
    drafts = PracticeDraft.objects.filter(status=DraftStatus.WAITING).count()
    if drafts:
        said = pluralize(drafts, "draft of an item waits", "drafts of items wait")
        where = f"{reverse('admin:practice_practicedraft_changelist')}?status__exact={DraftStatus.WAITING}"
        yield Alert(f"{said} for somebody to look.", where)
