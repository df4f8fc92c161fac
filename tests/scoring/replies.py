"""What a model replies when it is asked for verdicts on the essays of tests/factories/assessments.py."""

import json
from collections.abc import Mapping
from typing import Any

from scoring.attacks.fakes import sent_in
from scoring.golden.replies import Rater, is_golden
from tests.fakes.openai_server import Received
from tests.fakes.schema_answers import answer
from tests.scoring.essays.chats import honest, verdict

QUOTE = "First I would compare both sources and list where they differ."
SECOND_QUOTE = "Therefore I trust the table more"
BEST = {
    "reasoning": verdict("l2", QUOTE, "You compare before you decide."),
    "evidence": verdict("l1", SECOND_QUOTE),
}


def essay_reply(criteria: Mapping[str, Any], *, noted: bool = False) -> str:
    """Return a reply about the only essay of a call."""
    return json.dumps({"e1": {"instructions_in_answer": noted, "criteria": criteria}})


def second_level(request: Received) -> str:
    """Reply to any call: the second level everywhere, with a quote from each answer."""
    return honest(request.prompt, request.body["response_format"]["json_schema"]["schema"])


def second_level_but_golden(request: Received) -> str:
    """Reply to the golden essays as a good rater would, so that the gate is passed, to others as above, and with words
    where words are asked for."""
    schema = request.body["response_format"]["json_schema"]["schema"]
    if not sent_in(request.prompt):
        return json.dumps(answer(schema, request.prompt))
    if is_golden(request.prompt):
        return Rater().complete(user=request.prompt, schema=schema).content
    return second_level(request)
