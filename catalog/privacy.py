"""What of this app's tables is personal: nothing; staff writes them about jobs, not about people."""

from microcred.privacy import Purpose, table

TABLES = (
    table("catalog.Skill", Purpose.CATALOG, none="id key name category description onet_id esco_uri"),
    table("catalog.JobRole_prerequisites", Purpose.CATALOG, none="id from_jobrole to_jobrole"),
    table(
        "catalog.JobRole", Purpose.CATALOG,
        none="id key name description assessment_size release_policy review_sample_rate active created_at",
    ),
    table("catalog.RoleSkill", Purpose.CATALOG, none="id role skill target_level importance"),
    table("catalog.Credential_roles", Purpose.CATALOG, none="id credential jobrole"),
    table("catalog.Credential_prerequisites", Purpose.CATALOG, none="id from_credential to_credential"),
    table(
        "catalog.Credential", Purpose.CATALOG,
        none="id key title description provider level hours language uri metadata active created_at updated_at",
    ),
    table("catalog.CredentialSkill", Purpose.CATALOG, none="id credential skill level"),
    table(
        "catalog.CredentialDocument", Purpose.CATALOG,
        none="id credential uri title text language content_hash updated_at",
    ),
    table("catalog.CredentialImport", Purpose.CATALOG, none="id credential said updated_at"),
    table("catalog.SkillName", Purpose.CATALOG, none="id name skill"),
    table(
        "catalog.Question", Purpose.CATALOG,
        none="id role key question_type prompt choices answer_format weight difficulty required version active "
        "created_at updated_at",
        staff="rules rubric feedback",
    ),
    table("catalog.QuestionSkill", Purpose.CATALOG, none="id question skill weight"),
    table(
        "catalog.QuestionVersion", Purpose.CATALOG,
        none="id question version content_hash published_at", staff="content",
    ),
)  # fmt: skip
