"""What of this app's tables is personal."""

from microcred.privacy import ErasureAction, Purpose, ShorterRetention, table

MINE = "assessment__user"

TABLES = (
    table(
        "scoring.RuleScore", Purpose.SCORING, ErasureAction.DELETED, people=MINE,
        link="id assessment question_snapshot response", about="score maximum explanation engine_version created_at",
        staff="staff_explanation rules_applied", none="question_version",
    ),
    table(
        "scoring.EssayScore", Purpose.SCORING, ErasureAction.DELETED, people=MINE,
        link="id assessment question_snapshot response",
        about="run source outcome score maximum scored_weight uncertainty band_low band_high provider model "
        "prompt_version created_at",
        staff="explanation flags response_payload", other="scored_by",
        none="input_tokens output_tokens latency_ms cost_microcents question_version",
    ),
    table(
        "scoring.CriterionMark", Purpose.SCORING, ErasureAction.DELETED, people="essay_score__assessment__user",
        link="essay_score", about="position criterion_name status level_name reason quotes absence",
        staff="criterion_key skill_key level_id points maximum weight note", none="id carried",
    ),
    table(
        "scoring.ProfileRun", Purpose.SCORING, ErasureAction.DELETED, people=MINE,
        link="id assessment", about="run created_at",
    ),
    table(
        "scoring.SkillEstimate", Purpose.SCORING, ErasureAction.DELETED, people=MINE,
        link="id assessment", about="run skill level deviation evidence correction created_at",
    ),
    table(
        "scoring.ScoreOverride", Purpose.SCORING, ErasureAction.DELETED, people=MINE,
        link="id assessment question_snapshot response", about="run score maximum explanation created_at",
        other="scored_by",
    ),
    table(
        "scoring.ScoreChange", Purpose.SCORING, ErasureAction.DELETED, people=MINE,
        link="id assessment question_snapshot", about="criterion_name kind reason before after made_at",
        other="made_by", none="criterion_key",
    ),
    table(
        "scoring.SeenNotice", Purpose.SCORING, ErasureAction.DELETED, people="change__assessment__user",
        link="change decision check_made", about="seen_at", none="id",
    ),
    table(
        "scoring.Appeal", Purpose.SCORING, ErasureAction.DELETED, people=MINE,
        link="id assessment question_snapshot submitted_by", about="criterion_name status submitted_at",
        none="criterion_key",
    ),
    table(
        "scoring.AppealMessage", Purpose.SCORING, ErasureAction.DELETED, people="appeal__assessment__user",
        link="appeal", content="text", about="author_role sent_at", other="author", none="id",
    ),
    table(
        "scoring.AppealDecision", Purpose.SCORING, ErasureAction.DELETED, people="appeal__assessment__user",
        link="appeal", about="outcome reason before after found decided_at", other="decided_by", none="id",
    ),
    table(
        "scoring.SkillContest", Purpose.SCORING, ErasureAction.DELETED, people=MINE,
        link="id assessment submitted_by", content="reason", about="skill level deviation submitted_at",
    ),
    table(
        "scoring.SkillCheck", Purpose.SCORING, ErasureAction.DELETED, people="contest__assessment__user",
        link="contest", about="outcome before level reason checked_at", other="checked_by", none="id",
    ),
    table(
        "scoring.ReviewTask", Purpose.SCORING, ErasureAction.DELETED, people=MINE,
        link="assessment question_snapshot essay_score rule_score", about="reasons created_at done_at withdrawn_at",
        staff="first_marks", other="claimed_by done_by", none="id question lease_until",
    ),
    table(
        "scoring.RescoredLine", Purpose.SCORING, ErasureAction.DELETED, people=MINE,
        link="assessment",
        about="before_score before_maximum after_score after_maximum change applied obstacle",
        staff="moves is_ranked top_before top_after", none="id rescoring",
    ),
    table(
        "scoring.Rescoring", Purpose.SCORING,
        none="id question question_version mode state reason no_loss done total moved requested_at ended_at",
        other="requested_by",
    ),
    table(
        "scoring.CalibrationExample", Purpose.SCORING, ErasureAction.DELETED, people=MINE,
        link="assessment", about="question created_at", staff="text levels note", none="id active",
    ),
    table(
        "scoring.ReviewerCalibration", Purpose.SCORING, ErasureAction.KEPT, people="reviewer",
        link="reviewer", about="question agreement passed created_at", staff="marks", none="id examples_hash",
    ),
    table(
        "scoring.ModelCall", Purpose.MODEL_CALLS, ErasureAction.DELETED, people=f"{MINE} person",
        link="id assessment person",
        about="purpose reading provider host model prompt_version texts started_at state outcome answered_model "
        "settled_at",
        none="batch prompt_sha256 input_sha256 job_id attempt correlation_id month reserved_microcents input_tokens "
        "output_tokens latency_ms cost_microcents cost_is_estimate kept_as",
    ),
    # The prompt and the reply about an essay name the key of the question; what was sent of an answer is the person's
    # own, and so is all that was sent and said about what they asked, and about their sessions. Of these the lines must
    # not outlast the transcript that they are from.
    table(
        "scoring.ModelCallContent", Purpose.MODEL_CALLS, ErasureAction.DELETED, ages_by="created_at",
        keep="MODEL_TEXTS", sooner=(ShorterRetention("call__purpose", "summaries", "TRANSCRIPTS"),),
        people="question_snapshot__assessment__user call__person",
        link="call question_snapshot", content="text", about="kind label replaced created_at",
        none="id fingerprint",
    ),
    table("scoring.ModelCallClaim", Purpose.MODEL_CALLS, none="id call fingerprint reading expires_at"),
    table(
        "scoring.ModelBatch", Purpose.MODEL_CALLS,
        none="id question question_version provider host model prompt_version state outcome detail "
        "provider_batch_id provider_status requests created_at sent_at asked_at ended_at",
        other="requested_by",
    ),
    table(
        "scoring.ScorerRelease", Purpose.SCORING,
        none="id kind version provider host model golden_version thresholds_version replies passed active figures "
        "cost_microcents made_at",
        other="made_by",
    ),
    table(
        "scoring.ScorerVersion", Purpose.SCORING,
        none="id question version format encoder data_hash task_hash figures artefact passed active gate gated_at "
        "created_at",
        other="trained_by",
    ),
    table(
        "scoring.ScorerActivation", Purpose.SCORING,
        none="id release scorer_version replaced reason made_at", other="made_by",
    ),
)  # fmt: skip
