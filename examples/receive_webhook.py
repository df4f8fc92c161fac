"""A partner's receiver in one file: checks the signature, takes each event once, prints a line for it.

    pip install standardwebhooks
    WEBHOOK_SECRET=whsec_... python receive_webhook.py --port 9000

The secret is what `manage.py create_endpoint` or the admin showed when the endpoint was made. While it is being
replaced, give both, separated by a comma.
"""

import argparse
import binascii
import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

LONGEST_BODY = 20_000


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to a genuine event, seen before or not, and 400 to everything else."""

    timeout = 10
    secrets: list[str]
    seen: set[str]  # a real receiver keeps these in its database, in the transaction that acts on the event

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LONGEST_BODY:
            return self.answer(400)
        body = self.rfile.read(int(length))
        if not self.is_genuine(body):
            return self.answer(400)
        event_id, event = self.headers["webhook-id"], json.loads(body)
        if event_id not in self.seen:  # an event may come twice, and then has the same id
            self.seen.add(event_id)
            print(f"{event['type']} {event_id} {json.dumps(event['data'], sort_keys=True)}", flush=True)
        return self.answer(204)

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
