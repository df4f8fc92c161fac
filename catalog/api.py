"""Reading the catalog over HTTP."""

import uuid
from typing import Final

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog import queries
from catalog.serializers import (
    CredentialDetail,
    CredentialList,
    CredentialQuery,
    CredentialSummary,
    RoleList,
    RoleView,
)
from microcred.api.pagination import PageQuery, paginate
from microcred.api.rendered import Written, answered_as_written, written
from microcred.api.schema import errors
from microcred.kept import Kept

# Pages as they were written, by the state of the catalog that they show and by what was asked.
_PAGES: Final[Kept[tuple[str, str], Written]] = Kept(128)


class CredentialListView(APIView):
    """The active credentials."""

    @extend_schema(
        operation_id="catalog_credentials", tags=["Catalog"], parameters=[CredentialQuery],
        responses={200: CredentialList, **errors(400)},
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        """Return a page of credentials, by title."""
        asked = request.META.get("QUERY_STRING", "")
        page = _PAGES.get((queries.catalog_version(), asked), lambda: _credentials(request))
        return answered_as_written(request, page)


def _credentials(request: Request) -> Written:
    query = CredentialQuery(data=request.query_params)
    query.is_valid(raise_exception=True)
    wanted = dict(query.validated_data)
    page, page_size = wanted.pop("page"), wanted.pop("page_size")
    found = paginate(queries.credentials(**wanted), page=page, page_size=page_size)
    return written(found.envelope(CredentialSummary(found.items, many=True).data))


class CredentialView(APIView):
    """One credential."""

    @extend_schema(
        operation_id="catalog_credential", tags=["Catalog"], responses={200: CredentialDetail, **errors(404)}
    )
    def get(self, request: Request, credential_id: uuid.UUID) -> Response:
        """Return a credential with its source documents."""
        return Response(CredentialDetail(queries.credential(credential_id)).data)


class RoleListView(APIView):
    """The roles that may be assessed."""

    @extend_schema(
        operation_id="catalog_roles", tags=["Catalog"], parameters=[PageQuery],
        responses={200: RoleList, **errors(400)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return a page of roles, by name."""
        query = PageQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = paginate(queries.active_roles(), **query.validated_data)
        return Response(found.envelope(RoleView(found.items, many=True).data))
