"""The whole product, running for a benchmark: web server, worker, a database of its own and a fake model server."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from benchmarks.queues.running import ROOT, Running, ending_on_sigterm
from microcred.embedded import EmbeddedServer
from tests.fakes.openai_server import FakeOpenAI, Received, Reply, chat
from tests.scoring.replies import second_level_but_golden

KEY: Final = "sk-benchmark"
ROLE: Final = "data-analyst"
PASSWORD: Final = "a password for a benchmark"  # noqa: S105 - of a database that is dropped


@dataclass
class Model:
    """A model server that answers sensibly after ``delay`` seconds."""

    server: FakeOpenAI
    delay: float = 0.0


@dataclass
class Product:
    """What runs; ``environment`` is that of its processes."""

    url: str
    environment: dict[str, str]
    model: Model
    folder: Path

    @contextmanager
    def supervised(self, *options: str) -> Iterator[Running]:
        """Run ``manage.py supervise`` with these options meanwhile."""
        command = [sys.executable, str(ROOT / "manage.py"), "supervise", *options]
        with Running([command], environment=self.environment, log=self.folder / "supervise.log") as running:
            yield running


@contextmanager
def product(folder: Path, **settings: str) -> Iterator[Product]:
    """Make the database with the demo catalog and a released model, and connect this process to it."""
    with ExitStack() as stack:
        stack.enter_context(ending_on_sigterm())
        server = stack.enter_context(EmbeddedServer(folder / "postgres").running())
        fake = stack.enter_context(FakeOpenAI(api_key=KEY))
        model = Model(fake)
        fake.script = lambda request: _answer(model, request)
        os.environ.update(
            DATABASE_URL=server.url(), REDIS_URL="", MICROCRED_STATE_DIR=str(folder), LOG_LEVEL="WARNING",
            OPENAI_API_KEY=KEY, OPENAI_BASE_URL=fake.base_url, RATE_LIMITS_ENABLED="false",
            DJANGO_SETTINGS_MODULE="microcred.settings", **settings,
        )  # fmt: skip
        (folder / "embedder").symlink_to(ROOT / "var" / "embedder")
        import django
        from django.core.management import call_command

        django.setup()
        from companion.demo.processes import any_free_port

        for name, options in (
            ("migrate", {"verbosity": 0}),
            ("load_catalog", {"verbosity": 0}),
            ("embeddings", None),
            ("release_gate", {"activate": True, "verbosity": 0}),
        ):
            call_command(name, "refresh") if options is None else call_command(name, **options)
        port = any_free_port()
        url = f"http://127.0.0.1:{port}"
        environment = {**os.environ, "PORT": str(port), "WEB_PROCESSES": "1"}
        yield Product(url, environment, model, folder)
        from django.db import connection

        connection.close()


def _answer(model: Model, request: Received) -> Reply:
    return replace(chat(second_level_but_golden(request)), delay=model.delay)


def make_students(number: int) -> list[Any]:
    """Make students that can log in with PASSWORD; return their accounts."""
    from django.contrib.auth.hashers import make_password

    from accounts.models import User

    hashed = make_password(PASSWORD)
    return [
        User.objects.create(
            email=f"student{place}@benchmark.example", name=f"Student {place}", password=hashed
        )
        for place in range(number)
    ]


def answers(number: int) -> dict[str, Any]:
    """Return right answers to all questions of the role; essays that nobody has written before, nor in bare words."""
    from catalog.queries import active_roles
    from companion.demo.answers import answers_for

    given = answers_for(active_roles().get(key=ROLE).pk, weak="")
    essays = {key: text for key, text in given.items() if isinstance(text, str) and len(text) > 200}
    # Digits are no words: what differs in digits alone would be read once for all. Nor does the sentence speak of the
    # essay, which would have it stand alone.
    own = "".join(chr(ord("a") + int(digit)) for digit in f"{number:05d}")
    return given | {key: f"{text} We saw the same with orders from {own}." for key, text in essays.items()}


def role_id() -> Any:
    """Return the id of the role that students are assessed for."""
    from catalog.queries import active_roles

    return active_roles().get(key=ROLE).pk
