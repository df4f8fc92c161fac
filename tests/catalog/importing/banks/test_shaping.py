"""Questions of other systems in the shape of this one's."""

from decimal import Decimal
from typing import Any

import pytest

from catalog.importing.banks.question import (
    Accepted,
    BankQuestion,
    ChoiceTask,
    EssayItemTask,
    LeftOut,
    MatchingTask,
    NumericTask,
    Option,
    OrderingTask,
    Range,
    ShortTextTask,
    Task,
)
from catalog.importing.banks.shaping import ShapedQuestion, shaped, without_doubles

ONE, HALF, NONE = Decimal(1), Decimal("0.5"), Decimal(0)


def asked(task: Task, **given: Any) -> BankQuestion:
    fields: dict[str, Any] = {"place": "line 1", "name": "Joins", "prompt": "Which join?", "task": task}
    return BankQuestion(**{**fields, **given})


def taken(task: Task, **given: Any) -> ShapedQuestion:
    found = shaped(asked(task, **given), pool="analyst")
    assert isinstance(found, ShapedQuestion), found
    return found


def reason(task: Task, **given: Any) -> str:
    found = shaped(asked(task, **given), pool="analyst")
    assert isinstance(found, LeftOut)
    return found.reason


def options(*credits_: tuple[str, str]) -> tuple[Option, ...]:
    return tuple(Option(text, Decimal(credit)) for text, credit in credits_)


class TestChoices:
    def test_one_of_several(self) -> None:
        found = taken(ChoiceTask(options(("Left", "0"), ("Inner", "1"))))

        assert found.fields == {
            "question_type": "multiple_choice",
            "prompt": "Which join?",
            "choices": [{"id": "c1", "text": "Left"}, {"id": "c2", "text": "Inner"}],
            "answer_format": {"max_choices": 1},
            "rules": {"kind": "choice", "correct": ["c2"], "scoring": "all_or_nothing"},
            "rubric": {},
            "feedback": {},
            "weight": "1.00",
        }
        assert (found.notes, found.is_ready) == ((), True)

    def test_where_what_is_right_stands_first_the_options_are_mixed_the_same_every_time(self) -> None:
        banks = [[(f"{at} right", "1"), (f"{at} wrong", "0"), (f"{at} other", "0")] for at in range(30)]

        found = [taken(ChoiceTask(options(*bank))) for bank in banks]

        keys = [one.fields["rules"]["correct"][0] for one in found]
        assert [keys.count(key) for key in ("c1", "c2", "c3")] == [12, 11, 7]
        assert found == [taken(ChoiceTask(options(*bank))) for bank in banks]
        for at, (one, key) in enumerate(zip(found, keys, strict=True)):
            texts = {choice["id"]: choice["text"] for choice in one.fields["choices"]}
            assert texts[key] == f"{at} right"
            assert list(texts) == ["c1", "c2", "c3"]

    def test_other_orders_and_true_before_false_stay(self) -> None:
        for order in ((("2", "0"), ("4", "1"), ("8", "0")), (("True", "1"), ("False", "0"))):
            found = taken(ChoiceTask(options(*order)))
            assert [choice["text"] for choice in found.fields["choices"]] == [text for text, _ in order]

    def test_part_of_the_points_for_a_second_best_is_said_to_be_gone(self) -> None:
        found = taken(ChoiceTask(options(("Left", "0.5"), ("Inner", "1"), ("Cross", "-0.25"))))

        assert found.fields["rules"]["correct"] == ["c2"]
        assert found.notes == ("Only the best option gives points here; there “Left” gave some.",)

    def test_several_of_which_wrong_ones_take_away(self) -> None:
        found = taken(ChoiceTask(options(("A", "0.5"), ("B", "-1"), ("C", "0.5")), several=True))

        assert found.fields["answer_format"] == {"max_choices": 3}
        assert found.fields["rules"] == {
            "kind": "choice",
            "correct": ["c1", "c3"],
            "scoring": "per_option_penalty",
        }
        assert found.notes == ()

    def test_several_that_count_differently_and_wrong_ones_that_cost_nothing(self) -> None:
        found = taken(ChoiceTask(options(("A", "0.7"), ("B", "0"), ("C", "0.3")), several=True))

        assert found.notes == (
            "Every right option counts the same here; there they did not.",
            "A wrong option takes a part of the points away here, so that choosing all earns nothing.",
        )

    def test_several_of_which_only_the_exact_choice_counts(self) -> None:
        found = taken(ChoiceTask(options(("A", "1"), ("B", "0"), ("C", "1")), several=True, is_exact=True))

        assert found.fields["rules"]["scoring"] == "all_or_nothing"
        assert found.notes == ()

    @pytest.mark.parametrize(
        ("task", "why"),
        [
            (ChoiceTask(options(("A", "0"), ("B", "0"))), "No option is right."),
            (ChoiceTask(()), "No option is right."),
            (
                ChoiceTask(options(("A", "1"), ("B", "1"))),
                "One option may be chosen, and more than one is all of the answer.",
            ),
            (ChoiceTask(options(("A", "1"))), "Choices: a question of this type needs at least two."),
            (ChoiceTask(options(("A", "1"), ("A", "0"))), "Choices[1].text: looks like that of choices[0]."),
        ],
    )
    def test_what_has_no_counterpart(self, task: ChoiceTask, why: str) -> None:
        assert reason(task) == why

    def test_what_is_told_of_answers_is_for_staff_because_it_tells_the_key(self) -> None:
        task = ChoiceTask((Option("Left", NONE, "Keeps too much."), Option("Inner", ONE)))

        found = taken(task, feedback="Inner joins keep partners.")

        assert found.fields["feedback"] == {
            "student": "",
            "staff": "Inner joins keep partners.\nLeft: Keeps too much.",
        }


