"""Whatever changes something leaves a row in the trail: every route that takes more than GET, every admin form, every
action on an admin list."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import RequestFactory
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import ErasureRequest, SecondFactor
from accounts.personal_data import erasing
from ops import jobs
from ops.models import AsyncJob, AuditLog
from partners.models import WebhookDelivery
from scoring.models import ScorerRelease, ScorerVersion
from scoring.pending import Pending
from tests.authorization.bodies import body_of
from tests.authorization.matrix import Row, rows
from tests.authorization.test_matrix import undone
from tests.authorization.world import World
from tests.factories.partners import platform
from tests.factories.service_keys import service_key

pytestmark = pytest.mark.django_db
# Why a route that takes more than GET leaves no row.
CHANGES_NOTHING = {
    "login/code": "nobody awaits a code; tests/accounts/test_second_factor.py has those who do",
    **dict.fromkeys(
        ["institution", "api/v1/auth/oidc"],
        "there is no institution; tests/accounts/institution has one",
    ),
    "api/v1/summaries": "no person sends one; tests/tutoring/test_receiving.py has those who do",
    "student/credentials/": "there is no badge; tests/companion/student/test_credentials.py has some",
    **dict.fromkeys(
        ["lti/login", "lti/launch", "student/course"],
        "no course has sent anybody; tests/partners/lti has those who come",
    ),
    "second-factor": "no code is right by chance; tests/accounts/test_second_factor.py has right ones",
    **dict.fromkeys(
        [
            "advisor/quality/recommendations",
            "advisor/quality/<uuid:role_id>/items",
            "advisor/quality/<uuid:role_id>/agreement",
            "advisor/quality/<uuid:role_id>/fairness",
        ],
        "so few assessments are read at once; tests/companion/test_kept_figures.py has many",
    ),
    "admin/login/": "leads to the log-in page",
    "admin/password_change/": "leads to the page for passwords",
    "admin/logout/": "leads to the log-out page for whoever is no staff",
    "admin/catalog/question/try/": "tries an answer and keeps nothing",
    "admin/catalog/question/<uuid:question_id>/try/": "tries an answer and keeps nothing",
}
WRITES = [
    row
    for row in rows()
    if row.method != "GET" and row.route not in CHANGES_NOTHING and not row.route.startswith("admin/")
]
# Where not just anybody who may do it changes something: the advisor holds a review already, and the owner has asked.
WHO = {
    "POST logout": "owner",
    "POST password/new": "anonymous",
    "POST password/forgotten": "anonymous",
    "POST advisor/reviews/next": "advisor2",
    "POST student/practice/": "other",
    "POST api/v1/me/export": "other",
    "POST api/v1/me/erasure": "other",
    "POST student/data/copy": "other",
    "POST student/data/erase": "other",
}
ORDER = ("owner", "advisor", "admin", "anonymous", "key")
Forms = dict[str, Callable[[World], dict[str, Any]]]


def leaves_rows(world: World, actor: str, method: str, path: str, body: Any) -> tuple[int, Any]:
    """Send it and undo it; return how many rows of the trail it leaves, and the answer."""
    with undone():
        before = AuditLog.objects.count()
        answer = world.caller.send(actor, method, path, body)
        return AuditLog.objects.count() - before, answer


def who_may(row: Row) -> str:
    """Return somebody whom the matrix lets do it."""
    return next(actor for actor in ORDER if row.expected[actor][0] in "23")


@pytest.mark.parametrize("row", WRITES, ids=str)
def test_every_change_by_page_or_api_leaves_a_row(world: World, row: Row) -> None:
    actor = WHO.get(str(row)) or who_may(row)

    count, answer = leaves_rows(
        world, actor, row.method, world.path(row.route, row.thing), body_of(world, row.method, row.route)
    )

    assert answer.status_code < 400
    assert count > 0, f"{row} leaves no row"


def labels() -> Iterator[tuple[str, Any]]:
    for model, page in admin.site._registry.items():
        yield f"{model._meta.app_label}/{model._meta.model_name}", page


PAGES = dict(labels())
NEW: Forms = {
    "accounts/user": lambda world: {
        "email": "new@example.org", "name": "N", "role": "student",
    },
    "accounts/servicekey": lambda world: {"name": "Another", "scopes": ["tasks:read"]},
    "accounts/advisorassignment": lambda world: {
        "advisor": world.people["advisor2"].pk, "student": world.people["owner"].pk,
    },
    "accounts/guardianlink": lambda world: {
        "guardian": world.people["guardian"].pk, "student": world.people["other"].pk,
    },
    "catalog/credential": lambda world: {
        "title": "New", "key": "new", "uri": "https://new.example.org", "level": 2, "hours": 3, "language": "en",
        "metadata": "{}",
    },
    "catalog/question": lambda world: {
        "role": world.rows["role"].pk, "key": "new", "question_type": "essay", "prompt": "Why?", "choices": "",
        "answer_format": '{"min_words": 20}', "rules": "{}", "weight": 1, "difficulty": 3,
        "feedback": '{"student": "s"}',
        "rubric": '{"criteria": [{"key": "a", "name": "A", "explanation": "a", "guidance": "a", "weight": "1", '
        '"levels": [{"id": "l0", "name": "No", "points": "0", "description": "n"}, '
        '{"id": "l1", "name": "Yes", "points": "1", "description": "y"}]}], "model_answer": "m", "grader_notes": "g"}',
    },
    "catalog/jobrole": lambda world: {
        "name": "New", "key": "new", "assessment_size": 3, "release_policy": "immediate", "review_sample_rate": 0,
    },
    "catalog/skill": lambda world: {"name": "New", "key": "new"},
    "scoring/calibrationexample": lambda world: {
        "question": world.rows["essay"].pk, "text": "Another.", "levels": '{"reasoning": "l1", "evidence": "l1"}',
        "active": "on",
    },
    "recommendations/learnercredential": lambda world: {
        "user": world.people["other"].pk, "credential": world.rows["credential"].pk, "status": "completed",
    },
    "recommendations/badgeissuer": lambda world: {"name": "Another", "identifier": "did:web:another.example.org"},
    "partners/webhookendpoint": lambda world: {
        "name": "Another", "url": "https://another.example.org/", "event_types": ["assessment.failed"],
    },
    "partners/ltiplatform": lambda world: {
        **platform(), "client_id": "another", "deployment_ids": "1\n2", "active": "on",
    },
    "tutoring/tutoringsource": lambda world: {"name": "Another"},
    "practice/practiceitem": lambda world: {
        "skill": world.rows["practised"].skill_id, "key": "new", "question_type": "numeric", "prompt": "2 + 2?",
        "rules": '{"kind": "numeric", "value": "4"}', "hints": "Count.", "solution": "It is 4.", "difficulty": 1,
        "seconds": 20,
    },
}  # fmt: skip
ANOTHER: Forms = {
    "accounts/user": lambda world: {"name": "Another"},
    "catalog/credential": lambda world: {"description": "Another"},
    "catalog/question": lambda world: {"prompt": "Another?"},
    "catalog/jobrole": lambda world: {"description": "Another"},
    "catalog/skill": lambda world: {"description": "Another"},
    "scoring/calibrationexample": lambda world: {"note": "Another"},
    "recommendations/learnercredential": lambda world: {"status": "accepted"},
    "recommendations/badgeissuer": lambda world: {
        "name": "Another name",
        "keys-0-valid_from_0": "2020-01-01",
        "keys-0-valid_from_1": "00:00:00",
    },
    "partners/webhookendpoint": lambda world: {"name": "Another name"},
    "partners/ltiplatform": lambda world: {"name": "Another name"},
    "practice/practiceitem": lambda world: {"prompt": "Another?"},
    "practice/practicedraft": lambda world: {"practice_practicedraft_approve": ""},
    "tutoring/tutoringsource": lambda world: {"name": "Another name"},
}


def filled_in(world: World, path: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return what a browser would send back of a form, some of it changed."""
    context = world.caller.send("admin", "GET", path).context
    forms = [context["adminform"].form]
    for one in context["inline_admin_formsets"]:
        forms += [one.formset.management_form, *one.formset.forms]
    data: dict[str, Any] = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is not None and value is not False and value not in ("", []):
                data[bound.html_name] = "on" if value is True else value
    return data | given


