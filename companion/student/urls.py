"""Addresses of the pages for students."""

from django.urls import path

from companion.student import home

app_name = "student"
urlpatterns = [
    path("", home.home, name="home"),
]
