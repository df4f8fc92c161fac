"""Every sentence comes from a stored fact or stands in a stored passage."""

from recommendations.gaps import Need, SkillGap
from recommendations.rationale import CredentialFacts, Quote, quotation, rationale, summary

SNIPPET = "The course treats joins as statements about rows. You learn SQL on real tables."
SQL = Need("sql", "SQL", 1.24, 4.0, 5, "measured")


def facts(**changed: object) -> CredentialFacts:
    given = {
        "title": "SQL Joins",
        "provider": "Harbour Data School",
        "hours": 12,
        "served": ((SQL, 3.0),),
        "subject": "SQL Query, join and aggregate tables.",
    }
    return CredentialFacts(**{**given, **changed})  # type: ignore[arg-type]


def test_a_rationale_names_gap_gain_effort_quotation_and_neighbours() -> None:
    text = rationale(facts(quotes=(Quote(SNIPPET, "https://example.org/joins"),), holders=4, neighbours=15))

    assert text == (
        "SQL was measured at 1.2 of 5 and the role asks for 4.0; this credential leads to level 3.0. "
        "It takes 12 hours with Harbour Data School. "
        "Its document says: “You learn SQL on real tables.” (https://example.org/joins) "
        "4 of the 15 learners with the most similar profile took it up."
    )


def test_what_is_not_known_is_not_said() -> None:
    assert rationale(facts(provider="", hours=1)) == (
        "SQL was measured at 1.2 of 5 and the role asks for 4.0; this credential leads to level 3.0. "
        "It takes 1 hour."
    )


def test_one_or_two_neighbours_are_not_spoken_of() -> None:
    assert "learners" not in rationale(facts(holders=2, neighbours=15))
    assert "learners" in rationale(facts(holders=3, neighbours=15))


def test_unmet_prerequisites_are_named() -> None:
    text = rationale(facts(unmet=("First Queries", "Grouping")))

    assert "It builds on First Queries and Grouping, which should come first." in text


def test_a_stretch_and_an_assumed_need_are_called_so() -> None:
    stretch = Need("sql", "SQL", 4.5, 5.0, 5, "stretch")
    assumed = Need("sql", "SQL", 3.0, 4.0, 5, "assumed")

    assert rationale(facts(served=((stretch, 5.0),))).startswith(
        "SQL, measured at 4.5 of 5, is where the role needs it; this credential leads to level 5.0."
    )
    assert rationale(facts(served=((assumed, 4.0),))).startswith(
        "SQL was not measured and the role asks for 4.0; this credential leads to level 4.0."
    )


def test_the_sentence_that_says_most_about_the_skill_is_quoted_from_whichever_passage_has_it() -> None:
    audience, content = (
        Quote("For analysts who know some SQL.", "https://example.org/a"),
        Quote("First come aims. You query and join tables with SQL.", "https://example.org/b"),
    )

    said = rationale(facts(quotes=(audience, content)))

    assert "“You query and join tables with SQL.” (https://example.org/b)" in said
    assert "“For analysts who know some SQL.” (https://example.org/a)" in rationale(facts(quotes=(audience,)))


def test_a_quotation_stands_in_its_snippet_and_of_equals_the_first_is_taken() -> None:
    assert quotation([("", SNIPPET)], "SQL tables") == (0, "You learn SQL on real tables.")
    assert quotation([("", SNIPPET)], "joining") == (0, "The course treats joins as statements about rows.")
    assert quotation([("", SNIPPET), ("", "Joins.")], "Charts") == (
        0,
        "The course treats joins as statements about rows.",
    )
    assert quotation([], "SQL") == (0, "")


def test_what_sends_the_reader_elsewhere_or_tells_whom_it_is_for_is_quoted_last() -> None:
    audience = ("Who it is for", "Analysts who query tables with SQL.")
    steering = ("Topics", "Those who query SQL tables should choose another course. You sort rows.")

    assert quotation([audience, steering], "SQL query tables") == (1, "You sort rows.")
    assert quotation([audience], "SQL query tables") == (0, "Analysts who query tables with SQL.")


def test_a_long_sentence_is_quoted_in_part_and_still_word_for_word() -> None:
    snippet = "  ".join(f"word{number}" for number in range(60))

    _, quoted = quotation([("", snippet)], "")

    assert quoted in snippet
    assert len(quoted.split()) == 45


PROFILE = [
    SkillGap("sql", "SQL", 1.24, 4.0, 2.76),
    SkillGap("charts", "Charts", 3.5, 3.0, 0.0),
    SkillGap("writing", "Writing", None, 3.0, None),
]


def test_a_summary_tells_standing_gaps_and_first_suggestion() -> None:
    text = summary(role_name="Data Analyst", profile=PROFILE, needs=[SQL], titles=["SQL Joins"], missing=[])

    assert text == (
        "For Data Analyst, 1 of 2 measured skills is at the target. Not measured: Writing. "
        "The gaps that matter most: SQL (1.2 of 4.0). First suggestion: SQL Joins."
    )


def test_a_summary_says_what_it_goes_without() -> None:
    text = summary(
        role_name="Data Analyst", profile=PROFILE, needs=[SQL], titles=[], missing=["neighbours", "retrieval"]
    )

    assert text.endswith(
        "No credential in the catalog closes these gaps. "
        "The catalog could not be searched, so no passages are quoted. "
        "There are too few past learners to compare with yet."
    )


def test_a_run_that_was_given_up_promises_nothing_about_the_catalog() -> None:
    text = summary(
        role_name="Data Analyst", profile=PROFILE[:1], needs=[SQL], titles=[], missing=["recommendations"]
    )

    assert text == (
        "For Data Analyst, 0 of 1 measured skills are at the target. "
        "The gaps that matter most: SQL (1.2 of 4.0). No recommendations could be made."
    )


def test_one_without_gaps_is_told_so() -> None:
    stretch = Need("sql", "SQL", 4.5, 5.0, 5, "stretch")

    text = summary(
        role_name="Data Analyst", profile=PROFILE[1:2], needs=[stretch], titles=["Internals"], missing=[]
    )

    assert text == (
        "For Data Analyst, 1 of 1 measured skills is at the target. "
        "There is no gap to close; the suggestions go beyond the role in SQL. First suggestion: Internals."
    )


def test_one_of_whom_nothing_was_measured_is_told_so() -> None:
    assumed = Need("writing", "Writing", 2.0, 3.0, 3, "assumed")

    text = summary(
        role_name="Data Analyst", profile=PROFILE[2:], needs=[assumed], titles=["Essays"], missing=[]
    )

    assert text == (
        "None of the skills of Data Analyst could be measured. "
        "The suggestions follow what matters most for the role: Writing. First suggestion: Essays."
    )
