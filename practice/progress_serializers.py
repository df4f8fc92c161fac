"""What a student has come to, on the wire."""

from typing import Any

from rest_framework import serializers

from practice.serializers import GoalView, Points, Share


class ProgressQuery(serializers.Serializer[Any]):
    """Query parameters of a student's progress."""

    time_zone = serializers.CharField(
        default="UTC", max_length=64, help_text="Where the student's days begin, for example Europe/Berlin."
    )


class PractisedSkillView(serializers.Serializer[Any]):
    """How a student does at a skill."""

    skill_key = serializers.CharField()
    skill_name = serializers.CharField()
    rating = Points(help_text="Elo points, 400 to 2000.")
    deviation = Points(help_text="How far the rating may be off, in the same points.")
    difficulty = serializers.IntegerField(help_text="What the rating stands for, 1 to 10.")
    answers = serializers.IntegerField()
    practised_at = serializers.DateTimeField(
        help_text="When the rating was last moved, or set by an advisor."
    )
    version = serializers.IntegerField(
        help_text="How often the level has been set; the If-Match of who sets it again."
    )


class GoalProgressView(serializers.Serializer[Any]):
    """A goal and how far the student has come."""

    goal = GoalView()
    progress = Share(help_text="The part of the way that is behind them, from 0 to 1.")
    sessions = serializers.IntegerField(
        help_text="Sessions with a tutor on one of the goal's skills since the goal was set."
    )


class CredentialProgressView(serializers.Serializer[Any]):
    """A credential that the student has taken up, and how far they have come with the steps towards it."""

    credential_id = serializers.UUIDField()
    title = serializers.CharField()
    accepted_at = serializers.DateTimeField()
    tasks_done = serializers.IntegerField()
    tasks_total = serializers.IntegerField(
        help_text="The steps that stand on their list and were not cancelled."
    )
    enrolled_at = serializers.DateTimeField(
        allow_null=True, help_text="When the step to enrol was done; null while it is not."
    )


class PracticeProgress(serializers.Serializer[Any]):
    """What a student has come to, by practising and by doing what follows from recommendations."""

    student_id = serializers.UUIDField()
    skills = PractisedSkillView(many=True)
    goals = GoalProgressView(many=True)
    credentials = CredentialProgressView(
        many=True,
        allow_null=True,
        help_text="What the student has taken up, the latest first; null for who may not read results.",
    )
    tasks_completed_last_7_days = serializers.IntegerField(
        help_text="Of the steps from recommendations, nudges and sessions, those done within the last 168 hours."
    )
    completed = serializers.IntegerField(help_text="Assignments that are over, solved or given up.")
    solved = serializers.IntegerField()
    experience = serializers.IntegerField(help_text="All points, those for steps among them.")
    task_experience = serializers.IntegerField(
        help_text="Points for steps: ten for each, the first time that it is done."
    )
    streak_days = serializers.IntegerField(
        help_text="Days in a row, up to today or yesterday, with something practised to its end or a step done for the "
        "first time."
    )
    practised_at = serializers.DateTimeField(allow_null=True)
