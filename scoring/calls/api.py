"""Receipts over HTTP."""

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from assessments import queries as assessments
from microcred.api.schema import errors
from scoring.calls.receipts import receipts
from scoring.calls.serializers import ReceiptList


class ModelCallsEndpoint(APIView):
    """What was sent to a model provider."""

    @extend_schema(
        operation_id="assessment_model_calls", tags=["Assessments"],
        responses={200: ReceiptList, **errors(404)},
    )  # fmt: skip
    def get(self, request: Request, assessment_id: uuid.UUID) -> Response:
        """Return what was sent of the student's answers, to whom, when and at what cost."""
        found = receipts(by=caller(request), assessment_id=assessment_id)
        body = {
            "assessment_id": assessment_id,
            "model_scoring": assessments.author(assessment_id).model_scoring,
            "items": found,
        }
        return Response(ReceiptList(body).data)