def may(world: World, page: Any, deed: str) -> bool:
    request = RequestFactory().get("/")
    request.user = world.people["admin"]
    return bool(getattr(page, f"has_{deed}_permission")(request))


@pytest.mark.parametrize("label", PAGES)
def test_every_form_of_the_admin_leaves_a_row(world: World, label: str) -> None:
    page, row = PAGES[label], world.things.get(label, {}).get("object_id")
    deeds = {
        "add": (f"/admin/{label}/add/", NEW),
        "change": (f"/admin/{label}/{row}/change/", ANOTHER),
    }
    for deed, (path, forms) in deeds.items():
        if not may(world, page, deed) or (label == "accounts/servicekey" and deed == "change"):
            continue
        data = filled_in(world, path, forms[label](world))
        count, answer = leaves_rows(world, "admin", "POST", path, data)
        assert answer.status_code == 302, answer.context["errors"]
        assert count > 0, f"{label}: {deed} leaves no row"
    if may(world, page, "delete"):
        count, answer = leaves_rows(world, "admin", "POST", f"/admin/{label}/{row}/delete/", {"post": "yes"})
        assert (answer.status_code, count > 0) == (302, True), f"{label}: deleting leaves no row"


def _live_erasure(world: World) -> ErasureRequest:
    other = world.people["other"]
    return erasing.request_erasure(by=other, person=other, now=timezone.now())


