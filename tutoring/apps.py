"""Sessions with tutors, told by tutoring systems and summarised for the student."""

from django.apps import AppConfig


class TutoringConfig(AppConfig):
    name = "tutoring"
