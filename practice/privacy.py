"""What of this app's tables is personal."""

from microcred.privacy import ErasureAction, Purpose, table

TABLES = (
    table(
        "practice.PracticeItem", Purpose.PRACTICE,
        none="id key skill question_type prompt choices answer_format hints difficulty seconds generator seed "
        "author_model rating deviation answers active held_at looked_at created_at updated_at",
        staff="rules solution",
    ),
    table(
        "practice.PracticeDraft", Purpose.PRACTICE,
        none="id job_id number skill content model prompt_version checks status item decided_at made_at",
        other="decided_by",
    ),
    table(
        "practice.PracticeReport", Purpose.PRACTICE, ErasureAction.DELETED, people="assignment__user",
        content="comment", link="id assignment", about="reason reported_at", none="looked_at",
    ),
    table(
        "practice.SkillRating", Purpose.PRACTICE, ErasureAction.DELETED, people="user",
        link="id user", about="skill rating deviation answers updated_at",
    ),
    table(
        "practice.PracticeAssignment", Purpose.PRACTICE, ErasureAction.DELETED, people="user",
        link="id user",
        about="skill question difficulty expected is_repeat status attempts hints_shown share performance "
        "reason rating_before rating_after experience assigned_at completed_at",
        none="item seconds", staff="key",
    ),
    table(
        "practice.PracticeAnswer", Purpose.PRACTICE, ErasureAction.DELETED, people="assignment__user",
        content="answer", link="id assignment", about="number share answered_at",
    ),
    table(
        "practice.PracticeGoal", Purpose.PRACTICE, ErasureAction.DELETED, people="user",
        content="title tags", link="id user",
        about="skill target_difficulty start due_on status reached_at created_at updated_at", none="version",
    ),
    table(
        "practice.PracticeGoalSkill", Purpose.PRACTICE, ErasureAction.DELETED, people="goal__user",
        link="id goal", about="skill start",
    ),
    table(
        "practice.TaughtSkill", Purpose.PRACTICE, ErasureAction.DELETED, people="user",
        link="id user reference", about="skill held_at",
    ),
    table(
        "practice.CompletedStep", Purpose.PRACTICE, ErasureAction.DELETED, people="user",
        link="id user reference", about="source experience completed_at",
    ),
    table(
        "practice.PracticeOverride", Purpose.PRACTICE, ErasureAction.DELETED, people="student",
        link="id student goal_id withdrawn", other="made_by",
        about="skill further_skills kind before after reason made_at",
    ),
)  # fmt: skip
