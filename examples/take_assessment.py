"""A student's client: log in, take an assessment, wait for the result, write it as JSON.

MICROCRED_PASSWORD=… python examples/take_assessment.py --email student@demo.example --role data-analyst
"""

import argparse
import json
import os
import sys
import time
import uuid
from typing import Any

import httpx


def guess(question: dict[str, Any]) -> Any:
    """Answer a question that the answers file does not know."""
    ids = question["choice_ids"] or []
    match question["type"]:
        case "numeric":
            return 0
        case "ordering":
            return {"order": ids}
        case "matching":
            sides = dict(zip(ids, question["choice_sides"], strict=True))
            right = [key for key in ids if sides[key] == "right"]
            return {"pairs": dict(zip((key for key in ids if sides[key] == "left"), right, strict=False))}
        case _:
            return ids[0] if ids else "I have not worked with this yet."


def call(api: httpx.Client, method: str, path: str, **arguments: Any) -> httpx.Response:
    """Make one request; every POST carries a key of its own, so that it may safely be sent twice."""
    headers = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}
    return api.request(method, path, headers=headers, **arguments).raise_for_status()


def take(api: httpx.Client, role_key: str, answers: dict[str, Any]) -> dict[str, Any]:
    """Take one assessment from start to result; ``answers`` maps question ids to answers."""
    roles = call(api, "GET", "/catalog/roles", params={"page_size": 100}).json()["items"]
    role = next((role for role in roles if role["key"] == role_key), None)
    if role is None:
        sys.exit(f"No role {role_key!r}; there are: {', '.join(role['key'] for role in roles)}")
    started = call(api, "POST", "/assessments/start", json={"role_id": role["role_id"]}).json()
    asked = started["questions"]
    print(f"Started an assessment for {role['name']}: {len(asked)} questions")
    given = {one["question_id"]: answers.get(one["question_id"]) or guess(one) for one in asked}
    address = f"/assessments/{started['assessment_id']}"
    responses = [{"question_id": key, "answer": answer} for key, answer in given.items()]
    batch = {"responses": responses, "completed": True}
    print(call(api, "POST", f"{address}/responses", json=batch).json()["message"])
    while (reply := call(api, "GET", f"{address}/result")).status_code == 202:
        print(f"  {reply.json()['stage']} …")
        time.sleep(float(reply.headers["Retry-After"]))
    return dict(reply.json())


def main() -> None:
    """Read the arguments, take the assessment, write the result."""
    parser = argparse.ArgumentParser(description="Take one MicroCred assessment over its REST API.")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--email", required=True, help="the password is read from MICROCRED_PASSWORD")
    parser.add_argument("--role", required=True, help="key of a role, see GET /catalog/roles")
    parser.add_argument("--answers", type=argparse.FileType(), help="JSON: question id to answer")
    parser.add_argument("--output", type=argparse.FileType("w"), default=sys.stdout)
    options = parser.parse_args()
    login = {"email": options.email, "password": os.environ.get("MICROCRED_PASSWORD", "")}
    answers = json.load(options.answers) if options.answers else {}
    try:
        with httpx.Client(base_url=f"{options.url}/api/v1", timeout=30) as api:
            token = call(api, "POST", "/auth/token", json=login).json()["access"]
            api.headers["Authorization"] = f"Bearer {token}"
            json.dump(take(api, options.role, answers), options.output, indent=2)
    except httpx.HTTPError as error:
        sys.exit(f"{error}\n{getattr(getattr(error, 'response', None), 'text', '')}")


if __name__ == "__main__":
    main()
