"""Job roles, skills, questions and credentials."""

from catalog.models.credentials import Credential, CredentialDocument, CredentialSkill
from catalog.models.questions import Question, QuestionSkill, QuestionVersion
from catalog.models.roles import JobRole, RoleSkill, Skill

__all__ = [
    "Credential",
    "CredentialDocument",
    "CredentialSkill",
    "JobRole",
    "Question",
    "QuestionSkill",
    "QuestionVersion",
    "RoleSkill",
    "Skill",
]
