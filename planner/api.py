"""Tasks over HTTP: a person's own, and to programs those of the student whom they name."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.service_keys import PersonOrProgramView, person_or_program
from microcred.api.conditional_requests import (
    IF_MATCH_PARAMETER,
    conditional_get,
    etag_response,
    if_match_versions,
)
from microcred.api.request_validation import validated_body, validated_query
from microcred.api.schema import UNCHANGED, errors
from ops.idempotency import IDEMPOTENCY_KEY_PARAMETER, idempotent
from planner import queries, services
from planner.enums import BulkOp, Order
from planner.models import Task
from planner.permissions import MayPlan
from planner.serializers import (
    BulkRequest,
    BulkResult,
    NewTaskOf,
    StatsQuery,
    StatsView,
    TaskChange,
    TaskList,
    TaskQuery,
    TaskView,
)


class PlannerView(PersonOrProgramView):
    """A view for people and programs."""

    permission_classes = [MayPlan]


class TaskListView(PlannerView):
    """The tasks of one person."""

    @extend_schema(
        operation_id="tasks", tags=["Tasks"], parameters=[TaskQuery],
        responses={200: TaskList, **errors(400, 403, 404)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return those that fit every parameter, in the order of ``sort``; the cursor leads to the next page."""
        wanted = validated_query(TaskQuery, request)
        user_id = _owner(request, wanted)
        page = queries.listed(
            user_id,
            sort=Order(wanted.pop("sort")),
            cursor=wanted.pop("cursor", ""),
            limit=wanted.pop("page_size"),
            wanted=wanted,
        )
        return Response({"items": TaskView(page.tasks, many=True).data, "next_cursor": page.next or None})

    @extend_schema(
        operation_id="task_create", tags=["Tasks"], request=NewTaskOf, parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={201: TaskView, **errors(400, 403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Add a task."""
        given = validated_body(NewTaskOf, request.data)
        owner_id = _owner(request, given)
        task = services.create_task(
            by=person_or_program(request), owner_id=owner_id, now=timezone.now(), **given
        )
        return _answer(task, status=201)


class TaskEndpoint(PlannerView):
    """One task."""

    @extend_schema(
        operation_id="task", tags=["Tasks"], responses={200: TaskView, 304: UNCHANGED, **errors(403, 404)}
    )
    @conditional_get
    def get(self, request: Request, task_id: uuid.UUID) -> Response:
        """Return it; its ETag is what a change can be made from."""
        return _answer(queries.get_visible(by=person_or_program(request), task_id=task_id))

    @extend_schema(
        operation_id="task_change", tags=["Tasks"], request=TaskChange, parameters=[IF_MATCH_PARAMETER],
        responses={200: TaskView, **errors(400, 403, 404, 412)},
    )  # fmt: skip
    def patch(self, request: Request, task_id: uuid.UUID) -> Response:
        """Change it; what is left out stays."""
        fields = validated_body(TaskChange, request.data)
        return _answer(services.change_task(**_which(request, task_id), now=timezone.now(), **fields))

    @extend_schema(
        operation_id="task_delete", tags=["Tasks"], parameters=[IF_MATCH_PARAMETER],
        responses={204: None, **errors(403, 404, 412)},
    )  # fmt: skip
    def delete(self, request: Request, task_id: uuid.UUID) -> Response:
        """Take it away for good; to keep a trace of it, cancel it instead."""
        services.delete_task(**_which(request, task_id))
        return Response(status=204)


class CompleteView(PlannerView):
    """Ticking off."""

    @extend_schema(
        operation_id="task_complete", tags=["Tasks"], request=None,
        parameters=[IDEMPOTENCY_KEY_PARAMETER, IF_MATCH_PARAMETER],
        responses={200: TaskView, **errors(403, 404, 409, 412, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        """Tick it off; one that is done stays as it is, one that was cancelled is refused."""
        return _answer(services.complete_task(**_which(request, task_id), now=timezone.now()))


class ReopenView(PlannerView):
    """Taking up again."""

    @extend_schema(
        operation_id="task_reopen", tags=["Tasks"], request=None,
        parameters=[IDEMPOTENCY_KEY_PARAMETER, IF_MATCH_PARAMETER],
        responses={200: TaskView, **errors(403, 404, 409, 412, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        """Put what is done or cancelled back among the tasks to do; an open one stays as it is."""
        return _answer(services.reopen_task(**_which(request, task_id), now=timezone.now()))


class StatsEndpoint(PlannerView):
    """The figures of one person."""

    @extend_schema(
        operation_id="task_stats", tags=["Tasks"], parameters=[StatsQuery],
        responses={200: StatsView, **errors(400, 403, 404)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return how many tasks there are of each kind, what is due, and how it goes."""
        wanted = validated_query(StatsQuery, request)
        user_id = _owner(request, wanted)
        found = queries.stats_of(user_id, zone=wanted["time_zone"], now=timezone.now())
        return Response(StatsView(found).data)


class BulkView(PlannerView):
    """Several operations at once."""

    @extend_schema(
        operation_id="tasks_bulk", tags=["Tasks"], request=BulkRequest, parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={200: BulkResult, **errors(400, 403, 404, 409, 412, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Do all operations in their order, or none of them; a refusal says which one it was."""
        given = validated_body(BulkRequest, request.data)
        owner_id = _owner(request, given)
        wanted = [_operation(one) for one in given["operations"]]
        tasks = services.bulk(
            by=person_or_program(request), owner_id=owner_id, operations=wanted, now=timezone.now()
        )
        results = [
            {"op": one.op, "task_id": task.pk if task else one.task_id, "task": task}
            for one, task in zip(wanted, tasks, strict=True)
        ]
        return Response(BulkResult({"results": results}).data)


def _owner(request: Request, given: dict[str, Any]) -> uuid.UUID:
    """Take whose tasks it is about out of what was given."""
    return queries.owner(by=person_or_program(request), user_id=given.pop("user_id", None))


def _which(request: Request, task_id: uuid.UUID) -> dict[str, Any]:
    return {"by": person_or_program(request), "task_id": task_id, "expected": if_match_versions(request)}


def _operation(given: Mapping[str, Any]) -> services.Operation:
    version = given.get("version")
    return services.Operation(
        op=BulkOp(given["op"]),
        task_id=given.get("task_id"),
        expected=None if version is None else {str(version)},
        fields=given.get("task") or given.get("changes") or {},
    )


def _answer(task: Task, *, status: int = 200) -> Response:
    response = etag_response(TaskView(task).data, version=str(task.version))
    response.status_code = status
    return response
