"""Addresses for learning platforms, and for whoever comes from them."""

from django.urls import path

from partners.lti import pages

urlpatterns = [
    path("lti/login", pages.begin, name="lti-login"),
    path("lti/launch", pages.launch, name="lti-launch"),
    path("lti/keys", pages.keys, name="lti-keys"),
    # Among the students' pages, which whoever logs in on the way is led back to.
    path("student/course", pages.choose, name="lti-link"),
]
