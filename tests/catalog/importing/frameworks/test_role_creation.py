"""Roles and skills that are made from occupations."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from catalog.importing.frameworks.framework import Profile, Source
from catalog.importing.frameworks.planning import capital, cut, plan
from catalog.importing.frameworks.role_creation import Made, NothingChosen, make
from catalog.models import JobRole, RoleSkill, Skill
from ops.models import AuditLog
from tests.catalog.importing.frameworks.releases import DESIGNER, DIRECTOR, ESCO, ONET, SQL, esco, onet
from tests.factories.accounts import AdminFactory
from tests.factories.catalog import JobRoleFactory, RoleSkillFactory, SkillFactory

pytestmark = pytest.mark.django_db
SOURCE = onet().source


def designer() -> Profile:
    return onet().profiles([DESIGNER], level=Decimal(3))[DESIGNER]


def director() -> Profile:
    return esco().profiles([DIRECTOR], level=Decimal(3))[DIRECTOR]


def made(
    profile: Profile | None = None, source: Source = SOURCE, *, role: JobRole | None = None, most: int = 10
) -> Made:
    profile = profile or designer()
    chosen = plan(profile, source, role=role).taken_by_default(most)
    return make(profile, source, role=role, chosen=chosen, by=None)


def needs(role: JobRole) -> list[tuple[str, str, int]]:
    rows = role.role_skills.order_by("-importance", "-target_level", "skill__key")
    return [(row.skill.key, str(row.target_level), row.importance) for row in rows]


def test_a_role_is_made_inactive_with_its_most_important_skills() -> None:
    done = made(most=4)

    role = JobRole.objects.get()
    assert (role.key, role.name, role.active) == (
        "commercial-and-industrial-designers", "Commercial and Industrial Designers", False,
    )  # fmt: skip
    assert role.description == f"Design and develop manufactured products, such as cars.\n\n{SOURCE.credit}"
    assert needs(role) == [
        ("design", "4.25", 5), ("adobe-illustrator", "3.00", 4), ("figma", "3.00", 4), ("active-listening", "2.75", 4),
    ]  # fmt: skip
    assert (done.is_new, done.skills, done.linked, done.asked, done.changed) == (True, 4, 0, 4, 0)
    design = Skill.objects.get(key="design")
    assert (design.onet_id, design.category) == ("2.C.3.c", "knowledge")
    assert design.description.startswith("Knowledge of design techniques")


def test_a_second_time_makes_nothing() -> None:
    role = made().role
    stood = needs(role)

    assert plan(designer(), SOURCE).taken_by_default() == set()
    with pytest.raises(NothingChosen):
        made()
    again = make(designer(), SOURCE, role=None, chosen=range(10), by=None)

    assert (again.skills, again.linked, again.asked, again.changed) == (0, 0, 0, 0)
    assert needs(role) == stood
    assert AuditLog.objects.filter(action="job_role.imported").count() == 1


def test_skills_that_share_a_name_stay_two() -> None:
    made()

    assert list(
        Skill.objects.filter(name__startswith="Math").order_by("key").values_list("key", "name", "onet_id")
    ) == [
        ("mathematics", "Mathematics", "2.C.4.a"),
        ("mathematics-2-a-1-e", "Mathematics (skill)", "2.A.1.e"),
    ]


def test_a_skill_is_found_by_its_id_whatever_it_is_called() -> None:
    held = SkillFactory(key="reading", name="Reading closely", onet_id="2.A.1.a", description="Ours.")

    role = made().role

    assert ("reading", "3.00", 4) in needs(role)
    held.refresh_from_db()
    assert (held.name, held.description) == ("Reading closely", "Ours.")


def test_a_skill_is_found_by_its_name_and_gets_the_id() -> None:
    SkillFactory(key="listening", name="active LISTENING", description="Ours.")

    done = made()

    held = Skill.objects.get(key="listening")
    assert (held.onet_id, held.name, held.description) == ("2.A.1.b", "active LISTENING", "Ours.")
    assert done.linked == 1
    (row,) = [row for row in plan(designer(), SOURCE).rows if row.key == "listening"]
    assert (row.adds_id, row.notes) == (False, ())


def test_a_skill_of_that_name_with_another_id_is_another_skill() -> None:
    SkillFactory(key="design", name="Design", onet_id="2.B.3.b")

    made()

    assert list(Skill.objects.filter(onet_id="2.C.3.c").values_list("key", "name")) == [
        ("design-2-c-3-c", "Design (knowledge)")
    ]


def test_a_key_that_is_taken_by_another_skill_is_not_taken_away() -> None:
    SkillFactory(key="active-listening", name="Podcasts")

    made()

    assert Skill.objects.get(onet_id="2.A.1.b").key == "active-listening-2-a-1-b"


def test_a_technology_that_was_renamed_is_found_again() -> None:
    made()
    Skill.objects.filter(key="figma").update(name="Figma, the drawing tool")

    assert plan(designer(), SOURCE).taken_by_default() == set()


def test_what_the_role_asks_for_otherwise_stays_unless_it_is_chosen() -> None:
    role = JobRoleFactory(key="designer", name="Designer")
    RoleSkillFactory(
        role=role, skill=SkillFactory(key="design", name="Design"), target_level=Decimal(2), importance=3
    )
    RoleSkillFactory(role=role, skill=SkillFactory(key="drawing"), target_level=Decimal(2), importance=3)

    first = made(role=role, most=2)
    assert needs(role) == [("active-listening", "2.75", 4), ("design", "2.00", 3), ("drawing", "2.00", 3)]
    assert plan(designer(), SOURCE, role=role).rows[0].stands == (Decimal(2), 3)

    second = make(designer(), SOURCE, role=role, chosen=[0], by=None)
    assert needs(role) == [("design", "4.25", 5), ("active-listening", "2.75", 4), ("drawing", "2.00", 3)]
    assert (first.is_new, first.changed, second.changed, second.asked) == (False, 0, 1, 0)


def test_a_role_is_found_again_by_its_name_and_keeps_what_it_says() -> None:
    role = JobRoleFactory(key="id", name="commercial and industrial designers", description="Ours.")

    assert made().role == role
    role.refresh_from_db()
    assert (role.description, role.active) == ("Ours.", True)


def test_both_frameworks_give_one_skill_an_id_each() -> None:
    SkillFactory(key="sql", name="SQL", onet_id="43232306")

    made(director(), esco().source)

    held = Skill.objects.get(key="sql")
    assert (held.onet_id, held.esco_uri) == ("43232306", SQL)


def test_names_that_are_too_long_or_in_other_letters_are_taken_all_the_same() -> None:
    long = "a word and " * 30
    files = {
        "occupations_el.csv": ESCO["occupations_en.csv"].replace("technical director", long.strip()),
        "skills_el.csv": ESCO["skills_en.csv"]
        .replace("give advice to others", "συμβουλές")
        .replace("SQL", long),
        "occupationSkillRelations_el.csv": ESCO["occupationSkillRelations_en.csv"],
    }

    done = made(esco(files).profiles([DIRECTOR], level=Decimal(3))[DIRECTOR], esco().source)

    assert done.role.name == "A word and a word and a word and a word and a word and a word…"
    assert Skill.objects.get(name="Συμβουλές").key == "esco-045f71e6-0699-4169-8a54-9c6b96f3174d"
    assert len(Skill.objects.get(esco_uri=SQL).name) == 117


@pytest.mark.django_db(transaction=True)
def test_of_many_who_make_the_same_at_once_one_makes_it() -> None:
    profile, together = designer(), Barrier(4)

    def one(_: int) -> int:
        together.wait()
        try:
            return make(profile, SOURCE, role=None, chosen=range(10), by=None).skills
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as hands:
        assert sorted(hands.map(one, range(4))) == [0, 0, 0, 8]
    assert (JobRole.objects.count(), Skill.objects.count(), RoleSkill.objects.count()) == (1, 8, 8)


def test_of_an_occupation_of_which_nothing_is_chosen_nothing_is_made() -> None:
    with pytest.raises(NothingChosen):
        make(designer(), SOURCE, role=None, chosen=[], by=None)

    assert [model.objects.count() for model in (JobRole, Skill, RoleSkill)] == [0, 0, 0]


def test_the_trail_says_who_made_what_of_which_occupation() -> None:
    admin = AdminFactory()

    done = make(designer(), SOURCE, role=None, chosen=[0], by=admin)

    line = AuditLog.objects.get(action="job_role.imported")
    assert (line.actor_id, line.resource_id) == (admin.pk, done.role.pk)
    assert line.metadata == {
        "source": "O*NET", "occupation": DESIGNER, "skills_made": 1, "skills_linked": 0, "asked": 1, "changed": 0,
        "skills": [str(Skill.objects.get().pk)],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "begun"),
    [
        ("use databases", "Use databases"),
        ("iOS", "iOS"),
        ("SQL", "SQL"),
        ("çeviri yapmak", "Çeviri yapmak"),
        ("3D", "3D"),
    ],
)
def test_names_begin_with_a_capital_as_the_catalogs_do(name: str, begun: str) -> None:
    assert capital(name) == begun


def test_technologies_keep_their_spelling() -> None:
    files = {**ONET, "Technology Skills.txt": ONET["Technology Skills.txt"].replace("Figma", "pandas")}

    made(onet(files).profiles([DESIGNER], level=Decimal(3))[DESIGNER])

    assert Skill.objects.filter(name="pandas").exists()


@pytest.mark.parametrize(
    ("text", "cut_to_12"),
    [("short", "short"), ("two words and more", "two words…"), ("x" * 20, "x" * 11 + "…")],
)
def test_a_name_is_cut_between_words(text: str, cut_to_12: str) -> None:
    assert cut(text, 12) == cut_to_12
