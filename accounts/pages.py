"""Logging in and out, the start page, and one's own password."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import attempt_limits, recent_authentication, second_factor, sessions
from accounts.enums import AuthMethod
from accounts.forms import LoginForm, OwnPasswordForm
from accounts.institution import provider
from accounts.models import User
from accounts.policy import Permission, allows
from microcred import email_delivery


class LoginView(auth_views.LoginView):
    """Log in; too many attempts from one address, or for one person, have to wait."""

    authentication_form = LoginForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check e-mail address and password."""
        wait = attempt_limits.count_page_attempt(request, email=request.POST.get("username", ""))
        if wait:
            return attempt_limits.too_many_attempts(request, wait)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Log in, or ask for the code of whoever has a second factor."""
        person = form.get_user()
        if not second_factor.is_on(person):
            return super().form_valid(form)
        wanted = recent_authentication.safe_next_url(person, self.request.POST.get("next", ""))
        sessions.begin_second_factor(self.request, person=person, wanted=wanted)
        return redirect("login-code")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say whether whoever has forgotten their password can have a link sent, and where else they can log in."""
        named = settings.OIDC_NAME if provider.is_offered() else ""
        return super().get_context_data(
            **kwargs, letters_go_out=email_delivery.is_email_configured(), provider_name=named
        )

    def get_success_url(self) -> str:
        """Go where the person wanted to go if their pages may stand there, to the start page otherwise."""
        wanted = super().get_success_url()
        person = self.request.user
        return (isinstance(person, User) and recent_authentication.safe_next_url(person, wanted)) or reverse(
            "start"
        )

    def get_default_redirect_url(self) -> str:
        """Return the start page, which knows the way for every role."""
        return reverse("start")


class EndSessionView(auth_views.LogoutView):
    """Log out, and have the browser forget what it kept of our pages."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """End the session; browsers heed the header over HTTPS."""
        if sessions.means_of(request) == AuthMethod.INSTITUTION:
            messages.info(
                request, f"You are logged out here. You may still be logged in with {settings.OIDC_NAME}."
            )
        response = super().post(request, *args, **kwargs)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class PasswordView(auth_views.PasswordChangeView):
    """Change one's own password."""

    form_class = OwnPasswordForm
    template_name = "registration/password.html"
    success_url = reverse_lazy("start")

    def form_valid(self, form: Any) -> HttpResponse:
        """Change it, keep this session, and say so."""
        response = super().form_valid(form)
        sessions.keep_session(self.request, person=form.user)
        messages.success(self.request, "Your password is changed.")
        return response


@require_safe
@never_cache
@login_required
def start(request: HttpRequest) -> HttpResponseBase:
    """Send everybody to where their pages begin."""
    person = request.user
    if isinstance(person, User) and allows(person, Permission.READ_STAFF_VIEW):
        return redirect("advisor:assessments")
    if isinstance(person, User) and allows(person, Permission.TAKE_ASSESSMENT):
        return redirect("student:home")
    return redirect("guardian:students")


@require_safe
@never_cache
@login_required
def session(request: HttpRequest) -> HttpResponseBase:
    """Tell how long the session lasts, for pages that end with it; with ``look`` this does not count as a request."""
    left = sessions.time_left(request, timezone.now())
    return JsonResponse({"seconds_left": left.seconds, "can_be_prolonged": left.can_be_prolonged})
