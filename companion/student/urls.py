"""Addresses of the pages for students."""

from django.urls import path

from companion.student import (
    appeals,
    credentials,
    data,
    documents,
    home,
    notices,
    questions,
    result,
    runs,
    standing,
    starting,
    taking,
)

app_name = "student"
urlpatterns = [
    path("", home.home, name="home"),
    path("questions/", questions.questions, name="questions"),
    path("questions/<uuid:query_id>", questions.question, name="question"),
    path("questions/<uuid:query_id>/ask-on", questions.ask_on, name="ask-on"),
    path("questions/<uuid:query_id>/hand-over", questions.hand_over, name="hand-over"),
    path("questions/<uuid:query_id>/read", questions.note_read, name="note-read"),
    path("assessments/<uuid:assessment_id>", result.result, name="result"),
    path(
        "assessments/<uuid:assessment_id>/skills/<slug:skill>/contest",
        result.contest,
        name="contest",
    ),
    path("assessments/<uuid:assessment_id>/appeals", appeals.make_appeal, name="make-appeal"),
    path("recommendations/<uuid:recommendation_id>", runs.run, name="run"),
    path("recommendations/<uuid:recommendation_id>/feedback", result.feedback, name="feedback"),
    path("documents/<uuid:document_id>", documents.document, name="document"),
    path("appeals/", appeals.appeals, name="appeals"),
    path("appeals/<uuid:appeal_id>", appeals.appeal, name="appeal"),
    path("notices/", notices.notices, name="notices"),
    path("notices/seen", notices.mark_seen, name="notices-seen"),
    path("credentials/", credentials.credentials, name="credentials"),
    path("credentials/find", credentials.find, name="credential-find"),
    path("credentials/<uuid:credential_id>", credentials.credential, name="credential"),
    path("credentials/<uuid:credential_id>/take-back", credentials.take_back, name="credential-take-back"),
    path("roles/<uuid:role_id>", starting.role, name="role"),
    path("assessments/<uuid:assessment_id>/questions", taking.questions, name="taking"),
    path("assessments/<uuid:assessment_id>/hand-in", taking.hand_in, name="hand-in"),
    path("assessments/<uuid:assessment_id>/status", standing.status, name="status"),
    path("data/", data.data, name="data"),
    path("data/model", data.choose_model, name="choose-model"),
    path("data/copy", data.ask_for_copy, name="ask-for-copy"),
    path("data/copy.zip", data.fetch_copy, name="copy"),
    path("data/erase", data.erase, name="erase-data"),
    path("data/keep", data.keep, name="keep-data"),
]
