"""The templates say stored facts, each with its source, and everything they say stands."""

import pytest

from recommendations.citing import Sentence, Source, check
from recommendations.gaps import Need, SkillGap
from recommendations.rationale import (
    CredentialFacts,
    Quote,
    RunFacts,
    grounds,
    rationale,
    run_grounds,
    summary,
)

PASSAGE = Source(
    "1", "The course treats joins as statements about rows. You learn SQL on real tables.", ("Joins",)
)
SQL = Need("sql", "SQL", 1.24, 4.0, 5, "measured")
STRETCH = Need("sql", "SQL", 4.5, 5.0, 5, "stretch")
ASSUMED = Need("writing", "Writing", 2.0, 3.0, 3, "assumed")
PROFILE = (
    SkillGap("sql", "SQL", 1.24, 4.0, 2.76),
    SkillGap("charts", "Charts", 3.5, 3.0, 0.0),
    SkillGap("writing", "Writing", None, 3.0, None),
)


def facts(**changed: object) -> CredentialFacts:
    given = {
        "title": "SQL Joins",
        "provider": "Harbour Data School",
        "hours": 12,
        "served": ((SQL, 3.0),),
        "subject": "SQL Query, join and aggregate tables.",
    }
    return CredentialFacts(**{**given, **changed})  # type: ignore[arg-type]


def run(**changed: object) -> RunFacts:
    given = {"role_name": "Data Analyst", "profile": PROFILE, "needs": (SQL,)}
    return RunFacts(**{**given, **changed})  # type: ignore[arg-type]


def text_of(sentences: list[Sentence]) -> str:
    return " ".join(map(str, sentences))


def test_a_rationale_names_gap_gain_effort_quotation_and_neighbours_with_their_sources() -> None:
    said = rationale(facts(holders=4, neighbours=15), [Quote("You learn SQL on real tables.", "1")])

    assert text_of(said) == (
        "SQL was measured at 1.2 of 5 and the role asks for 4.0; "
        "this credential leads to level 3.0 [profile][catalog]. "
        "It takes 12 hours with Harbour Data School [catalog]. "
        "Its document says: “You learn SQL on real tables.” [1] "
        "4 of the 15 learners with the most similar profile took it up [neighbours]."
    )


def test_what_is_quoted_in_part_goes_on_after_the_quotation() -> None:
    beginning = Quote("You learn SQL", "1", is_cut=True)
    said = rationale(facts(), [beginning])[-1]

    assert str(said) == "Its document says: “You learn SQL” … [1]"
    assert check([said], {"1": PASSAGE}, own=facts().names, others=[]).kept == (said,)


def test_what_is_not_known_is_not_said() -> None:
    assert text_of(rationale(facts(provider="", hours=1))) == (
        "SQL was measured at 1.2 of 5 and the role asks for 4.0; "
        "this credential leads to level 3.0 [profile][catalog]. "
        "It takes 1 hour [catalog]."
    )


def test_one_or_two_neighbours_are_not_spoken_of() -> None:
    assert "learners" not in text_of(rationale(facts(holders=2, neighbours=15)))
    assert "learners" in text_of(rationale(facts(holders=3, neighbours=15)))
    assert "neighbours" not in {source.mark for source in grounds(facts(holders=2, neighbours=15))}
    assert grounds(facts(holders=3, neighbours=15))[-1] == Source(
        "neighbours", "3 of the 15 learners with the most similar profile took it up."
    )


def test_a_credential_can_be_cited_for_what_is_stored_of_it() -> None:
    told = facts(unmet=("First Queries",), language="Brazilian Portuguese")

    profile, catalog = grounds(told)

    assert profile.text == "SQL was measured at level 1.2 of 5 and the role asks for 4.0."
    assert catalog.text == (
        "“SQL Joins” takes 12 hours and is offered by Harbour Data School. "
        "The credential leads to level 3.0 of 5 in SQL. It is taught in Brazilian Portuguese. "
        "It builds on First Queries, which should come first."
    )
    assert profile.names == catalog.names == ("SQL Joins", "Harbour Data School", "First Queries", "SQL")
    assert grounds(facts(provider=""))[1].text == (
        "“SQL Joins” takes 12 hours. The credential leads to level 3.0 of 5 in SQL."
    )


