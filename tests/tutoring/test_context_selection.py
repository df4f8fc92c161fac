"""Which lines of a long session a model is given."""

from itertools import pairwise

from tutoring.context_selection import BYTES_A_TOKEN, chosen, cost
from tutoring.enums import Speaker
from tutoring.next_step_extraction import NextStep
from tutoring.topics import Topic
from tutoring.transcripts import Line

LINES = [
    Line(number, Speaker.TUTOR, f"This is what was said as number {number:03d}.") for number in range(1, 201)
]
EACH = cost(LINES[99])
TOPIC = Topic(0, tuple(range(50, 151)), 0.5)
STEP = NextStep("Write.", Speaker.TUTOR, (199, 200))


def most(lines: int) -> int:
    """The tokens that so many lines come to."""
    return -(-lines * EACH // BYTES_A_TOKEN)


def test_what_fits_is_given_whole() -> None:
    assert chosen(LINES, [TOPIC], [STEP], {}, most=most(200)) == LINES


def test_of_what_does_not_fit_steps_come_first_then_topics_then_the_rest() -> None:
    found = [line.number for line in chosen(LINES, [TOPIC], [STEP], {}, most=most(40))]

    assert sum(cost(LINES[number - 1]) for number in found) <= most(40) * BYTES_A_TOKEN
    assert found == sorted(found)
    assert {199, 200} <= set(found)
    of_topic = [number for number in found if number in TOPIC.lines]
    assert 28 <= len(of_topic) <= 34
    assert 6 <= len(set(found) - set(of_topic) - {199, 200}) <= 10


def test_each_kind_lies_evenly() -> None:
    found = [
        line.number for line in chosen(LINES, [Topic(0, tuple(range(1, 201)), 1.0)], [], {}, most=most(50))
    ]

    assert 48 <= len(found) <= 50
    assert max(later - earlier for earlier, later in pairwise([0, *found, 201])) <= 8


def test_a_mistake_never_stands_without_its_answer() -> None:
    doubted = {number: number + 1 for number in range(1, 200, 4)}

    found = {line.number for line in chosen(LINES, [TOPIC], [STEP], doubted, most=most(40))}

    assert found & doubted.keys()
    assert all(doubted[number] in found for number in found & doubted.keys())


def test_many_steps_leave_room_for_the_rest() -> None:
    steps = [NextStep("Write.", Speaker.TUTOR, tuple(range(101, 200)))]

    found = {
        line.number for line in chosen(LINES, [Topic(0, tuple(range(1, 101)), 0.5)], steps, {}, most=most(40))
    }

    assert len(found & set(range(1, 101))) >= 19
