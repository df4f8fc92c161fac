"""What a caller does next: links from one operation's answer to another's parameters.

They carry a client, or a program that tries the API out, along the way of a student: start, answer, look, read
the result, say what one thinks of it; and from a new task to what is done with it.
"""

from typing import Any

_ASSESSMENT = {"assessment_id": "$response.body#/assessment_id"}
_RECOMMENDATION = {"recommendation_id": "$response.body#/recommendation_id"}
_FIRST_ANSWER = {
    "responses": [{"question_id": "$response.body#/questions/0/question_id", "answer": "c1"}],
    "completed": False,
}
# (operation, status): the operations that its answer leads to, with their parameters and, where there is one, a body.
LINKS: dict[tuple[str, str], dict[str, dict[str, Any]]] = {
    ("assessment_start", "201"): {
        "assessment_questions": {"parameters": _ASSESSMENT},
        "assessment_responses": {"parameters": _ASSESSMENT, "requestBody": _FIRST_ANSWER},
        "assessment_status": {"parameters": _ASSESSMENT},
        "assessment_result": {"parameters": _ASSESSMENT},
    },
    ("assessment_responses", "202"): {
        "assessment_status": {"parameters": _ASSESSMENT},
        "assessment_result": {"parameters": _ASSESSMENT},
    },
    ("assessment_result", "200"): {
        "recommendation": {"parameters": _RECOMMENDATION},
        "recommendation_feedback": {"parameters": _RECOMMENDATION},
        "recommendation_runs": {"parameters": _ASSESSMENT},
    },
    ("recommendation_feedback", "201"): {
        "recommendation_feedback_list": {
            "parameters": {"recommendation_id": "$request.path.recommendation_id"}
        },
        "recommendation_feedback_take_back": {
            "parameters": {"recommendation_id": "$request.path.recommendation_id"}
        },
    },
    ("task_create", "201"): {
        name: {"parameters": {"task_id": "$response.body#/id"}}
        for name in ("task", "task_change", "task_complete", "task_reopen", "task_delete")
    },
    ("practice_assign", "200"): {
        **{
            name: {"parameters": {"assignment_id": "$response.body#/assignment_id"}}
            for name in ("practice_assignment", "practice_hint", "practice_give_up")
        },
    },
    ("qa_ask", "202"): {
        "qa_answer": {"parameters": {"query_id": "$response.body#/query_id"}},
        "qa_escalate": {"parameters": {"query_id": "$response.body#/query_id"}},
        "qa_conversation": {"parameters": {"conversation_id": "$response.body#/conversation_id"}},
    },
    ("goal_set", "201"): {
        name: {"parameters": {"goal_id": "$response.body#/goal_id"}}
        for name in ("goal", "goal_change", "goal_delete")
    },
    ("appeal_submit", "201"): {
        "appeal_messages": {"parameters": {"appeal_id": "$response.body#/appeal_id"}},
        "appeal_say": {"parameters": {"appeal_id": "$response.body#/appeal_id"}},
    },
}


def add_links(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Write the links into the document; a hook of drf-spectacular."""
    for operations in result["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                links = LINKS.get((operation["operationId"], status))
                if links:
                    response["links"] = {name: {"operationId": name, **link} for name, link in links.items()}
    return result
