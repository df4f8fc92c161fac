"""A partner's receiver in one file: checks the signature, takes each event once, prints a line for it.

    pip install standardwebhooks httpx
    WEBHOOK_SECRET=whsec_... python receive_webhook.py --port 9000

The secret is what `manage.py create_endpoint` or the admin showed when the endpoint was made. While it is being
replaced, give both, separated by a comma.

With MICROCRED_URL=https://... and a service key of the scope results:read in MICROCRED_KEY it reads the results too.
"""

import argparse
import binascii
import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

LONGEST_BODY = 20_000


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to a genuine event, seen before or not, and 400 to everything else."""

    timeout = 10
    secrets: list[str]
    api, key = os.environ.get("MICROCRED_URL", "").rstrip("/"), os.environ.get("MICROCRED_KEY", "")
    seen: set[str]  # a real receiver keeps these in its database, in the transaction that acts on the event

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LONGEST_BODY:
            return self.answer(400)
        body = self.rfile.read(int(length))
        if not self.is_genuine(body):
            return self.answer(400)
        event_id, event = self.headers["webhook-id"], json.loads(body)
        if event_id in self.seen:  # an event may come twice, and then has the same id
            return self.answer(204)
        self.seen.add(event_id)
        print(f"{event['type']} {event_id} {json.dumps(event['data'], sort_keys=True)}", flush=True)
        self.answer(204)
        if self.api and "result_url" in event["data"]:  # after the answer, which is waited for
            self.read_result(event["data"]["result_url"])
        return None

    def read_result(self, path: str) -> None:
        """Read it from the address that is set here; of what came only the path is taken."""
        try:
            answer = httpx.get(self.api + path, headers={"X-API-Key": self.key}, timeout=10)
        except httpx.HTTPError as error:
            print(f"no result: {error}", flush=True)
            return
        if answer.status_code == 200:
            titles = [item["title"] for item in answer.json()["recommendation_items"]]
            print(f"result {path} {titles}", flush=True)
        else:  # 202: ask again after Retry-After seconds
            print(f"no result: {answer.status_code} {answer.text}", flush=True)

    def is_genuine(self, body: bytes) -> bool:
        """Check the signature, and that the message is not older than five minutes."""
        for secret in self.secrets:
            try:
                Webhook(secret).verify(body, dict(self.headers.items()), json_parse=False)
            except (WebhookVerificationError, ValueError, binascii.Error):
                continue  # the library raises the last two for signatures that are not even base64
            return True
        return False

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Print nothing: an event has its line above."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Receive MicroCred webhooks.")
    parser.add_argument("--port", type=int, default=9000, help="default 9000; 0 takes any free one")
    parser.add_argument("--secret", default=os.environ.get("WEBHOOK_SECRET", ""))
    options = parser.parse_args()
    if not options.secret:
        parser.error("give the secret of the endpoint by --secret or WEBHOOK_SECRET")
    if "whpk_" in options.secret:
        parser.error("that is a public key: this example checks endpoints of the scheme hmac (whsec_)")
    Receiver.secrets, Receiver.seen = options.secret.split(","), set()
    with HTTPServer(("127.0.0.1", options.port), Receiver) as server:
        print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("stopped")


if __name__ == "__main__":
    main()
