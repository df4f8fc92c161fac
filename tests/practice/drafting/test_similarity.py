"""A new item is neither another one nor a question of an assessment, and about its skill."""

from dataclasses import replace

import numpy as np
import pytest

from practice.drafting.similarity import ExistingItem, Surroundings, sequences, told

LONG = (
    "Which of the following clauses keeps only those groups of a query that have more than five rows in them?"
)


def unit(*parts: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    vector = np.array(parts, np.float32)
    return vector / np.linalg.norm(vector)


AROUND = Surroundings(
    items=[
        ExistingItem("sql-1", "sql", LONG, unit(1, 0, 0)),
        ExistingItem("seo-1", "seo", "Which title?", unit(0, 1, 0)),
    ],
    questions=[ExistingItem("analyst-1", "", "Which join?", unit(0, 0, 1))],
    skills={"sql": unit(1, 0, 0.2), "seo": unit(0, 1, 0)},
)


def problems(
    *vector: float, skill: str = "sql", text: str = "Quite other words.", but: str = ""
) -> dict[str, list[str]]:
    found = AROUND.checked(skill=skill, text=text, vector=unit(*vector), but=but)
    return {one.name: list(one.problems) for one in found if not one.passed}


def test_what_is_near_its_skill_and_no_item_passes() -> None:
    assert problems(0.7, 0.4, 0.6) == {}


def test_an_item_that_means_the_same_as_another_one_is_found() -> None:
    assert problems(1, 0.1, 0) == {"new_in_bank": ["asks the same as the item sql-1 (nearness 1.00)"]}


def test_an_item_is_not_compared_with_itself() -> None:
    assert problems(1, 0.1, 0, but="sql-1") == {}


def test_an_item_that_means_the_same_as_an_assessments_question_is_found() -> None:
    assert problems(0.5, 0, 1) == {
        "not_in_assessments": ["asks the same as the question analyst-1 (nearness 0.89)"]
    }


def test_most_of_the_words_in_a_row_are_enough() -> None:
    found = problems(0.7, 0.4, 0.6, text=LONG.replace("five", "seven"))

    assert found == {"new_in_bank": ["shares most of its words with the item sql-1"]}


@pytest.mark.parametrize(("nearness", "is_found"), [(0.779, False), (0.781, True)])
def test_two_items_ask_the_same_from_a_nearness_of_78_hundredths(nearness: float, is_found: bool) -> None:
    around = replace(AROUND, questions=[])
    vector = unit(nearness, 0, (1 - nearness**2) ** 0.5)

    found = around.checked(skill="sql", text="Quite other words.", vector=vector)

    assert [one.name for one in found if not one.passed] == ["new_in_bank"] * is_found


@pytest.mark.parametrize(("shared", "is_found"), [(8, False), (9, True), (15, True)])
def test_half_of_the_shorter_texts_sequences_are_most_of_its_words(shared: int, is_found: bool) -> None:
    """Fifteen words make twelve sequences of four; so many shared in a row make three fewer than they are."""
    text = " ".join([*LONG.split()[:shared], *(f"other{at}" for at in range(15 - shared))])

    found = problems(0.7, 0.4, 0.6, text=text)

    assert found == ({"new_in_bank": ["shares most of its words with the item sql-1"]} if is_found else {})


@pytest.mark.parametrize(("words", "is_found"), [(8, False), (9, True)])
def test_texts_of_fewer_than_six_sequences_are_not_compared_by_words(words: int, is_found: bool) -> None:
    found = problems(0.7, 0.4, 0.6, text=" ".join(LONG.split()[:words]))

    assert bool(found) is is_found


def test_a_skill_is_where_its_three_nearest_items_are() -> None:
    """Of SQL's items three are the item itself and one is its opposite, which does not count."""
    items = [
        ExistingItem(f"sql-{at}", "sql", "Words.", unit(0, 0, sign)) for at, sign in enumerate((-1, 1, 1, 1))
    ]
    around = Surroundings(
        items=items, questions=[], skills={"sql": unit(1, 0, 0), "seo": unit(0, 0.67, 0.74)}
    )

    (strays,) = (
        one
        for one in around.checked(skill="sql", text="", vector=unit(0, 0, 1))
        if one.name == "about_its_skill"
    )

    assert strays.problems == ("is nearer to the skill seo (0.74) than to sql (0.50)",)


def test_a_bank_of_nothing_has_nothing_that_is_the_same() -> None:
    around = Surroundings(items=[], questions=[], skills={"sql": unit(1, 0, 0)})

    assert all(one.passed for one in around.checked(skill="sql", text=LONG, vector=unit(1, 0, 0)))


def test_an_item_of_another_skill_is_found() -> None:
    assert problems(0.2, 0.7, 0.6) == {
        "about_its_skill": ["is nearer to the skill seo (0.74) than to sql (0.27)"]
    }


def test_choices_count_as_text() -> None:
    assert (
        told({"prompt": "Which?", "choices": [{"id": "a", "text": "One"}, {"id": "b", "text": "Two"}]})
        == "Which?\nOne\nTwo"
    )
    assert sequences("Only three words") == frozenset()
    assert sequences("Here are four words") == {("here", "are", "four", "words")}
