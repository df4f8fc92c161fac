"""manage.py practice: having a model write items, what is short of them, and what their checks catch."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog import queries as catalog
from microcred.ai import providers
from microcred.ai.base import EmbedderError, ProviderError
from microcred.errors import DomainError
from practice import queries, services
from practice.drafting.broken import Source
from practice.drafting.measuring import measure
from practice.models import CLOSED, PracticeItem
from practice.services.drafting import MOST_AT_ONCE


class Command(BaseCommand):
    """``manage.py practice draft|shortage|check-drafts``. Exit status: 0 done, 1 it could not be done."""

    help = "Has a model draft items to practise with, names skills that are short of them, and measures the checks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the sub-commands."""
        commands = parser.add_subparsers(dest="command", required=True)
        draft = commands.add_parser("draft", help="Have a worker ask the model for items of a skill.")
        draft.add_argument("--skill", required=True, metavar="KEY")
        draft.add_argument(
            "--count", type=int, default=5, metavar="N", help=f"1 to {MOST_AT_ONCE}; 5 if left out."
        )
        draft.add_argument("--difficulty", type=int, metavar="D", help="1 to 10; different ones if left out.")
        short = commands.add_parser("shortage", help="Name the skills of which a student has had every item.")
        check = commands.add_parser(
            "check-drafts", help="Count which broken items the checks without a model catch."
        )
        for one in (draft, short, check):
            one.add_argument("--json", action="store_true", help="Print one JSON object and nothing else.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        run = {"draft": self._draft, "shortage": self._shortage, "check-drafts": self._check}
        try:
            run[options["command"]](options)
        except DomainError as error:
            raise CommandError(error.message) from error
        except (ProviderError, EmbedderError) as error:
            raise CommandError(str(error)) from error

    def _draft(self, options: dict[str, Any]) -> None:
        count, skill = options["count"], options["skill"]
        job = services.request_drafts(by=None, skill_key=skill, count=count, difficulty=options["difficulty"])
        told = f"A worker has {count} items of {skill} written; they wait under drafts of practice items."
        self._print({"job_id": str(job), "skill": skill, "count": count}, [told], options)

    def _shortage(self, options: dict[str, Any]) -> None:
        rows = queries.shortage(now=timezone.now())
        found = [
            {"skill": one.key, "students": one.students, "items": one.items, "difficulty": one.difficulty}
            for one in rows
        ]
        lines = [
            f"{one.key:<28} {one.students:>4} students have had all {one.items} items; "
            f"difficulty {one.difficulty} suits them"
            for one in rows
        ]
        self._print({"skills": found}, lines or ["No student has had every item of a skill."], options)

    def _check(self, options: dict[str, Any]) -> None:
        rows = PracticeItem.objects.filter(generator="", author_model="").select_related("skill")
        bank = [Source(item.skill.key, services.content_of(item)) for item in rows.order_by("key")]
        if not bank:
            raise CommandError("There are no practice items. Run load_practice first.")
        found = measure(bank, _questions(), providers.embedder())
        self._print(found, list(_table(found)), options)

    def _print(self, found: dict[str, Any], lines: list[str], options: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(found, indent=1) if options["json"] else "\n".join(lines))


def _questions() -> list[Source]:
    """Return the closed questions of assessments, each with the first skill that it measures."""
    return [
        Source(content["skills"][0]["skill"], {**content, "key": key, "type": content["question_type"]})
        for key, content in catalog.question_wordings()
        if content["question_type"] in CLOSED and content["skills"]
    ]


def _table(found: dict[str, Any]) -> list[str]:
    lines = [f"{'broken on purpose':<46}{'caught':>8}  by"]
    for kind, row in found["kinds"].items():
        by = ", ".join(f"{name} {times}" for name, times in row["by"].most_common())
        told = by or "nothing"
        lines.append(
            f"{kind:<46}{row['caught']:>4}/{row['items']:<3}  {told}{' (second call)' * row['needs_second_call']}"
        )
    good = found["good"]
    lines.append(f"{'good items that are rejected':<46}{len(good['rejected']):>4}/{good['items']:<3}")
    lines += [f"  {key}: {', '.join(names)}" for key, names in good["rejected"].items()]
    return lines
