"""Practising over HTTP."""

import uuid
from typing import Any, Final

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import MayPractise, MayReadProgress
from microcred.api.conditional_requests import (
    IF_MATCH_PARAMETER,
    conditional_get,
    etag_response,
    if_match_versions,
)
from microcred.api.pagination import paginate
from microcred.api.rendered_responses import represent
from microcred.api.request_validation import validated_body, validated_query
from microcred.api.schema import UNCHANGED, errors
from ops.idempotency import IDEMPOTENCY_KEY_PARAMETER, idempotent
from practice import queries, services
from practice.models import PracticeGoal
from practice.progress_serializers import PracticeProgress, ProgressQuery
from practice.rating import difficulty
from practice.serializers import (
    AssignmentList,
    AssignmentQuery,
    AssignmentView,
    AssignQuery,
    CompletedView,
    CompleteRequest,
    GoalChange,
    GoalList,
    GoalQuery,
    GoalView,
    NewGoal,
    ReportedView,
    ReportRequest,
)

_ASSIGNMENT: Final = AssignmentView()
_COMPLETED: Final = CompletedView()


class AssignView(APIView):
    """Asking for something to practise with."""

    permission_classes = [MayPractise]
    # Asking sets an item, which HEAD may not: it would be answered without being seen.
    http_method_names = ["get", "options"]

    @extend_schema(
        operation_id="practice_assign", tags=["Practice"], parameters=[AssignQuery],
        responses={200: AssignmentView, **errors(400, 403, 404)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return what the student is at; where there is nothing, an item at the level that they have reached."""
        skill = validated_query(AssignQuery, request).get("skill", "")
        given = services.assign(by=caller(request), skill_key=skill, now=timezone.now())
        return Response(represent(_ASSIGNMENT, given))


class CompleteView(APIView):
    """Answering."""

    permission_classes = [MayPractise]

    @extend_schema(
        operation_id="practice_complete", tags=["Practice"], request=CompleteRequest,
        parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={200: CompletedView, **errors(400, 403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Judge an answer; the right one ends the assignment and moves the rating, any other may be tried again."""
        body = validated_body(CompleteRequest, request.data)
        outcome = services.answer(
            by=caller(request),
            assignment_id=body["assignment_id"],
            given=body["answer"],
            seconds=body.get("seconds"),
            now=timezone.now(),
        )
        return Response(_completed(outcome))


class GiveUpView(APIView):
    """Giving up."""

    permission_classes = [MayPractise]

    @extend_schema(
        operation_id="practice_give_up", tags=["Practice"], request=None, parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={200: CompletedView, **errors(403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, assignment_id: uuid.UUID) -> Response:
        """End an assignment without the right answer, and show the solution."""
        outcome = services.give_up(by=caller(request), assignment_id=assignment_id, now=timezone.now())
        return Response(_completed(outcome))


class HintView(APIView):
    """Asking for help."""

    permission_classes = [MayPractise]

    @extend_schema(
        operation_id="practice_hint", tags=["Practice"], request=None, parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={200: AssignmentView, **errors(403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, assignment_id: uuid.UUID) -> Response:
        """Show the next hint; the share of hints that is not used counts for a tenth of the performance."""
        shown = services.show_hint(by=caller(request), assignment_id=assignment_id)
        return Response(represent(_ASSIGNMENT, shown))


class ReportView(APIView):
    """Saying that something is wrong."""

    permission_classes = [MayPractise]

    @extend_schema(
        operation_id="practice_report", tags=["Practice"], request=ReportRequest,
        parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={201: ReportedView, **errors(400, 403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, assignment_id: uuid.UUID) -> Response:
        """Report that something is wrong with an item that one was given; staff looks at it."""
        body = validated_body(ReportRequest, request.data)
        made = services.report_item(
            by=caller(request), assignment_id=assignment_id, now=timezone.now(), **body
        )
        return Response(ReportedView(made).data, status=201)


class AssignmentListView(APIView):
    """What was practised with."""

    permission_classes = [MayPractise]

    @extend_schema(
        operation_id="practice_assignments", tags=["Practice"], parameters=[AssignmentQuery],
        responses={200: AssignmentList, **errors(400, 403)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return the student's assignments, the latest first."""
        wanted = validated_query(AssignmentQuery, request)
        rows = queries.visible_to(caller(request))
        if "skill" in wanted:
            rows = rows.filter(skill__key=wanted["skill"])
        if "status" in wanted:
            rows = rows.filter(status=wanted["status"])
        page = paginate(rows, page=wanted["page"], page_size=wanted["page_size"])
        return Response(page.envelope(AssignmentView(page.items, many=True).data))


class AssignmentEndpoint(APIView):
    """One assignment."""

    permission_classes = [MayPractise]

    @extend_schema(
        operation_id="practice_assignment",
        tags=["Practice"],
        responses={200: AssignmentView, **errors(403, 404)},
    )
    def get(self, request: Request, assignment_id: uuid.UUID) -> Response:
        """Return it."""
        return Response(
            AssignmentView(queries.get_visible(by=caller(request), assignment_id=assignment_id)).data
        )


class ProgressEndpoint(APIView):
    """What a student has come to."""

    permission_classes = [MayReadProgress]

    @extend_schema(
        operation_id="progress", tags=["Practice"], parameters=[ProgressQuery],
        responses={200: PracticeProgress, **errors(400, 403, 404)},
    )  # fmt: skip
    def get(self, request: Request, student_id: uuid.UUID) -> Response:
        """Return ratings, goals, steps, points and the streak of oneself, or of a student whom one looks after."""
        zone = validated_query(ProgressQuery, request)["time_zone"]
        found = queries.progress_of(by=caller(request), student_id=student_id, zone=zone, now=timezone.now())
        return Response(PracticeProgress(found).data)


class GoalListView(APIView):
    """A student's goals."""

    permission_classes = [MayPractise]

    @extend_schema(
        operation_id="goals",
        tags=["Practice"],
        parameters=[GoalQuery],
        responses={200: GoalList, **errors(400, 403)},
    )
    def get(self, request: Request) -> Response:
        """Return all of them, or those of a skill, with a tag or of a status, the latest first."""
        wanted = validated_query(GoalQuery, request)
        return Response({"items": GoalView(queries.own_goals(caller(request), **wanted), many=True).data})

    @extend_schema(
        operation_id="goal_set", tags=["Practice"], request=NewGoal, parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={201: GoalView, **errors(400, 403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Set out to reach a difficulty of a skill, or of up to five."""
        given = validated_body(NewGoal, request.data)
        goal = services.set_goal(
            by=caller(request), skill_key=given.pop("skill"), now=timezone.now(), **given
        )
        return _answer(goal, status=201)


class GoalEndpoint(APIView):
    """One goal."""

    permission_classes = [MayPractise]

    @extend_schema(
        operation_id="goal", tags=["Practice"], responses={200: GoalView, 304: UNCHANGED, **errors(403, 404)}
    )
    @conditional_get
    def get(self, request: Request, goal_id: uuid.UUID) -> Response:
        """Return it; its ETag is what a change can be made from."""
        return _answer(queries.own_goal(by=caller(request), goal_id=goal_id))

    @extend_schema(
        operation_id="goal_change", tags=["Practice"], request=GoalChange, parameters=[IF_MATCH_PARAMETER],
        responses={200: GoalView, **errors(400, 403, 404, 409, 412)},
    )  # fmt: skip
    def patch(self, request: Request, goal_id: uuid.UUID) -> Response:
        """Change it; what is left out stays."""
        fields = validated_body(GoalChange, request.data)
        return _answer(
            services.change_goal(
                by=caller(request),
                goal_id=goal_id,
                expected=if_match_versions(request),
                now=timezone.now(),
                **fields,
            )
        )

    @extend_schema(
        operation_id="goal_delete", tags=["Practice"], parameters=[IF_MATCH_PARAMETER],
        responses={204: None, **errors(403, 404, 412)},
    )  # fmt: skip
    def delete(self, request: Request, goal_id: uuid.UUID) -> Response:
        """Take it away for good; to keep a trace of it, drop it instead."""
        services.delete_goal(by=caller(request), goal_id=goal_id, expected=if_match_versions(request))
        return Response(status=204)


def _completed(outcome: services.Outcome) -> dict[str, Any]:
    """Return what came of an answer, as `CompletedView` describes it."""
    assignment = outcome.assignment
    after = assignment.rating_after
    return represent(
        _COMPLETED,
        {
            "assignment": assignment,
            "correct": outcome.share == 1.0,
            "share": outcome.share,
            "explanation": outcome.explanation,
            "rating_before": assignment.rating_before,
            "rating_after": after,
            "next_difficulty": None if after is None else difficulty(after),
            "goals_reached": outcome.goals,
        },
    )


def _answer(goal: PracticeGoal, *, status: int = 200) -> Response:
    response = etag_response(GoalView(goal).data, version=str(goal.version))
    response.status_code = status
    return response
