"""One essay question and answers of known quality, written for these tests."""

from decimal import Decimal
from typing import Any

from scoring.essays.task import EssayTask

PROMPT = (
    "A small museum wants to open on Monday evenings. Visitors, staff and neighbours see it differently. "
    "Recommend for or against it, weigh the consequences, and say how the museum could try it out first."
)
RUBRIC: dict[str, Any] = {
    "criteria": [
        {
            "key": "weighing",
            "name": "Weighing of consequences",
            "explanation": "Do you look at several groups and at gains as well as costs?",
            "guidance": "Look for visitors who work by day, overtime and rest of the staff, noise and parking for "
            "neighbours, extra ticket income against heating, light and wages.",
            "weight": "2",
            "skill": "problem-solving",
            "levels": [
                {"id": "l0", "name": "Absent", "points": "0", "description": "No consequence is weighed."},
                {"id": "l1", "name": "Thin", "points": "1", "description": "One side or one group only."},
                {"id": "l2", "name": "Sound", "points": "2", "description": "Two groups, gains and costs."},
                {
                    "id": "l3", "name": "Strong", "points": "3",
                    "description": "Visitors, staff and neighbours with gains and costs in figures or examples.",
                },
            ],
        },
        {
            "key": "trial",
            "name": "Trial",
            "explanation": "Do you propose a trial that would settle the question?",
            "guidance": "Expect a limited time, a count of visitors, a survey of staff and neighbours, and a rule "
            "fixed beforehand for going on or stopping.",
            "weight": "1",
            "skill": "research",
            "levels": [
                {"id": "t0", "name": "Absent", "points": "0", "description": "No trial is proposed."},
                {"id": "t1", "name": "Vague", "points": "1", "description": "A trial without measure or time."},
                {"id": "t2", "name": "Clear", "points": "2", "description": "A limited trial that is measured."},
            ],
        },
    ],
    "model_answer": "People who work by day cannot visit the museum, so a Monday evening would win new visitors. "
    "Staff would need a free morning in return, and wages, heating and light cost about as much as forty tickets. "
    "Neighbours fear noise and cars, so guests should be led to the public car park. "
    "I recommend to open for eight Mondays, count visitors and income, and ask staff and neighbours afterwards. "
    "If fewer than forty guests come on average, the museum should stop.",
    "grader_notes": "Either recommendation can earn the best level.",
}  # fmt: skip
ANSWER_FORMAT = {"min_words": 40, "max_words": 250}

STRONG = """I recommend opening on Monday evenings, but only after a trial.

Many people work until six, so at present they can never visit the museum. For example, teachers and nurses \
in our town asked for later hours. The income from tickets has to pay for wages, heating and light; with thirty to \
forty guests an evening it would. Staff would lose an evening with their families, therefore they should get \
Monday morning free and a bonus for overtime. Neighbours may suffer from noise and parked cars, so visitors \
should be sent to the public car park and the doors should close at nine.

The museum could try it for two months. It would count visitors and income every Monday, and afterwards it would \
ask staff and neighbours in a short survey. Before the trial begins, it should decide that it stops if fewer than \
thirty guests come on average."""
MIDDLING = """I think the museum should open on Monday evenings because people who work in the day could come. The \
staff would have to work longer, and that costs money for wages and light. Some neighbours will not like the \
cars. The museum could try it for some weeks and see if enough visitors come."""
WEAK = """It is a good idea to open on Monday evenings. Museums are nice and people should go there more often. I \
like the pictures there and I would go with my friends too. Everybody would be happy about it, and I am sure that \
it will be a success."""
OFF_TOPIC = """Photosynthesis is the process by which green plants make sugar from carbon dioxide and water. It takes \
place in the chloroplasts, which contain chlorophyll. Light energy is used to split water, and oxygen is released \
into the air. Therefore the rate depends on light and temperature, and it is lower in winter than in summer."""


def essay(answer: str, *, question_id: str = "q1", maximum: str = "6", **changes: Any) -> EssayTask:
    """The museum question with this answer; `changes` replace parts of the rubric."""
    return EssayTask.from_rubric(
        question_id=question_id,
        prompt=PROMPT,
        answer=answer,
        rubric={**RUBRIC, **changes},
        maximum=Decimal(maximum),
        answer_format=ANSWER_FORMAT,
    )
