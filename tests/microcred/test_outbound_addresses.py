"""Whom webhooks may be sent to, as far as the URL tells."""

import ipaddress

import pytest

from microcred.outbound_addresses import ParsedURL, UrlRefused, is_public, parse_url
from tests.microcred.spellings import MALFORMED, PRIVATE_ADDRESSES, PUBLIC_ADDRESSES, SPELLINGS


class TestAddresses:
    """What counts as the public internet."""

    @pytest.mark.parametrize("text", PRIVATE_ADDRESSES)
    def test_special_addresses_are_not_public(self, text: str) -> None:
        assert not is_public(ipaddress.ip_address(text))

    @pytest.mark.parametrize("text", PUBLIC_ADDRESSES)
    def test_their_neighbours_are(self, text: str) -> None:
        assert is_public(ipaddress.ip_address(text))


class TestUrls:
    """What can be told of a URL without asking anybody."""

    @pytest.mark.parametrize("url", SPELLINGS)
    def test_no_spelling_of_a_private_address_is_taken(self, url: str) -> None:
        with pytest.raises(UrlRefused):
            parse_url(url)

    @pytest.mark.parametrize("url", MALFORMED)
    def test_what_is_no_plain_https_url_is_refused(self, url: str) -> None:
        with pytest.raises(UrlRefused):
            parse_url(url)

    @pytest.mark.parametrize(
        ("url", "place", "authority"),
        [
            ("https://example.org", ParsedURL("https", "example.org", 443, "/"), "example.org"),
            ("https://Example.ORG./a?b=c", ParsedURL("https", "example.org", 443, "/a?b=c"), "example.org"),
            ("https://example.org:443/", ParsedURL("https", "example.org", 443, "/"), "example.org"),
            ("https://example.org:8443/", ParsedURL("https", "example.org", 8443, "/"), "example.org:8443"),
            ("https://example.org:80/", ParsedURL("https", "example.org", 80, "/"), "example.org:80"),
            (
                "https://bücher.example/",
                ParsedURL("https", "xn--bcher-kva.example", 443, "/"),
                "xn--bcher-kva.example",
            ),
            ("https://8.8.8.8/", ParsedURL("https", "8.8.8.8", 443, "/"), "8.8.8.8"),
            (
                "https://[2606:4700:4700::1111]:8443/x",
                ParsedURL("https", "2606:4700:4700::1111", 8443, "/x"),
                "[2606:4700:4700::1111]:8443",
            ),
        ],
    )
    def test_a_good_url_is_read_in_one_way(self, url: str, place: ParsedURL, authority: str) -> None:
        assert parse_url(url) == place
        assert place.authority == authority

    def test_the_message_does_not_repeat_the_url(self) -> None:
        with pytest.raises(UrlRefused) as refusal:
            parse_url("https://user:opensesame@example.org/")

        assert "opensesame" not in refusal.value.message

    @pytest.mark.parametrize("url", ["http://127.0.0.1:9000/", "http://localhost/", "http://10.0.0.1:22/"])
    def test_private_places_are_taken_where_the_setting_says_so(self, url: str) -> None:
        parse_url(url, allow_private=True)

    @pytest.mark.parametrize("url", ["http://user@127.0.0.1/", "file:///etc/passwd", "http://127.0.0.1/\n"])
    def test_the_setting_lifts_nothing_else(self, url: str) -> None:
        with pytest.raises(UrlRefused):
            parse_url(url, allow_private=True)
