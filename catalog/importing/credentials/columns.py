"""What the columns of a list are called: by us, and by those who keep such lists."""

from collections.abc import Sequence
from typing import Final

from catalog.importing.credentials.texts import folded

KNOWN: Final = {
    "key": ("id", "code", "course code", "course id", "identifier", "slug", "number"),
    "title": ("name", "course", "course name", "course title", "credential", "credential name", "badge"),
    "provider": (
        "organisation",
        "organization",
        "institution",
        "issuer",
        "school",
        "vendor",
        "offered by",
        "owned by",
    ),
    "uri": (
        "url",
        "link",
        "web",
        "webpage",
        "web page",
        "website",
        "address",
        "web address",
        "href",
        "subject webpage",
    ),
    "level": ("difficulty", "proficiency", "stage"),
    "hours": ("duration", "effort", "workload", "time", "duration hours", "hours of effort", "h"),
    "language": ("lang", "in language", "languages"),
    "skills": (
        "skill",
        "competencies",
        "competences",
        "competency",
        "teaches",
        "learning outcomes",
        "outcomes",
    ),
    "roles": ("role", "job role", "job roles", "jobs", "occupations"),
    "prerequisites": ("prerequisite", "requires", "requirements", "prior"),
    "description": ("summary", "abstract", "about"),
    "document": ("text", "content", "syllabus", "document text", "details"),
    "active": ("offered", "recommended"),
}
COLUMNS: Final = tuple(KNOWN)
_CALLED: Final = {folded(called): name for name, others in KNOWN.items() for called in (name, *others)}


def recognised(header: Sequence[str]) -> list[str]:
    """Return for each column what it is to us; empty where it is nothing, or where a column before it is that."""
    found: list[str] = []
    for cell in header:
        name = _CALLED.get(folded(cell), "")
        found.append("" if name in found else name)
    return found
