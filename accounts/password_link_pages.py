"""The page that a link for a new password leads to, and the one on which people ask for a link by letter."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import attempt_limits, password_emails, password_links
from accounts.forms import ForgottenForm, LinkedPasswordForm
from microcred import email_delivery

# The same whoever asks.
ASKED = "If there is an account with this address, a letter with a link is on its way. The link is good for an hour."


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@never_cache
def choose(request: HttpRequest) -> HttpResponse:
    """Let whoever holds a link choose their password, and send them to log in with it."""
    form = LinkedPasswordForm(request.POST or None)
    if request.method == "POST":
        wait = attempt_limits.count_link_attempt(request)
        if wait:
            return attempt_limits.too_many_attempts(request, wait)
        if form.is_valid() and _used(form):
            messages.success(request, "Your password is set. Log in with it.")
            return redirect("login")
    return render(request, "registration/new_password.html", {"form": form})


def _used(form: LinkedPasswordForm) -> bool:
    given = form.cleaned_data
    try:
        password_links.use(given["code"], password=given["new_password1"], now=timezone.now())
    except password_links.LinkRefused as refusal:  # somebody was faster
        form.add_error(None, refusal.message)
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def forgotten(request: HttpRequest) -> HttpResponse:
    """Send a link for a new password to whoever asks for one, where letters go out."""
    form = ForgottenForm(request.POST or None) if email_delivery.is_email_configured() else None
    if form is not None and request.method == "POST":
        wait = attempt_limits.count_asking(request, email=request.POST.get("email", ""))
        if wait:
            return attempt_limits.too_many_attempts(request, wait)
        if form.is_valid():
            password_emails.ask(email=form.cleaned_data["email"])
            messages.info(request, ASKED)
            return redirect("login")
    return render(request, "registration/forgotten.html", {"form": form})