def test_a_run_can_be_cited_for_its_places_and_for_what_it_really_goes_without() -> None:
    told = run(missing=frozenset({"retrieval"}))

    profile, catalog, without = run_grounds(told, ["SQL Joins", "Charts"])

    assert profile.text == (
        "For Data Analyst, 1 of 2 measured skills is at the target. Not measured: Writing. "
        "SQL: level 1.2, target 4.0 of 5. Charts: level 3.5, target 3.0 of 5. Writing was not measured. "
        "The one gap: SQL (1.2 of 4.0)."
    )
    assert catalog.text == "Suggestions for these gaps: 1. SQL Joins. 2. Charts."
    assert without.text == "The catalog could not be searched, so no passages are quoted."
    assert [source.mark for source in run_grounds(run(), [])] == ["profile", "catalog"]


def test_the_language_of_a_credential_is_said_where_it_is_worth_a_word() -> None:
    said = text_of(rationale(facts(language="Brazilian Portuguese")))

    assert said.endswith("It is taught in Brazilian Portuguese [catalog].")
    assert "taught" not in text_of(rationale(facts()))


def test_unmet_prerequisites_are_named() -> None:
    said = text_of(rationale(facts(unmet=("First Queries", "Grouping"))))

    assert "It builds on First Queries and Grouping, which should come first [catalog]." in said


@pytest.mark.parametrize(
    ("need", "opening"),
    [
        (
            STRETCH,
            "SQL, measured at 4.5 of 5, is where the role needs it; this credential leads to level 5.0 [",
        ),
        (ASSUMED, "Writing was not measured and the role asks for 3.0; this credential leads to level 5.0 ["),
    ],
)
def test_a_stretch_and_an_assumed_need_are_called_so(need: Need, opening: str) -> None:
    assert text_of(rationale(facts(served=((need, 5.0),)))).startswith(opening)


@pytest.mark.parametrize("served", [((SQL, 3.0),), ((STRETCH, 5.0),), ((ASSUMED, 4.0), (SQL, 3.0))])
def test_every_sentence_of_a_rationale_stands(served: tuple[tuple[Need, float], ...]) -> None:
    told = facts(
        served=served, unmet=("First Queries",), holders=4, neighbours=15, language="Brazilian Portuguese"
    )
    sources = {source.mark: source for source in (*grounds(told), PASSAGE)}

    checked = check(
        rationale(told, [Quote("You learn SQL on real tables.", "1")]),
        sources,
        own=told.names,
        others=["Charts I"],
    )

    assert checked.dropped == ()
    assert checked.passages == 1


@pytest.mark.parametrize(
    "told",
    [
        run(),
        run(needs=(STRETCH,), profile=PROFILE[1:2]),
        run(needs=(ASSUMED,), profile=PROFILE[2:]),
        run(missing=frozenset({"neighbours", "retrieval", "essay_scores"})),
        run(missing=frozenset({"recommendations"})),
        run(needs=()),
        run(needs=(), profile=()),
    ],
    ids=["gaps", "stretch", "assumed", "without", "none", "nothing needed", "no skills"],
)
@pytest.mark.parametrize("titles", [["SQL Joins"], []])
def test_every_sentence_of_a_summary_stands(told: RunFacts, titles: list[str]) -> None:
    sources = {source.mark: source for source in (*run_grounds(told, titles), PASSAGE)}

    checked = check(
        summary(told, titles, "1" if titles else ""), sources, own=(*told.names, *titles), others=["Charts I"]
    )

    assert checked.dropped == ()


