"""Addresses in the letters of nudges."""

from django.urls import path

from nudges import pages

urlpatterns = [
    path("n/<str:token>", pages.click, name="nudge-click"),
    path("nudges/stop/<str:token>", pages.stop, name="nudges-stop"),
]
