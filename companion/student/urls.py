"""Addresses of the pages for students."""

from django.urls import path

from companion.student import home, questions

app_name = "student"
urlpatterns = [
    path("", home.home, name="home"),
    path("questions/", questions.questions, name="questions"),
    path("questions/<uuid:query_id>", questions.question, name="question"),
    path("questions/<uuid:query_id>/ask-on", questions.ask_on, name="ask-on"),
    path("questions/<uuid:query_id>/hand-over", questions.hand_over, name="hand-over"),
    path("questions/<uuid:query_id>/read", questions.note_read, name="note-read"),
]
