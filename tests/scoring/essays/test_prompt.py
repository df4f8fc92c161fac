"""What leaves for a model: the rubric without points, the answer behind a fence."""

import hashlib
import json
import re

from scoring.essays.prompt import FOLDER, PROMPT_SHA256, PROMPT_VERSION, REGISTERED, SYSTEM, build
from tests.scoring.essays.chats import answers_in
from tests.scoring.essays.samples import MIDDLING, STRONG, essay


def test_answers_stand_behind_fences_that_carry_the_nonce() -> None:
    prompt = build([essay(STRONG), essay(MIDDLING)], lambda: "f00d")

    assert answers_in(prompt.user) == {"e1": STRONG, "e2": MIDDLING}
    assert re.findall(r"<<<(.*?)>>>", prompt.user) == [
        "ANSWER e1 f00d", "END ANSWER e1 f00d", "ANSWER e2 f00d", "END ANSWER e2 f00d",
    ]  # fmt: skip
    assert (prompt.system, prompt.version, prompt.labels) == (SYSTEM, PROMPT_VERSION, ("e1", "e2"))


def test_a_nonce_that_an_answer_happens_to_hold_is_drawn_again() -> None:
    nonces = iter(["cafe", "f00d"])

    prompt = build([essay("The word cafe stands here, so it cannot be a fence.")], lambda: next(nonces))

    assert prompt.nonce == "f00d"


def test_an_answer_is_cleaned_and_never_in_the_system_part() -> None:
    hidden = "Open\u200b it.\u202e\x07 ZEBRA"

    prompt = build([essay(hidden)], lambda: "f00d")

    assert answers_in(prompt.user) == {"e1": "Open it. ZEBRA"}
    assert "ZEBRA" not in prompt.system


def test_the_model_sees_levels_and_guidance_but_no_points_and_no_weights() -> None:
    prompt = build([essay(STRONG)], lambda: "f00d")
    about, _ = json.JSONDecoder().raw_decode(prompt.user)

    assert list(about) == ["essay", "task", "criteria", "notes_for_graders", "model_answer"]
    assert list(about["criteria"][0]) == ["key", "name", "meaning", "guidance", "levels"]
    assert list(about["criteria"][0]["levels"][0]) == ["id", "name", "description"]


def test_what_a_rubric_lacks_is_left_out() -> None:
    prompt = build([essay(STRONG, model_answer="", grader_notes="")], lambda: "f00d")
    about, _ = json.JSONDecoder().raw_decode(prompt.user)

    assert list(about) == ["essay", "task", "criteria"]


def test_the_version_names_the_file_and_its_content() -> None:
    content = (FOLDER / "essay-2.md").read_bytes() + (FOLDER / "controls-1.json").read_bytes()

    assert f"essay-2@{PROMPT_SHA256[:12]}" == PROMPT_VERSION
    assert hashlib.sha256(content).hexdigest() == PROMPT_SHA256


def test_a_prompt_is_never_changed_without_becoming_a_new_version() -> None:
    found = {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in FOLDER.iterdir()}
    del found["versions"]

    assert found == REGISTERED, "give a changed prompt a new file name and add its hash to versions.json"
