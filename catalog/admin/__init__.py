"""Curating the catalog in the admin."""

from catalog.admin.credentials import CredentialAdmin
from catalog.admin.questions import QuestionAdmin, QuestionVersionAdmin
from catalog.admin.roles import JobRoleAdmin, SkillAdmin

__all__ = ["CredentialAdmin", "JobRoleAdmin", "QuestionAdmin", "QuestionVersionAdmin", "SkillAdmin"]