def test_a_summary_tells_standing_gaps_and_first_suggestion() -> None:
    assert text_of(summary(run(), ["SQL Joins"], "3")) == (
        "For Data Analyst, 1 of 2 measured skills is at the target. Not measured: Writing [profile]. "
        "The one gap: SQL (1.2 of 4.0) [profile]. First suggestion: SQL Joins [catalog][3]."
    )


def test_a_summary_of_several_gaps_names_the_heaviest() -> None:
    charts = Need("charts", "Charts", 2.0, 3.0, 3, "measured")
    said = text_of(summary(run(needs=(SQL, charts)), []))

    assert "The gaps that matter most: SQL (1.2 of 4.0) and Charts (2.0 of 3.0) [profile]." in said
    assert "No credential in the catalog closes these gaps [catalog]." in said


def test_three_gaps_are_named_and_no_more() -> None:
    needs = tuple(Need(name.lower(), name, 1.0, 3.0, 5, "measured") for name in ("A", "B", "C", "D"))

    assert "matter most: A (1.0 of 3.0), B (1.0 of 3.0) and C (1.0 of 3.0) [profile]." in text_of(
        summary(run(needs=needs), ["SQL Joins"])
    )


def test_a_summary_says_what_it_goes_without() -> None:
    assert text_of(summary(run(missing=frozenset({"neighbours", "retrieval"})), [])).endswith(
        "No credential in the catalog closes this gap [catalog]. "
        "The catalog could not be searched, so no passages are quoted [run]. "
        "There are too few past learners to compare with yet [run]."
    )


def test_a_run_that_was_given_up_promises_nothing_about_the_catalog() -> None:
    said = text_of(summary(run(profile=PROFILE[:1], missing=frozenset({"recommendations"})), []))

    assert said.endswith("The one gap: SQL (1.2 of 4.0) [profile]. No recommendations could be made [run].")


def test_one_without_gaps_and_one_of_whom_nothing_was_measured_are_told_so() -> None:
    stretch = text_of(summary(run(profile=PROFILE[1:2], needs=(STRETCH,)), ["Internals"]))
    assumed = text_of(summary(run(profile=PROFILE[2:], needs=(ASSUMED,)), ["Essays"]))

    assert "There is no gap to close; the suggestions go beyond the role in SQL [profile]." in stretch
    assert assumed.startswith("None of the skills of Data Analyst could be measured [profile].")
    assert "The suggestions follow what matters most for the role: Writing [profile]." in assumed


def test_one_without_gaps_for_whom_there_is_nothing_is_told_why() -> None:
    none_there = text_of(summary(run(profile=PROFILE[1:2], needs=(STRETCH,)), []))
    expert = text_of(summary(run(profile=PROFILE[1:2], needs=()), []))
    unknown = text_of(summary(run(profile=PROFILE[2:], needs=(ASSUMED,)), []))
    no_skills = text_of(summary(run(profile=(), needs=()), []))

    at_target = "For Data Analyst, 1 of 1 measured skills is at the target [profile]. "
    assert none_there == (
        at_target + "There is no gap to close [profile]. "
        "No credential in the catalog goes beyond the role there [catalog]."
    )
    assert expert == at_target + "There is no gap to close, and no level above to reach [profile]."
    assert unknown.endswith(
        "What matters most for the role: Writing [profile]. "
        "No credential in the catalog closes this gap [catalog]."
    )
    assert no_skills == "Data Analyst asks for no skills yet, so there is nothing to compare [profile]."


def test_a_gap_too_small_to_be_a_need_counts_as_none() -> None:
    nearly = (SkillGap("sql", "SQL", 3.75, 4.0, 0.25), SkillGap("charts", "Charts", 3.7, 4.0, 0.3))

    assert "For Data Analyst, 1 of 2 measured skills is at the target" in text_of(
        summary(run(profile=nearly), [])
    )
