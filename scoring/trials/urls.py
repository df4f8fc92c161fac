"""Addresses of the page on which answers are tried, below that of the questions in the admin."""

from django.contrib import admin
from django.urls import path

from scoring.trials.pages import trial

urlpatterns = [
    path("try/", admin.site.admin_view(trial), name="try-new-question"),
    path("<uuid:question_id>/try/", admin.site.admin_view(trial), name="try-question"),
]
