"""Small releases in the form in which O*NET and ESCO publish theirs.

Titles, names, descriptions and values are of the O*NET 29.3 Database by the U.S. Department of Labor, Employment and
Training Administration (USDOL/ETA), used under the CC BY 4.0 licence (O*NET is a trademark of USDOL/ETA), and of the
ESCO classification of the European Commission. They are shortened; which values are suppressed, and which skills the
occupation of ESCO has, was made up.
"""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from catalog.importing.frameworks.esco import Esco
from catalog.importing.frameworks.onet import Onet
from catalog.importing.frameworks.tables import of_file

OCCUPATIONS = """O*NET-SOC Code\tTitle\tDescription
15-2051.00\tData Scientists\tDevelop and implement a set of techniques or analytics applications.
15-2051.01\tBusiness Intelligence Analysts\tProduce financial and market intelligence.
27-1021.00\tCommercial and Industrial Designers\tDesign and develop manufactured products, such as cars.
"""
RATING = (
    "O*NET-SOC Code\tElement ID\tElement Name\tScale ID\tData Value\tN\tStandard Error\tLower CI Bound\t"
    "Upper CI Bound\tRecommend Suppress\tNot Relevant\tDate\tDomain Source\n"
)


def rated(soc: str, element: str, name: str, importance: str, level: str, flags: str = "NN") -> str:
    """The two lines of a rating; ``flags`` say whether it is suppressed, and not relevant."""
    ends = "8\t0.1\t1\t5\t{}\t{}\t08/2025\tAnalyst\n".format
    return (
        f"{soc}\t{element}\t{name}\tIM\t{importance}\t{ends(flags[0], 'n/a')}"
        f"{soc}\t{element}\t{name}\tLV\t{level}\t{ends(flags[0], flags[1])}"
    )


DESIGNER = "27-1021.00"
SKILLS = RATING + "".join(
    [
        rated(DESIGNER, "2.A.1.a", "Reading Comprehension", "3.88", "4.12"),
        rated(DESIGNER, "2.A.1.b", "Active Listening", "4.0", "4.0"),
        rated(DESIGNER, "2.A.1.e", "Mathematics", "3.0", "3.12"),
        rated(DESIGNER, "2.A.1.f", "Science", "2.5", "2.5", "YN"),
        rated(DESIGNER, "2.B.3.l", "Repairing", "1.0", "0.0", "NY"),
        rated(DESIGNER, "2.B.3.d", "Installation", "1.12", "0.5"),
    ]
)
KNOWLEDGE = RATING + "".join(
    [
        rated(DESIGNER, "2.C.3.c", "Design", "4.71", "6.02"),
        rated(DESIGNER, "2.C.4.a", "Mathematics", "3.72", "4.24"),
    ]
)
TECHNOLOGIES = """O*NET-SOC Code\tExample\tCommodity Code\tCommodity Title\tHot Technology\tIn Demand
27-1021.00\tAdobe Illustrator\t43232102\tGraphics or photo imaging software\tY\tY
27-1021.00\tFigma\t43232102\tGraphics or photo imaging software\tN\tY
27-1021.00\tPython\t43232405\tObject or component oriented development software\tY\tN
27-1021.00\tLuxion KeyShot\t43232102\tGraphics or photo imaging software\tN\tN
15-2051.00\tPython\t43232405\tObject or component oriented development software\tY\tY
15-2051.00\tStructured query language SQL\t43232306\tData base user interface and query software\tY\tY
"""
ELEMENTS = """Element ID\tElement Name\tDescription
2.A\tBasic Skills\tDeveloped capacities that facilitate learning.
2.A.1\tContent\tBackground structures needed to work with and acquire more specific skills.
2.A.1.a\tReading Comprehension\tUnderstanding written sentences and paragraphs in work-related documents.
2.A.1.c\tWriting\tCommunicating effectively in writing as appropriate for the needs of the audience.
2.C.3.c\tDesign\tKnowledge of design techniques, tools, and principles involved in "precision" plans.
4.A.1.a.1\tGetting Information\tObserving, receiving, and otherwise obtaining information.
"""
TITLES = """O*NET-SOC Code\tAlternate Title\tShort Title\tSource(s)
15-2051.00\tMachine Learning Specialist\tn/a\t10
"""
ONET: dict[str, str] = {
    "Occupation Data.txt": OCCUPATIONS,
    "Skills.txt": SKILLS,
    "Knowledge.txt": KNOWLEDGE,
    "Technology Skills.txt": TECHNOLOGIES,
    "Content Model Reference.txt": ELEMENTS,
    "Alternate Titles.txt": TITLES,
}

