"""What is looked for before a pattern is must be in everything that the pattern finds."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring.attacks import dataset
from scoring.essays.deobfuscation import deobfuscated_views
from scoring.essays.injection_patterns import PATTERNS, compiled
from scoring.essays.literal_prefilter import may_match, required_literals
from scoring.golden import essays as golden


@pytest.mark.parametrize(
    ("pattern", "held"),
    [
        (r"\bgive (?:full|top) marks?\b", [{"give "}, {" mark"}, {"full", "top"}]),
        (r"rubrics?|graders?", [{"rubric", "grader"}]),
        # A text that holds a shorter one adds nothing.
        (r"criterion|criteria|criteri", [{"criteri"}]),
        # What may be missing is not looked for.
        (r"(?:please )?obey(?: me)*", [{"obey"}]),
        (r"(?:obey ){2,3}", [{"obey "}]),
        # What is only looked at stands in no other's way, and need not be there.
        (r"(?<!th )grad\ber(?! students)", [{"grader"}]),
        # Of one of these nothing is known, so nothing is of any.
        (r"[abc]{3}|grader", []),
        (r"(\w{5,}) \1", []),
        (r"(?i:grader)", []),
    ],
)
def test_every_match_holds_one_of_each(pattern: str, held: list[set[str]]) -> None:
    assert [set(one) for one in required_literals(pattern)] == held


@pytest.mark.parametrize("family", PATTERNS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nothing_is_found_where_no_needle_is(family: str, data: st.DataObject) -> None:
    pattern = re.compile(PATTERNS[family])
    text = data.draw(st.from_regex(pattern))

    for match in pattern.finditer(text):
        assert may_match(match.group(), required_literals(PATTERNS[family]))


def test_attacks_and_good_essays_are_read_as_by_the_patterns_alone() -> None:
    # Some essays carry many of them.
    texts = sorted({attack.tasks[0].answer for attack in dataset.attacks()})[::9]
    texts += [one.task.answer for one in golden.golden_essays()]
    texts += [one.task.answer for one in golden.variants()]
    seen = [view.text for text in texts for view in deobfuscated_views(text)]

    assert len(seen) > 500
    for sought in compiled():
        for text in seen:
            alone = [match.span() for match in sought.pattern.finditer(text)]
            assert [match.span() for match in sought.found(text)] == alone