def _dead_job(world: World) -> str:
    job = jobs.enqueue("recommendations.embed")
    AsyncJob.objects.filter(pk=job.pk).update(status="dead", completed_at=job.queued_at)
    return str(job.pk)


def _fresh_key(world: World) -> str:
    return str(service_key()[0].pk)


def _idle(world: World) -> str:
    """Nothing works on the assessment any more."""
    finished = world.rows["finished"]
    AsyncJob.objects.filter(assessment=finished).update(
        status="succeeded", completed_at=timezone.now(), owner_token=None, lease_expires_at=None
    )
    return str(finished.essay_scores.first().pk)


def _proven(world: World) -> str:
    person = world.people["advisor2"]
    SecondFactor.objects.create(person=person, sealed_key="", confirmed_at=timezone.now())
    return str(person.pk)


def _reworded(world: World) -> str:
    question = world.rows["superseded"]
    type(question).objects.filter(pk=question.pk).update(prompt="Another?")
    return str(question.pk)


def _sent(world: World) -> str:
    WebhookDelivery.objects.update(status="dead", next_attempt_at=None)
    return str(WebhookDelivery.objects.values_list("pk", flat=True)[0])


def _gated(world: World) -> str:
    version = ScorerVersion.objects.get()
    ScorerVersion.objects.filter(pk=version.pk).update(passed=True, gate=[{}], gated_at=version.created_at)
    return str(version.pk)


# What has to be so that an action does something: returns the row to choose.
BEFORE: dict[tuple[str, str], Callable[[World], str]] = {
    ("ops/asyncjob", "run_again"): _dead_job,
    ("accounts/servicekey", "change_secret"): _fresh_key,
    ("accounts/servicekey", "change_leaked_secret"): _fresh_key,
    ("accounts/servicekey", "shut_out"): _fresh_key,
    ("scoring/essayscore", "score_left_out"): _idle,
    ("accounts/user", "take_off_second_factor"): _proven,
    ("accounts/erasurerequest", "call_off"): lambda world: str(_live_erasure(world).pk),
    ("catalog/question", "publish"): _reworded,
    ("partners/webhookdelivery", "send_again"): _sent,
    ("scoring/scorerrelease", "use"): lambda world: str(ScorerRelease.objects.filter(active=False)[0].pk),
    ("scoring/scorerversion", "use"): _gated,
}
OPPOSITE = {"activate": "retire", "switch_on": "switch_off"}
ACTIONS = [(label, str(action)) for label, page in PAGES.items() for action in page.actions or ()]


def chosen(world: World, label: str, action: str, row: str) -> tuple[int, Any]:
    body = {"action": action, ACTION_CHECKBOX_NAME: [row], "post": "yes", "reason": "It scores better."}
    return leaves_rows(world, "admin", "POST", f"/admin/{label}/", body)


@pytest.mark.parametrize(("label", "action"), ACTIONS)
def test_every_action_of_the_admin_leaves_a_row(
    world: World, label: str, action: str, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.OIDC_ISSUER = settings.OIDC_CLIENT_ID = settings.OIDC_CLIENT_SECRET = "https://login.example.edu"
    lacking = Pending(world.rows["finished"].pk, essays=1, why=("server",), tries=0, due_at=None)
    monkeypatch.setattr("scoring.pending.pending", lambda: [lacking])
    with undone():
        before = BEFORE.get((label, action))
        row = before(world) if before else world.things[label]["object_id"]
        if action in OPPOSITE:
            body = {"action": OPPOSITE[action], ACTION_CHECKBOX_NAME: [row]}
            world.caller.send("admin", "POST", f"/admin/{label}/", body)

        count, answer = chosen(world, label, action, row)

    assert answer.status_code == 302
    assert count > 0, f"{label}: {action} leaves no row"


@pytest.mark.parametrize(
    "label", ["accounts/advisorassignment", "accounts/guardianlink", "recommendations/learnercredential"]
)
def test_deleting_from_a_list_leaves_a_row(world: World, label: str) -> None:
    count, answer = chosen(world, label, "delete_selected", world.things[label]["object_id"])

    assert (answer.status_code, count > 0) == (302, True)
