"""Shares in words."""

from django import template

register = template.Library()


@register.filter
def percent(share: float) -> str:
    """Return a share (0 to 1) as a whole percentage."""
    return f"{100 * share:.0f} %"


@register.filter
def points(difference: float) -> str:
    """Return a difference of shares in whole percentage points, with its sign."""
    return f"{100 * difference:+.0f}".replace("-", "−")
