"""Job roles, skills, questions and credentials."""

from catalog.models.credentials import BY_TITLE, Credential, CredentialDocument, CredentialSkill
from catalog.models.imports import CredentialImport, SkillName
from catalog.models.questions import Question, QuestionSkill, QuestionVersion
from catalog.models.roles import BY_NAME, JobRole, RoleSkill, Skill

__all__ = [
    "BY_NAME",
    "BY_TITLE",
    "Credential",
    "CredentialDocument",
    "CredentialImport",
    "CredentialSkill",
    "JobRole",
    "Question",
    "QuestionSkill",
    "QuestionVersion",
    "RoleSkill",
    "Skill",
    "SkillName",
]
