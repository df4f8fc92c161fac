"""The page on which staff says whether letters tell them what waits."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import services
from companion.pages import caller, staff_page


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def manage(request: HttpRequest) -> HttpResponse:
    """Show the choice, and change it."""
    if request.method != "POST":
        return render(request, "advisor/letters.html")
    is_wanted = request.POST.get("wanted") == "yes"
    services.choose_letters(by=caller(request), is_wanted=is_wanted)
    said = "You are told by letter what waits for you." if is_wanted else "You get no more of these letters."
    messages.success(request, said)
    return redirect("advisor:letters")
