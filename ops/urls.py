"""Addresses for machines that watch over the product."""

from django.urls import path

from ops import pages

urlpatterns = [
    path("health", pages.live, name="health"),
    path("health/ready", pages.ready, name="health-ready"),
    path("metrics", pages.prometheus, name="metrics"),
]
