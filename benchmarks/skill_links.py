"""How often the skill of ESCO that people would choose is among those that are suggested for a skill of ours.

What is right was judged by hand: ``skill_links.json`` names 60 elements of O*NET and 20 skills of the demonstration
catalog with every concept of ESCO's groups, transversal and ICT skills that would do; for thirteen there is none.

    .venv/bin/python benchmarks/skill_links.py ESCO [--titles TITLES --onet ONET]

ESCO is a folder with ``skillGroups_en.csv``, ``transversalSkillsCollection_en.csv`` and ``ictSkillsCollection_en.csv``.
With TITLES, a CSV of job titles and the codes of their occupations (``soc``, ``reported_title``), and a release of the
O*NET database it also measures how often an occupation is found by a title. There is no goal.
"""

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.database import set_up

JUDGED = Path(__file__).with_name("skill_links.json")
TOP = 8


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("esco", type=Path)
    parser.add_argument("--onet", type=Path)
    parser.add_argument("--titles", type=Path)
    given = parser.parse_args()
    set_up()
    measure_links(given.esco)
    if given.onet and given.titles:
        measure_titles(given.onet, given.titles)


def measure_links(folder: Path) -> None:
    """Print how often the right concept stands first and among three, by words and by words and meaning."""
    from catalog.importing.frameworks.esco import Esco
    from catalog.importing.frameworks.linking import Links, UnlinkedSkill, text_of
    from catalog.importing.frameworks.tables import of_folder
    from microcred.ai import providers

    judged = json.loads(JUDGED.read_text("utf-8"))["skills"]
    known = Links(Esco(of_folder(folder)).concepts())
    embedder = providers.local_embedder()
    theirs = embedder.embed([text_of(one.name, one.description) for one in known.concepts])
    ours = embedder.embed([text_of(one["name"], one["description"]) for one in judged])
    print(f"{len(judged)} skills, {len(known.concepts)} concepts")
    for label, meanings in (("words", None), ("words and meaning", (ours @ theirs.T).tolist())):
        found = [
            known.suggest(
                UnlinkedSkill(one["key"], one["name"], one["description"]),
                meaning=meanings[place] if meanings else None,
            )
            for place, one in enumerate(judged)
        ]
        for of in ("O*NET", "seed catalog"):
            shares(
                f"{label}, {of}", [pair for pair in zip(judged, found, strict=True) if pair[0]["of"] == of]
            )


def shares(label: str, pairs: Sequence[tuple[dict[str, Any], Sequence[Any]]]) -> None:
    """Print the shares of one set."""
    has = [
        (one["right"], [suggestion.concept.name for suggestion in found])
        for one, found in pairs
        if one["right"]
    ]
    first = sum(bool(names) and names[0] in right for right, names in has)
    three = sum(any(name in right for name in names) for right, names in has)
    none = [found for one, found in pairs if not one["right"]]
    print(
        f"{label}: first {first} of {len(has)}, among three {three}; "
        f"something suggested where nothing is right {sum(map(bool, none))} of {len(none)}"
    )


def measure_titles(release: Path, titles: Path) -> None:
    """Print how often the occupation of a job title is found first, and among those that the page shows."""
    from catalog.importing.frameworks.onet import Onet
    from catalog.importing.frameworks.searching import found
    from catalog.importing.frameworks.tables import of_file, of_folder

    with titles.open(encoding="utf-8", newline="") as file:
        asked = [(row["soc"], row["reported_title"]) for row in csv.DictReader(file)]
    if release.is_dir():
        occupations = Onet(of_folder(release)).occupations()
    else:
        with release.open("rb") as packed:
            occupations = Onet(of_file(packed, release.name)).occupations()
    places = [[one.code for one in found(occupations, title, most=TOP)] for _, title in asked]
    first = sum(codes[:1] == [soc] for (soc, _), codes in zip(asked, places, strict=True))
    shown = sum(soc in codes for (soc, _), codes in zip(asked, places, strict=True))
    print(f"{len(asked)} titles, {len(occupations)} occupations: first {first / len(asked):.3f}, ", end="")
    print(f"among {TOP} {shown / len(asked):.3f}")


if __name__ == "__main__":
    main()
