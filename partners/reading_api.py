"""Who read the results of a person."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from microcred.api.pagination import PageQuery, paginate
from microcred.api.request_validation import validated_query
from microcred.api.schema import errors
from partners import queries
from partners.serializers import ReadingList, ReadingView


class OwnReadingsView(APIView):
    """What partners' programs read of one's own results."""

    @extend_schema(
        operation_id="me_readings",
        tags=["Your data"],
        parameters=[PageQuery],
        responses={200: ReadingList, **errors(400)},
    )
    def get(self, request: Request) -> Response:
        """Return which partner's program read which of your results, and when, the latest first."""
        page = paginate(queries.readings_of(caller(request).pk), **validated_query(PageQuery, request))
        return Response(page.envelope(ReadingView(page.items, many=True).data))
