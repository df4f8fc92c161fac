"""The form of an essay in figures a reader can check."""

from dataclasses import replace

import pytest

from scoring.essays.features import full_length, read_form, scaled
from scoring.essays.text import sentences
from tests.scoring.essays.samples import MIDDLING, STRONG, essay


@pytest.mark.parametrize(
    ("least", "most", "full"), [(40, 250, 124.0), (60, None, 120.0), (None, None, 150.0), (None, 300, 150.0)]
)
def test_a_full_answer_depends_on_what_was_asked_for(
    least: int | None, most: int | None, full: float
) -> None:
    assert full_length(replace(essay(STRONG), min_words=least, max_words=most)) == full


def test_a_full_well_joined_answer_has_full_marks_for_form() -> None:
    form = read_form(essay(STRONG), sentences(STRONG))

    assert (form.words, form.asked, form.length, form.disordered) == (149, 1.0, 1.0, False)
    assert form.organisation == pytest.approx(1.0)


def test_a_short_answer_is_measured_against_what_was_asked() -> None:
    own = sentences(MIDDLING)[:1]

    form = read_form(essay(MIDDLING), own)

    assert form.words == 18
    assert form.asked == 18 / 40
    assert form.length == 18 / 124
    assert form.organisation < 0.8


def test_nothing_has_no_form() -> None:
    form = read_form(essay(MIDDLING), [])

    assert (form.words, form.asked, form.length, form.organisation) == (0, 0.0, 0.0, 0.0)


def test_word_order_is_read_in_english_only() -> None:
    own = sentences("The of the a an of the in the on a of the.")

    assert read_form(essay(MIDDLING), own).disordered is True
    assert read_form(replace(essay(MIDDLING), language="nl"), own).disordered is False


@pytest.mark.parametrize(("value", "expected"), [(0.0, 0.0), (0.2, 0.0), (0.3, 0.5), (0.4, 1.0), (2.0, 1.0)])
def test_a_scale_runs_from_0_to_1(value: float, expected: float) -> None:
    assert scaled(value, 0.2, 0.4) == pytest.approx(expected)
