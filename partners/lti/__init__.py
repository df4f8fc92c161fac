"""Students who come from a course of a learning platform: LTI 1.3 (ADR 69)."""
