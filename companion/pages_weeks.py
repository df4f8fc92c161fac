"""What students have come to, week by week."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from companion import analytics
from companion.charts import SCALE, columns, percent
from companion.pages import caller, staff_page
from practice import queries as practice

UNKNOWN: Final = "–"
SPANS: Final = {"12": "12 weeks", "26": "26 weeks", "52": "52 weeks"}


class SpanForm(forms.Form):
    """How far back."""

    weeks = forms.ChoiceField(label="Over", choices=list(SPANS.items()), required=False)


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns of one figure, one a week; (height, top, left) in percent, of the width ``wide``."""

    title: str
    latest: str
    most: str
    wide: str
    bars: tuple[tuple[str, str, str], ...]


@require_safe
@staff_page
def weeks(request: HttpRequest, student_id: uuid.UUID | None = None) -> HttpResponse:
    """Show the weeks of a student, or of all whom the caller looks after together."""
    by, now = caller(request), timezone.now()
    form = SpanForm(request.GET)
    number = int(form.cleaned_data["weeks"] or 12) if form.is_valid() else 12
    first = now.date() - dt.timedelta(weeks=number - 1)
    if student_id:
        found = analytics.of_student(
            by=by, student_id=student_id, first=first, last=None, zone="UTC", now=now
        )
    else:
        found = analytics.of_students(by=by, first=first, last=None, zone="UTC", now=now)
    levels = [one for one in found.skills or () if any(level is not None for level in one.levels)]
    context = {
        "found": found,
        "student": practice.students_visible_to(by).filter(pk=student_id).first() if student_id else None,
        "charts": charts_of(found.weeks),
        "levels": levels,
        "level_charts": [_chart(one.skill_name, one.levels, top=SCALE) for one in levels],
        "rows": list(reversed(found.weeks)),
        "form": SpanForm(initial={"weeks": str(number)}),
    }
    return render(request, "advisor/weeks.html", context)


def charts_of(found: Sequence[analytics.Week], *, practised: str = "Items practised") -> list[Chart]:
    """Return the charts of weeks; what the caller may not read, and what there is none of, has no chart.
    ``practised`` is what the items are called."""
    charts = [
        _chart("Assessments completed", [one.assessments_completed for one in found]),
        _chart(practised, [one.practice_completed for one in found]),
        _chart(
            "Solved, in %", [None if one.accuracy is None else 100 * one.accuracy for one in found], top=100
        ),
        _chart("Points", [one.experience for one in found]),
        _chart("Goals reached", [one.goals_reached for one in found]),
        _chart("Questions asked", [one.questions_asked for one in found]),
    ]
    return [chart for chart in charts if chart.most != UNKNOWN]


def _chart(title: str, values: Sequence[float | int | None], *, top: float | None = None) -> Chart:
    known = [value for value in values if value is not None]
    return Chart(
        title=title,
        latest=_said(values[-1]),
        most=_said(max(known, default=None)),
        wide=percent(0.8, len(values)),
        bars=tuple(
            (bar.width, f"{100 - float(bar.width[:-1]):.2f}%", bar.x) for bar in columns(values, top=top)
        ),
    )


def _said(value: float | int | None) -> str:
    if value is None:
        return UNKNOWN
    return f"{value:.1f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value}"
