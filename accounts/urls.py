"""Addresses of accounts."""

from django.urls import path
from django.views.generic import RedirectView

from accounts import log_in_pages, pages, password_link_pages, reauthentication_pages, second_factor_pages
from accounts.api import LogoutView, MeView, RefreshView, ServiceKeyView, TokenView
from accounts.institution import pages as institution_pages
from accounts.institution.api import InstitutionTokenView
from accounts.log_in_api import LogInsEndEndpoint, LogInsEndpoint
from accounts.password_api import ForgottenView, ResetView
from accounts.personal_data.api import ErasureEndpoint, ExportEndpoint
from accounts.schema import ServiceKeyScheme as ServiceKeyScheme
from accounts.schema import TokenScheme as TokenScheme

# The admin's own log-in page and password page would go round the limits and the token rules.
urlpatterns = [
    path("login", pages.LoginView.as_view(), name="login"),
    path("login/code", second_factor_pages.ask, name="login-code"),
    path("login/institution", institution_pages.begin, name="institution-begin"),
    path("login/institution/return", institution_pages.come_back, name="institution-return"),
    path("institution", institution_pages.manage, name="institution"),
    path("second-factor", second_factor_pages.manage, name="second-factor"),
    path("logout", pages.EndSessionView.as_view(), name="logout"),
    path("session", pages.session, name="session"),
    path("start", pages.start, name="start"),
    path("password", pages.PasswordView.as_view(), name="password"),
    path("password/new", password_link_pages.choose, name="new-password"),
    path("password/forgotten", password_link_pages.forgotten, name="password-forgotten"),
    path("log-ins", log_in_pages.manage, name="log-ins"),
    path("prove", reauthentication_pages.prove, name="prove"),
    path("admin/login/", RedirectView.as_view(pattern_name="login", query_string=True)),
    path("admin/password_change/", RedirectView.as_view(pattern_name="password")),
    path("api/v1/auth/token", TokenView.as_view(), name="auth-token"),
    path("api/v1/auth/oidc", InstitutionTokenView.as_view(), name="auth-oidc"),
    path("api/v1/auth/token/refresh", RefreshView.as_view(), name="auth-token-refresh"),
    path("api/v1/auth/logout", LogoutView.as_view(), name="auth-logout"),
    path("api/v1/auth/password/forgotten", ForgottenView.as_view(), name="auth-password-forgotten"),
    path("api/v1/auth/password/reset", ResetView.as_view(), name="auth-password-reset"),
    path("api/v1/me", MeView.as_view(), name="me"),
    path("api/v1/me/log-ins", LogInsEndpoint.as_view(), name="me-log-ins"),
    path("api/v1/me/log-ins/end", LogInsEndEndpoint.as_view(), name="me-log-ins-end"),
    path("api/v1/me/export", ExportEndpoint.as_view(), name="me-export"),
    path("api/v1/me/erasure", ErasureEndpoint.as_view(), name="me-erasure"),
    path("api/v1/service-key", ServiceKeyView.as_view(), name="service-key"),
]