PAGE = "http://data.europa.eu/esco"
DIRECTOR = f"{PAGE}/occupation/00030d09-2b3a-4efd-87cc-c4ea39d27c34"
SPREADSHEETS = f"{PAGE}/skill/1973c966-f236-40c9-b2d4-5d71a89019be"
ADVICE = f"{PAGE}/skill/045f71e6-0699-4169-8a54-9c6b96f3174d"
SQL = f"{PAGE}/skill/598de5b0-5b58-4ea7-8058-a4bc4d18c742"
ESCO: dict[str, str] = {
    "occupations_en.csv": (
        "conceptType,conceptUri,iscoGroup,preferredLabel,altLabels,hiddenLabels,status,description\n"
        f'Occupation,{DIRECTOR},2166,technical director,"head of technical\ntechnical supervisor",,released,'
        '"Technical directors realise the artistic visions, within technical constraints."\n'
        f"Occupation,{PAGE}/occupation/000e93a3-d956-4e45-aacb-f12c83fedf84,8121,"
        "metal drawing machine operator,,,released,\n"
    ),
    "skills_en.csv": (
        "conceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,hiddenLabels,description\n"
        f"KnowledgeSkillCompetence,{SQL},knowledge,sector-specific,SQL,Structured Query Language,,A query language.\n"
        f'KnowledgeSkillCompetence,{SPREADSHEETS},skill/competence,cross-sector,use spreadsheets software,"employ '
        'spreadsheets\nutilise spreadsheets",,Use software tools to create and edit tabular data.\n'
        f"KnowledgeSkillCompetence,{ADVICE},skill/competence,transversal,give advice to others,,,Offer suggestions.\n"
    ),
    "skillGroups_en.csv": (
        "conceptType,conceptUri,preferredLabel,altLabels,description\n"
        f"SkillGroup,{PAGE}/skill/S5.2.3,using digital tools,,Using software.\n"
        f"SkillGroup,{PAGE}/isced-f/0613,software and applications development,,\n"
    ),
    "occupationSkillRelations_en.csv": (
        "occupationUri,relationType,skillType,skillUri\n"
        f"{DIRECTOR},essential,skill/competence,{ADVICE}\n"
        f"{DIRECTOR},essential,skill/competence,{SPREADSHEETS}\n"
        f"{DIRECTOR},optional,knowledge,{SQL}\n"
        f"{DIRECTOR},optional,knowledge,{PAGE}/skill/00000000-0000-4000-8000-000000000000\n"
    ),
}


def packed(files: Mapping[str, str | bytes], folder: str = "db_29_3_text") -> bytes:
    """A zip file of a release, in a folder as it is published."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(f"{folder}/{name}" if folder else name, content)
    return written.getvalue()


def onet(files: Mapping[str, str | bytes] = ONET, name: str = "db_29_3_text.zip") -> Onet:
    """O*NET's release, opened."""
    return Onet(of_file(io.BytesIO(packed(files)), name))


def esco(files: Mapping[str, str | bytes] = ESCO, language: str = "") -> Esco:
    """ESCO's release, opened."""
    return Esco(of_file(io.BytesIO(packed(files, "")), "ESCO dataset.zip"), language)


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """A release unpacked into a folder."""
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
