"""What people set in place of what the system had come to: how often, what came of it, and the latest."""

import datetime as dt
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from companion.enums import OverrideGrouping, OverrideKind, Period
from companion.override_words import lines_of
from companion.overrides import ALL_KINDS, Narrowed, Newest, figures
from companion.pages import caller, page_asked, staff_page
from companion.queries import PAGE_SIZE
from practice import queries as practice

_SHOWN: Final = slice(20)


class OverrideFilters(forms.Form):
    """What figures are by, of which kind, and since when; what cannot be understood narrows nothing."""

    by = forms.ChoiceField(label="Figures by", required=False, choices=OverrideGrouping.choices)
    kind = forms.ChoiceField(
        label="Kind", required=False, choices=[("", "Every kind"), *OverrideKind.choices]
    )
    days = forms.ChoiceField(label="Made in", required=False, choices=Period.choices)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.is_valid()

    def group(self) -> OverrideGrouping:
        """Return what figures are by."""
        return OverrideGrouping(self.cleaned_data.get("by") or OverrideGrouping.KIND)

    def narrowed(self, *, now: dt.datetime) -> Narrowed:
        """Return which overrides were asked for."""
        days = self.cleaned_data.get("days")
        since = now - dt.timedelta(days=int(days)) if days else None
        return Narrowed(kind=self.cleaned_data.get("kind") or None, since=since)


@require_safe
@staff_page
def overrides(request: HttpRequest) -> HttpResponse:
    """Show the overrides for students in the caller's sight."""
    by, form = caller(request), OverrideFilters(request.GET)
    asked, group = form.narrowed(now=timezone.now()), form.group()
    latest: Any = Newest(by, asked)
    page = page_asked(request, latest, PAGE_SIZE)
    found = figures(by, asked, group=group, part=_SHOWN)
    levels = (
        practice.override_figures(by=by, group=practice.Grouping(group.value), since=asked.since, part=_SHOWN)
        if group.value in set(practice.Grouping) and asked.kind in {None, OverrideKind.PRACTICE}
        else practice.AllFigures(0, ())
    )
    context = {
        "form": form,
        "group": group,
        "page": page,
        "lines": lines_of(page.object_list),
        "total": found.total,
        "kinds": [kind.label for kind in ALL_KINDS],
        "groups": [(one, [(kind.label, one.by_kind[kind]) for kind in ALL_KINDS]) for one in found.items],
        "others": found.groups - len(found.items),
        "levels": levels.items,
        "other_levels": levels.groups - len(levels.items),
    }
    return render(request, "advisor/overrides.html", context)