class TestNumbers:
    def test_a_range_is_a_value_with_a_tolerance(self) -> None:
        found = taken(NumericTask((Range(Decimal("1.5"), Decimal("4")),)))

        assert found.fields["rules"] == {"kind": "numeric", "value": "2.75", "absolute_tolerance": "1.25"}
        assert found.fields["answer_format"] == {}

    def test_an_exact_number(self) -> None:
        found = taken(NumericTask((Range(Decimal("1E+3"), Decimal("1000")),)))

        assert found.fields["rules"] == {"kind": "numeric", "value": "1000"}

    def test_other_ranges_are_said_to_be_gone(self) -> None:
        found = taken(NumericTask((Range(Decimal(2), Decimal(4), HALF), Range(Decimal(3), Decimal(3)))))

        assert found.fields["rules"] == {"kind": "numeric", "value": "3"}
        assert found.notes == ("Only 3 is right here; there “2 to 4” gave points too.",)

    def test_units(self) -> None:
        units = {"kg": Decimal(1), "g": Decimal("0.001")}

        found = taken(NumericTask((Range(Decimal(2), Decimal(2)),), units))

        assert found.fields["rules"] == {
            "kind": "numeric",
            "value": "2",
            "unit": "kg",
            "unit_factors": {"g": "0.001"},
        }
        assert found.fields["answer_format"] == {"units": ["kg", "g"]}

    def test_none_that_gives_all_the_points(self) -> None:
        assert (
            reason(NumericTask((Range(Decimal(2), Decimal(4), HALF),))) == "No number gives all the points."
        )


class TestShortTexts:
    def test_texts_and_stars(self) -> None:
        accepted = (
            Accepted(" inner join "),
            Accepted("inner join", HALF),
            Accepted("*join (any)*", HALF, has_wildcards=True),
            Accepted("2*3"),
            Accepted("outer", NONE),
        )

        found = taken(ShortTextTask(accepted, case_sensitive=True))

        assert found.fields["rules"] == {
            "kind": "short_text",
            "accepted": [
                {"text": "inner join"},
                {"pattern": r".*join \(any\).*", "credit": "0.5"},
                {"text": "2*3"},
            ],
            "case_sensitive": True,
        }

    @pytest.mark.parametrize(
        ("accepted", "why"),
        [
            ((), "No text is accepted."),
            ((Accepted("a", NONE),), "No text is accepted."),
            ((Accepted("a"), Accepted("*", HALF, has_wildcards=True)), "Any text is accepted."),
            ((Accepted("a", HALF),), "No text gives all the points."),
        ],
    )
    def test_what_has_no_counterpart(self, accepted: tuple[Accepted, ...], why: str) -> None:
        assert reason(ShortTextTask(accepted)) == why


