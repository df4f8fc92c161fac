"""Logging in through the institution: OpenID Connect, by a code that is exchanged once (ADR 66)."""
