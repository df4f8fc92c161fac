"""A new item is neither another one nor a question of an assessment, and about its skill."""

import numpy as np

from practice.drafting.likeness import Known, Surroundings, sequences, told

LONG = (
    "Which of the following clauses keeps only those groups of a query that have more than five rows in them?"
)


def unit(*parts: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    vector = np.array(parts, np.float32)
    return vector / np.linalg.norm(vector)


AROUND = Surroundings(
    items=[Known("sql-1", "sql", LONG, unit(1, 0, 0)), Known("seo-1", "seo", "Which title?", unit(0, 1, 0))],
    questions=[Known("analyst-1", "", "Which join?", unit(0, 0, 1))],
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
