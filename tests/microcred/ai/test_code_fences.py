"""Replies that come in a Markdown fence, or after thoughts."""

import pytest

from microcred.ai.code_fences import strip_code_fences


@pytest.mark.parametrize(
    "content",
    ['```json\n{"a": 1}\n```', '```\n{"a": 1}\n```', '\n ```JSON \r\n{"a": 1}\r\n```\n', '{"a": 1}'],
)
def test_a_fence_around_the_whole_reply_is_taken_off(content: str) -> None:
    assert strip_code_fences(content) == '{"a": 1}'


@pytest.mark.parametrize("before", ["<think>\nIs it {1}?\n</think>\n\n", "It is.\n</think>"])
@pytest.mark.parametrize("content", ['{"a": "</think>"}', '```json\n{"a": "</think>"}\n```'])
def test_thoughts_before_the_reply_are_taken_off(before: str, content: str) -> None:
    assert strip_code_fences(before + content).strip() == '{"a": "</think>"}'
    assert strip_code_fences(content) == '{"a": "</think>"}'


@pytest.mark.parametrize(
    "content",
    [
        'Here:\n```json\n{"a": 1}\n```',
        '{"a": "```json\\n1\\n```"}',
        "```",
        "",
        "<think>",
        "A thought.</think>",
    ],
)
def test_anything_else_is_left_as_it_is(content: str) -> None:
    assert strip_code_fences(content) == content