class TestPairs:
    def test_partners_alike_are_one_and_ids_tell_nothing(self) -> None:
        found = taken(
            MatchingTask(
                (("cat", "meows"), ("dog", "barks"), ("lion", "roars"), ("kitten", "meows")), ("sings",)
            )
        )

        choices = {one["id"]: one["text"] for one in found.fields["choices"]}
        pairs = found.fields["rules"]["pairs"]
        assert {choices[left]: choices[right] for left, right in pairs.items()} == {
            "cat": "meows", "dog": "barks", "lion": "roars", "kitten": "meows",
        }  # fmt: skip
        assert sorted(choices.values()) == [
            "barks",
            "cat",
            "dog",
            "kitten",
            "lion",
            "meows",
            "roars",
            "sings",
        ]
        assert [pairs[left] for left in sorted(pairs)] != sorted(pairs.values())

    @pytest.mark.parametrize("number", range(2, 12))
    def test_any_number_of_them(self, number: int) -> None:
        taken(MatchingTask(tuple((f"left {at}", f"right {at}") for at in range(number))))


class TestOrders:
    @pytest.mark.parametrize("number", range(2, 12))
    def test_the_right_order_is_not_that_of_the_ids(self, number: int) -> None:
        texts = tuple(f"step {at}" for at in range(number))

        found = taken(OrderingTask(texts))

        named = {one["id"]: one["text"] for one in found.fields["choices"]}
        order = found.fields["rules"]["order"]
        assert tuple(named[key] for key in order) == texts
        assert order != sorted(order)

    def test_texts_alike(self) -> None:
        assert reason(OrderingTask(("a", "a"))) == "Two of the texts to be put in order are the same."


class TestEssays:
    def test_they_wait_for_a_rubric(self) -> None:
        found = taken(EssayItemTask("Looks for joins.", "A join pairs rows.", min_words=80))

        assert found.fields["answer_format"] == {"min_words": 80}
        assert found.fields["rubric"] == {
            "criteria": [],
            "model_answer": "A join pairs rows.",
            "grader_notes": "Looks for joins.",
        }
        assert found.notes == ("It has no rubric yet: write its criteria and levels before you publish it.",)
        assert not found.is_ready


RIGHT = ChoiceTask(options(("Left", "0"), ("Inner", "1")))


class TestKeys:
    def test_a_key_says_whose_it_is_and_what_it_is_about(self) -> None:
        key = taken(RIGHT, name="Joins & More!").key

        assert key.startswith("analyst-joins-more-")
        assert len(key) == len("analyst-joins-more-") + 10

    def test_it_is_drawn_from_what_is_asked(self) -> None:
        assert taken(RIGHT).key == taken(RIGHT, place="line 9", weight=Decimal(3), feedback="x").key
        assert taken(RIGHT).key != taken(RIGHT, prompt="Which join?!").key

    def test_a_name_that_no_key_can_have_gives_way_to_the_prompt(self) -> None:
        assert taken(RIGHT, name="??").key.startswith("analyst-which-join-")
        assert taken(RIGHT, name="", prompt="Какое?").key.startswith("analyst-")

    def test_long_ones_are_cut_between_words(self) -> None:
        found = shaped(asked(RIGHT, name="word " * 60), pool="p" * 64)

        assert isinstance(found, ShapedQuestion)
        assert found.key.startswith("p" * 45 + "-word-word-word-word-word-word-word-word-")
        assert len(found.key) <= 100

    def test_what_stands_twice_is_taken_once(self) -> None:
        one, again = shaped(asked(RIGHT), pool="a"), shaped(asked(RIGHT, place="line 7"), pool="a")

        assert without_doubles([one, again]) == [
            one,
            LeftOut("line 7", "Joins", "the same question stands in the file before"),
        ]


@pytest.mark.parametrize("weight", ["0", "-1", "1000", "0.001"])
def test_points_that_cannot_be_had_become_one(weight: str) -> None:
    found = taken(RIGHT, weight=Decimal(weight))

    assert found.fields["weight"] == "1"
    assert found.notes == (
        f"It counts 1 point: {weight} is no number of points that a question can have here.",
    )


@pytest.mark.parametrize(
    ("prompt", "why"),
    [
        (" \n", "It asks nothing that can be read."),
        ("x" * 10_001, "Its text is longer than 10,000 characters."),
    ],
)
def test_prompts_that_cannot_be_asked(prompt: str, why: str) -> None:
    assert reason(RIGHT, prompt=prompt) == why
