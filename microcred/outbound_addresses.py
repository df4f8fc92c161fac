"""Which URLs and addresses may be sent to: the judgement behind the guarded way out."""

import ipaddress
import re
import socket
import urllib.parse
from dataclasses import dataclass
from typing import Final

from microcred.errors import Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_URL_LENGTH: Final = 2000
WEB_PORTS: Final = frozenset({80, 443})
FIRST_FREE_PORT: Final = 1024
# Above 1023 live not only web servers but databases, queues and remote shells that take orders from whatever
# connects; no partner listens for webhooks there.
SERVICE_PORTS: Final = frozenset(
    {1433, 1521, 2049, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 4369, 5432, 5433, 5672, 5900, 5984, 5985}
    | {6000, 6379, 6443, 6666, 6667, 7000, 7001, 9042, 9092, 9200, 9300, 10250, 10255, 11211, 27017, 27018}
)
# From the IANA special-purpose registries, and Azure's WireServer, a public address that only machines within
# reach, with their secrets. ipaddress.is_global is not asked: it calls multicast, 6to4 relays, NAT64 and
# site-local addresses global.
CLOSED_IPV4: Final = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
# Outside this network lie loopback, mapped IPv4, NAT64, private, link-local, site-local and multicast.
OPEN_IPV6: Final = ipaddress.IPv6Network("2000::/3")
CLOSED_IPV6: Final = tuple(
    ipaddress.IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3ffe::/16", "3fff::/20")
)
# Bits 32 to 63 of an ISATAP address (RFC 5214); the last 32 are an IPv4 address behind a tunnel.
ISATAP_MARKS: Final = frozenset({0x00005EFE, 0x02005EFE})
# Names that lead nowhere but into the local network: RFC 6761, 6762, 7686 and 8375, ICANN's .internal, and
# what hosts files commonly call the machine itself. A name without a dot is completed by the search list.
LOCAL_SUFFIXES: Final = (
    "localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa", "in-addr.arpa",
    "ip6.arpa", "onion", "invalid", "test",
)  # fmt: skip
NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")


class UrlRefused(Invalid):
    """Nothing is ever sent to this URL, or not to the address its host has at the moment."""

    default_code = "URL_400"


@dataclass(frozen=True)
class ParsedURL:
    """A URL taken apart by the only reading of it that counts; ``host`` is ASCII, without brackets."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"http": 80, "https": 443}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"


def is_public(address: Address) -> bool:
    """Whether the address can only belong to somebody on the public internet."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in CLOSED_IPV4)
    if (int(address) >> 32) & 0xFFFFFFFF in ISATAP_MARKS:
        return False
    return address in OPEN_IPV6 and not any(address in network for network in CLOSED_IPV6)


def parse_url(url: str, *, allow_private: bool = False) -> ParsedURL:
    """Take a URL apart and refuse it for all that can be told without asking a name server.

    ``allow_private`` (for local use and demonstrations) lifts the demand for https, a usual port and a public
    address, nothing else.

    Raises:
        UrlRefused: saying what is wrong; the message does not repeat the URL, which may hold a password.
    """
    if len(url) > MAX_URL_LENGTH or any(character <= " " or character in "\\\x7f" for character in url):
        raise UrlRefused("The URL is too long or has characters that no URL may have.")
    try:
        parts = urllib.parse.urlsplit(url)
        host, port = _ascii_host(parts.hostname or "", bracketed="[" in parts.netloc), parts.port
    except ValueError:  # UnicodeError, from hosts that are no host names, is one
        raise UrlRefused("The URL cannot be read.") from None
    if parts.scheme not in ("http", "https"):
        raise UrlRefused("The URL must begin with https://.")
    if "@" in parts.netloc:
        raise UrlRefused("The URL must not hold a user name or password.")
    if not host or parts.fragment:
        raise UrlRefused("The URL must name a host and must not hold a # part.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not target.isascii():
        raise UrlRefused("Characters outside ASCII must be percent-encoded in the URL.")
    usual = 443 if parts.scheme == "https" else 80
    place = ParsedURL(parts.scheme, host, usual if port is None else port, target)
    if not allow_private:
        _refuse_private(place)
    return place


def parse_numeric_host(host: str) -> Address | None:
    """Return the address that a host spelt in numbers means, in any spelling that the system takes."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        return None
    return ipaddress.ip_address(found[0][4][0])


def _ascii_host(host: str, *, bracketed: bool) -> str:
    if bracketed:
        if "%" in host:
            raise ValueError("a zone means something on this machine only")
        return str(ipaddress.IPv6Address(host))
    # Python's codec folds what getaddrinfo would fold (circled and full-width digits), so both see one name.
    plain = host.encode("idna").decode("ascii").lower().removesuffix(".")
    if not all(character.isalnum() or character in "-._" for character in plain):
        raise ValueError("no host name")
    return plain


def _refuse_private(place: ParsedURL) -> None:
    if place.scheme != "https":
        raise UrlRefused("The URL must begin with https://.")
    is_usual = place.port in WEB_PORTS or (place.port >= FIRST_FREE_PORT and place.port not in SERVICE_PORTS)
    if not is_usual:
        raise UrlRefused(f"Port {place.port} is not one that webhooks are sent to.")
    if _leads_home(place.host):
        raise UrlRefused("The URL does not lead to the public internet.")


def _leads_home(host: str) -> bool:
    """Whether the host is no public address, or one whose meaning depends on who reads it."""
    address = parse_numeric_host(host)
    if address is not None:
        # 0127.0.0.1 is one address to those who read octal numbers and another to those who do not.
        return not is_public(address) or host != str(address)
    if "." not in host or NUMBER.fullmatch(host.rpartition(".")[2]):
        return True
    return host.endswith(tuple(f".{suffix}" for suffix in LOCAL_SUFFIXES))
