"""A tutoring system's part in one file: signs a session that is over and sends it.

    pip install httpx standardwebhooks
    TUTORING_SECRET=whsec_... python send_session.py --source ID --student ID session.txt

The source and the secret are what `manage.py tutoring source add` or the admin showed. The file is a text of lines
that begin with "Tutor:" and "Student:", or WebVTT. Its session ended when it was last changed, or as --ended says. Sent
again under the same --id, it is taken once, since the message does not say when it is sent.
"""

import argparse
import datetime as dt
import json
import os
import sys
import uuid
from pathlib import Path

import httpx
from standardwebhooks.webhooks import Webhook


def main() -> None:
    parser = argparse.ArgumentParser(description="Send a session to be summarised.")
    parser.add_argument("transcript", type=Path)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--source", required=True)
    parser.add_argument("--student", required=True)
    parser.add_argument("--session", default="", help="Default: the name of the file.")
    parser.add_argument("--tutor", default="")
    parser.add_argument("--subject", default="")
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--ended", type=dt.datetime.fromisoformat, help="2026-03-12T16:00:00+00:00")
    parser.add_argument(
        "--id", default=f"msg_{uuid.uuid4().hex}", help="The webhook-id; keep it for every retry."
    )
    options = parser.parse_args()
    if "TUTORING_SECRET" not in os.environ:
        parser.error("set TUTORING_SECRET")
    changed = dt.datetime.fromtimestamp(options.transcript.stat().st_mtime, dt.UTC)
    ended = (options.ended or changed).astimezone(dt.UTC)
    data = {
        "session_id": options.session or options.transcript.name,
        "student_id": options.student,
        "tutor": options.tutor,
        "subject": options.subject,
        "started_at": (ended - dt.timedelta(minutes=options.minutes)).isoformat(),
        "ended_at": ended.isoformat(),
        "transcript": options.transcript.read_text(encoding="utf-8"),
    }
    body = json.dumps({"type": "session.ended", "timestamp": ended.isoformat(), "data": data})
    now = dt.datetime.now(dt.UTC)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": options.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(os.environ["TUTORING_SECRET"]).sign(options.id, now, body),
    }
    address = f"{options.url}/api/v1/summaries?source={options.source}"
    answer = httpx.post(address, content=body.encode(), headers=headers, timeout=30)
    print(answer.status_code, answer.text)
    sys.exit(0 if answer.is_success else 1)


if __name__ == "__main__":
    main()
