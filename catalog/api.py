"""Reading the catalog over HTTP."""

import uuid
from collections.abc import Callable
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
    SkillList,
    SkillQuery,
    SkillView,
)
from microcred.api.pagination import PageQuery, paginate
from microcred.api.rendered_responses import RenderedBody, render_body, rendered_response
from microcred.api.request_validation import validated_query
from microcred.api.schema import errors
from microcred.single_flight import SingleFlightCache

# Pages as they were written, by the state of the catalog that they show, their address, and what was asked.
_PAGES: Final[SingleFlightCache[tuple[str, str, str], RenderedBody]] = SingleFlightCache(128)


class CredentialListView(APIView):
    """The active credentials."""

    @extend_schema(
        operation_id="catalog_credentials", tags=["Catalog"], parameters=[CredentialQuery],
        responses={200: CredentialList, **errors(400)},
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        """Return a page of credentials, by title."""
        return _kept(request, _credentials)


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
        rows = queries.active_roles().order_by(*queries.BY_NAME)
        found = paginate(rows, **validated_query(PageQuery, request))
        return Response(found.envelope(RoleView(found.items, many=True).data))


class SkillListView(APIView):
    """All skills."""

    @extend_schema(
        operation_id="catalog_skills", tags=["Catalog"], parameters=[SkillQuery],
        responses={200: SkillList, **errors(400)},
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        """Return a page of skills, by name; what goals, practice and lists call `skill` is the `key`."""
        return _kept(request, _skills)


def _kept(request: Request, write: Callable[[Request], RenderedBody]) -> HttpResponse:
    key = (queries.catalog_version(), request.path, request.META.get("QUERY_STRING", ""))
    return rendered_response(request, _PAGES.get(key, lambda: write(request)))


def _credentials(request: Request) -> RenderedBody:
    wanted = validated_query(CredentialQuery, request)
    page, page_size = wanted.pop("page"), wanted.pop("page_size")
    rows = queries.credentials(**wanted).order_by(*queries.BY_TITLE)
    found = paginate(rows, page=page, page_size=page_size)
    return render_body(found.envelope(CredentialSummary(found.items, many=True).data))


def _skills(request: Request) -> RenderedBody:
    wanted = validated_query(SkillQuery, request)
    page, page_size = wanted.pop("page"), wanted.pop("page_size")
    found = paginate(queries.skills(**wanted), page=page, page_size=page_size)
    return render_body(found.envelope(SkillView(found.items, many=True).data))
