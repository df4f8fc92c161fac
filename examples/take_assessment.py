"""A student's client: log in, take an assessment, wait for the result, print it.

    python examples/take_assessment.py --url http://127.0.0.1:8000 --email student@demo.example \
        --role data-analyst --answers answers.json

ANSWERS maps a question's id, or its exact prompt, to an answer. A question that it does not name gets the
first choice, the number 0, or a sentence. The password is read from MICROCRED_PASSWORD.
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
            sides = question["choice_sides"]
            left, right = ([c for c, s in zip(ids, sides, strict=True) if s == side] for side in ("left", "right"))
            return {"pairs": dict(zip(left, right, strict=False))}
        case _:
            return ids[0] if ids else "I have not worked with this yet."


def take(api: httpx.Client, role_key: str, answers: dict[str, Any]) -> dict[str, Any]:
    """Take one assessment from start to result."""
    roles = api.get("/catalog/roles", params={"page_size": 100}).raise_for_status().json()["items"]
    role = next(role for role in roles if role["key"] == role_key)
    key = {"Idempotency-Key": str(uuid.uuid4())}
    started = api.post("/assessments/start", json={"role_id": role["role_id"]}, headers=key).raise_for_status().json()
    print(f"Started an assessment for {role['name']}: {len(started['questions'])} questions")
    responses = []
    for question in started["questions"]:
        known = answers.get(question["question_id"], answers.get(question["prompt"]))
        responses.append({"question_id": question["question_id"], "answer": guess(question) if known is None else known})
    address = f"/assessments/{started['assessment_id']}"
    ack = api.post(f"{address}/responses", json={"responses": responses, "completed": True}).raise_for_status().json()
    print(ack["message"])
    while (reply := api.get(f"{address}/result").raise_for_status()).status_code == 202:
        print(f"  {reply.json()['stage']} …")
        time.sleep(float(reply.headers.get("Retry-After", 1)))
    return dict(reply.json())


def main() -> None:
    """Read the arguments, take the assessment, print the result as JSON or write it to a file."""
    parser = argparse.ArgumentParser(description="Take one MicroCred assessment over its REST API.")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--email", required=True)
    parser.add_argument("--role", required=True, help="key of a role, see GET /catalog/roles")
    parser.add_argument("--answers", type=argparse.FileType(), help="JSON file with answers")
    parser.add_argument("--output", type=argparse.FileType("w"), default=sys.stdout)
    options = parser.parse_args()
    login = {"email": options.email, "password": os.environ["MICROCRED_PASSWORD"]}
    with httpx.Client(base_url=f"{options.url}/api/v1", timeout=30) as api:
        token = api.post("/auth/token", json=login).raise_for_status().json()["access"]
        api.headers["Authorization"] = f"Bearer {token}"
        result = take(api, options.role, json.load(options.answers) if options.answers else {})
    json.dump(result, options.output, indent=2)


if __name__ == "__main__":
    main()
