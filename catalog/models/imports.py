"""What imports of others' lists leave behind, so that the next one knows what people have changed since."""

from django.db import models

from catalog.models.credentials import Credential
from catalog.models.roles import Skill
from microcred.db import Model


class CredentialImport(Model):
    """What a file last said of a credential: for each field the hash of its value, never the value itself."""

    credential = models.OneToOneField(Credential, on_delete=models.CASCADE, related_name="imported")
    said = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "credential_imports"

    def __str__(self) -> str:
        return str(self.credential_id)


class SkillName(Model):
    """What files call a skill, as a curator has picked it; in the spelling in which names are compared."""

    name = models.CharField(max_length=200, unique=True)
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="names")

    class Meta:
        db_table = "skill_names"

    def __str__(self) -> str:
        return self.name
