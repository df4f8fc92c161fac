"""What browsers and programs call themselves, in words."""

import pytest

from accounts.user_agents import describe_user_agent

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/130.0.0.0 Safari/537.36", "Chrome on Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        (f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {WEBKIT} Chrome/130.0 Mobile Safari/537.36", "Chrome on Android"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/130.0.0.0 Safari/537.36", "Chrome on ChromeOS"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox on macOS"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari on an iPhone",
        ),
        ("Mozilla/5.0 Firefox/132.0", "Firefox"),
        ("Mozilla/5.0 (compatible; Nobody)", "Mozilla/5.0 (compatible; Nobody)"),
        ("curl/8.5.0", "curl 8.5.0"),
        ("python-httpx/0.28.1", "python-httpx 0.28.1"),
        ("The canteen's terminal", "The canteen's terminal"),
        ("", "Unknown"),
    ],
)  # fmt: skip
def test_agents_are_told_in_words(agent: str, expected: str) -> None:
    assert describe_user_agent(agent) == expected
