"""What is left of a marked-up text."""

import pytest

from catalog.importing.banks.markup import Plain, plain


@pytest.mark.parametrize(
    ("marked_up", "text"),
    [
        ("plain 3 < 4 & 5", "plain 3 < 4 & 5"),
        ("<p>Hello <b>you</b>,<br>x<sup>2</sup> &lt; 3&nbsp;m</p>", "Hello you,\nx^2 < 3 m"),
        ("<p>One</p>\n  <p>Two</p>", "One\n\nTwo"),
        ("<p>One</p><p></p><p><br></p><p>Two</p>", "One\n\nTwo"),
        ("<div>One<div>Two</div></div>", "One\nTwo"),
        ("Which?<ul><li>a</li><li>b <i>c</i></li></ul>", "Which?\n\n- a\n- b c"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>", "1 | 2\n3 | 4"),
        ("<pre>SELECT a\n  FROM b</pre>", "SELECT a\n  FROM b"),
        ("a<script>alert(1)</script><style>p {}</style>b", "ab"),
        ("", ""),
    ],
)
def test_blocks_become_lines(marked_up: str, text: str) -> None:
    assert plain(marked_up) == Plain(text)


def test_what_cannot_be_shown_is_named_once() -> None:
    marked_up = (
        'See <img src="a.png" alt="a cat"> and <img src="b.png" alt="image.PNG"> <math><mi>x</mi></math>'
    )

    assert plain(marked_up) == Plain("See [a cat] and x", ("a picture", "a formula"))


def test_marks_without_end_cost_no_more_than_their_length() -> None:
    assert plain("<div>" * 20_000 + "in") == Plain("in")
