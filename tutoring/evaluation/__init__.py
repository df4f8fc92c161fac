"""How well sessions are summarised, measured on transcripts that we wrote."""
