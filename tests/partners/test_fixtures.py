"""The signed messages that partners test their receivers with: our check and the reference library agree on them."""

import binascii
import json
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from partners import payloads, signing
from partners.enums import EventType

KIT: dict[str, Any] = json.loads(
    (Path(settings.BASE_DIR) / "examples" / "webhook_fixtures.json").read_text("utf-8")
)
MESSAGES = [pytest.param(message, id=message["name"]) for message in KIT["messages"]]


@pytest.mark.parametrize("message", MESSAGES)
def test_our_own_check_decides_as_they_say(message: dict[str, Any]) -> None:
    def check() -> None:
        signing.verify(
            headers=message["headers"],
            body=message["body"].encode(),
            secrets=[KIT["secret"], KIT["public_key"]],
            now=message["now"],
        )

    if message["valid"]:
        check()
    else:
        with pytest.raises(signing.SignatureInvalid):
            check()


@pytest.mark.parametrize("message", [one for one in MESSAGES if "Ed25519" not in str(one.id)])
def test_the_reference_library_does_too(message: dict[str, Any]) -> None:
    with time_machine.travel(message["now"], tick=False):
        try:
            Webhook(KIT["secret"]).verify(message["body"].encode(), message["headers"], json_parse=False)
        except (WebhookVerificationError, ValueError, binascii.Error):
            accepted = False
        else:
            accepted = True

    assert accepted == message["valid"]


def test_there_is_one_of_every_type_in_the_bytes_that_we_send() -> None:
    genuine = [json.loads(message["body"]) for message in KIT["messages"] if message["valid"]]

    assert {body["type"] for body in genuine} == set(EventType.values)
    for message, body in zip((one for one in KIT["messages"] if one["valid"]), genuine, strict=True):
        assert payloads.body(body).decode() == message["body"]
