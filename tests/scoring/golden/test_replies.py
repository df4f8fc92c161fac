"""Replies to the golden set are kept in a file and given again; nothing else is kept."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from microcred.ai.base import ProviderError
from scoring.essays.judge import ModelJudge
from scoring.essays.prompt import PROMPT_VERSION
from scoring.golden import essays, gate, replies
from scoring.golden.replies import (
    RATER,
    Rater,
    Recorded,
    RecordedChat,
    RecordingChat,
    RepliesUnfit,
    is_golden,
)
from tests.scoring.essays import samples
from tests.scoring.essays.chats import ScriptedChat, honest

GOLDEN = essays.golden_essays()[0].task


def kept(recording: RecordingChat) -> Recorded:
    return Recorded(
        PROMPT_VERSION,
        "openai",
        "api.example.org",
        RATER,
        essays.version(),
        "2026-11-20",
        recording.replies,
    )


def test_what_is_recorded_can_be_given_again(tmp_path: Path) -> None:
    recording = RecordingChat(Rater())
    first = gate.run(ModelJudge(recording), "model")
    replies.write(tmp_path / "some" / "replies.json", kept(recording))

    again = replies.read(tmp_path / "some" / "replies.json")

    assert again == kept(recording)
    assert len(again.replies) == gate.calls()
    assert gate.run(ModelJudge(RecordedChat(again)), "model") == first


def test_a_reply_that_repeats_the_random_word_gets_the_new_one() -> None:
    def echo(user: str, schema: object) -> str:
        return json.dumps({"heard": user.split("<<<ANSWER e1 ")[1].split(">>>")[0]})

    recording = RecordingChat(ScriptedChat(echo))
    first = ModelJudge(recording, draw_nonce=lambda: "aaaa").prepare([GOLDEN]).prompt
    recording.complete(system=first.system, user=first.user, schema={})
    second = ModelJudge(recording, draw_nonce=lambda: "bbbb").prepare([GOLDEN]).prompt

    given = RecordedChat(kept(recording)).complete(system=second.system, user=second.user)

    assert json.loads(given.content) == {"heard": "bbbb"}


def test_only_replies_about_golden_texts_are_kept() -> None:
    recording = RecordingChat(ScriptedChat(honest))

    ModelJudge(recording).judge([samples.essay(samples.STRONG)])
    ModelJudge(recording).judge([GOLDEN])

    assert len(recording.replies) == 1
    assert samples.STRONG not in json.dumps(recording.replies)


def test_a_call_that_is_not_on_file_is_refused() -> None:
    task = replace(GOLDEN, prompt="Another question altogether?")

    with pytest.raises(ProviderError, match="no reply"):
        ModelJudge(RecordedChat(kept(RecordingChat(Rater())))).judge([task])


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"form": "golden-replies-1"}', '{"form": "other"}'])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(content)

    with pytest.raises(RepliesUnfit, match=r"other\.json is not a file of recorded replies"):
        replies.read(path)
    with pytest.raises(RepliesUnfit):
        replies.read(tmp_path / "missing.json")


def test_replies_to_another_golden_set_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    replies.write(path, replace(kept(RecordingChat(Rater())), golden_version="golden-1"))

    with pytest.raises(RepliesUnfit, match=r"old\.json holds replies to golden-1"):
        replies.read(path)


def test_a_part_of_a_golden_essay_is_golden_too() -> None:
    judge, part = ModelJudge(Rater()), GOLDEN.answer.split("Dear director,")[0]

    assert part != GOLDEN.answer
    assert is_golden(judge.prepare([replace(GOLDEN, answer=part)]).prompt.user)
    assert not is_golden(judge.prepare([replace(GOLDEN, answer=f"{part} And one more.")]).prompt.user)


def test_a_prompt_about_anything_else_is_not_golden() -> None:
    judge = ModelJudge(Rater())

    assert is_golden(judge.prepare([GOLDEN]).prompt.user)
    assert not is_golden(judge.prepare([GOLDEN, samples.essay(samples.STRONG)]).prompt.user)
