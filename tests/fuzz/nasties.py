"""Nasty requests as data; each row is tried on every operation that it fits."""

import json
from dataclasses import dataclass, field

Headers = dict[str, str | bytes]
LENGTH = "Content-Length"


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


# Values for a field of a body, whatever the field is meant for.
VALUES: dict[str, bytes] = {
    "NUL": rb'"a\u0000b"',
    "half surrogate": rb'"\ud800"',
    "surrogates the wrong way round": rb'"\udc00\ud800"',
    "integer of 400 digits": b"9" * 400,
    "integer of 5,000 digits": b"9" * 5_000,
    "integer beyond bigint": b"9223372036854775808",
    "negative": b"-1",
    "infinity by size": b"1e999",
    "NaN": b"NaN",
    "tiny": b"1e-400",
    "true": b"true",
    "null": b"null",
    "empty list": b"[]",
    "empty object": b"{}",
    "list in lists": b"[" * 30 + b"]" * 30,
    "list of nulls": b"[null,null]",
    "object with odd names": rb'{"": 1, "__proto__": 2, "\u0000": 3}',
    "text of 100,000": b'"' + b"x" * 100_000 + b'"',
    "empty text": b'""',
    "space": b'" "',
    "Unicode digits": '"１２３"'.encode(),
    "date": b'"2026-02-30T25:61:61Z"',
    "year 0": b'"0000-00-00"',
    "control characters": rb'"\u0007\u001b[31m\u202e"',
    "statement": b'"\'; DROP TABLE users; --"',
    "template": b'"{{7*7}} ${7*7} %s %n"',
}
# Whole bodies.
BODIES: dict[str, bytes] = {
    "empty": b"",
    "space": b" ",
    "null": b"null",
    "number": b"1",
    "text": b'"text"',
    "list": b"[]",
    "cut off": b'{"a": ',
    "two values": b"{} {}",
    "100,000 lists deep": b"[" * 100_000 + b"]" * 100_000,
    "100,000 lists open": b"[" * 100_000,
    "50,000 objects deep": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "30,000 values": b"[" + b"0," * 30_000 + b"0]",
    "same name twice": b'{"completed": true, "completed": false}',
    "not UTF-8": b'{"a": "\xff\xfe"}',
    "surrogate in UTF-8": b'{"a": "\xed\xa0\x80"}',
    "overlong NUL": b'{"a": "\xc0\x80"}',
    "raw NUL": b'{"a": "\x00"}',
    "byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "UTF-32": '{"a": 1}'.encode("utf-32"),
    "1 MB of text": _json({"password": "x" * 1_000_000, "email": "a@example.org"}),
    "beyond the limit": _json({"password": "x" * 1_100_000}),
    "form": b"email=a@example.org&password=x",
    "XML": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
}
CONTENT_TYPES: tuple[str, ...] = (
    "application/json; charset=utf-16",
    "application/json; charset=nonsense",
    "application/json; charset=",
    "application/json; charset=\x01",
    "APPLICATION/JSON",
    "application/json;;;",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "application/octet-stream",
    "",
    "nonsense",
    "a/b/c",
    "application/" + "x" * 5_000,
)
# For parts of the path and of the query, as they stand in the request line.
TEXTS: dict[str, str] = {
    "NUL": "%00",
    "NUL in between": "a%00b",
    "half surrogate": "%ED%A0%80",
    "not UTF-8": "%FF%FE",
    "broken escape": "%ZZ",
    "half escape": "%",
    "line feed": "a%0D%0AX-Evil:%201",
    "beyond bigint": "9223372036854775808",
    "integer of 5,000 digits": "9" * 5_000,
    "negative": "-1",
    "number with exponent": "1e5",
    "number with underscore": "1_0",
    "Unicode digits": "%EF%BC%91%EF%BC%90",
    "superscript digit": "%C2%B2",
    "Unicode minus": "%E2%88%921",
    "infinity": "inf",
    "NaN": "NaN",
    "empty": "",
    "space": "%20",
    "10,000 characters": "x" * 10_000,
    "up": "..",
    "up, escaped": "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "id in capitals": "01990000-0000-7000-8000-00000000000A",
    "id in braces": "%7B01990000-0000-7000-8000-000000000001%7D",
    "id without hyphens": "01990000000070008000000000000001",
    "id with a line feed": "01990000-0000-7000-8000-000000000001%0A",
    "id in Unicode digits": "01990000-0000-7000-8000-00000000000%EF%BC%91",
    "statement": "'%20OR%201=1--",
    "list": "a&{name}=b",
    "nested": "[]=1&{name}[a]=2",
}


@dataclass(frozen=True)
class Framed:
    """Headers that lie about the body, or break the rules of HTTP; ``half_close`` ends the stream after ``body``."""

    headers: Headers
    body: bytes = b"{}"
    half_close: bool = False


FRAMES: dict[str, Framed] = {
    "longer than sent": Framed({LENGTH: "1000"}, half_close=True),
    "shorter than sent": Framed({LENGTH: "1"}),
    "length of nothing": Framed({LENGTH: ""}),
    "negative length": Framed({LENGTH: "-1"}),
    "length in words": Framed({LENGTH: "two"}),
    "length in Unicode digits": Framed({LENGTH: "２"}),
    "length beyond bigint": Framed({LENGTH: "99999999999999999999"}, half_close=True),
    "length with plus": Framed({LENGTH: "+2"}),
    "two lengths": Framed({LENGTH: "2", "content-length": "3"}),
    "length and chunks": Framed({LENGTH: "2", "Transfer-Encoding": "chunked"}, b"2\r\n{}\r\n0\r\n\r\n"),
    "chunks": Framed({"Transfer-Encoding": "chunked"}, b"2\r\n{}\r\n0\r\n\r\n"),
    "chunks cut off": Framed({"Transfer-Encoding": "chunked"}, b"5\r\n{}", half_close=True),
    "chunks of nonsense": Framed({"Transfer-Encoding": "chunked"}, b"zz\r\n{}\r\n0\r\n\r\n"),
    "chunk beyond memory": Framed(
        {"Transfer-Encoding": "chunked"}, b"ffffffffffffffff\r\n{}", half_close=True
    ),
    "unknown encoding": Framed({"Transfer-Encoding": "gzip, chunked"}, b"2\r\n{}\r\n0\r\n\r\n"),
    "compressed nonsense": Framed({LENGTH: "2", "Content-Encoding": "gzip"}),
}
HOSTS: dict[str, str | bytes] = {
    "unknown": "evil.example",
    "empty": "",
    "two": "127.0.0.1, evil.example",
    "space": "a b",
    "port of words": "127.0.0.1:abc",
    "port beyond": "127.0.0.1:99999",
    "open bracket": "[::1",
    "user": "127.0.0.1@evil.example",
    "not ASCII": "münchen.example",
    "not UTF-8": b"\xff\xfe",
    "long": "a" * 5_000,
    "path": "127.0.0.1/../..",
}
HEADERS: dict[str, Headers] = {
    "token of bytes": {"Authorization": b"Bearer \xff\xfe\x80"},
    "token of nothing": {"Authorization": "Bearer"},
    "token of two": {"Authorization": "Bearer a b"},
    "token of dots": {"Authorization": "Bearer .."},
    "token of 60,000": {"Authorization": "Bearer " + "x" * 60_000},
    "basic": {"Authorization": "Basic OjpAOg=="},
    "key of bytes": {"X-API-Key": b"mc_\xff\xfe"},
    "key of 60,000": {"X-API-Key": "mc_" + "x" * 60_000},
    "request id of nonsense": {"X-Request-ID": "'\";<script>"},
    "request id of bytes": {"X-Request-ID": b"\xff\xfe"},
    "forwarded nonsense": {"X-Forwarded-For": "not, an, address", "X-Forwarded-Proto": "gopher"},
    "accept nothing": {"Accept": "nothing/at-all"},
    "accept nonsense": {"Accept": ";;;,,,q=x"},
    "accept a page": {"Accept": "text/html"},
    "accept version": {"Accept": "application/json; version=\x01; indent=99999999999999999999"},
    "language": {"Accept-Language": "x" * 5_000},
    "cookie": {"Cookie": "sessionid=\x01; csrftoken=; =; a"},
    "range": {"Range": "bytes=99999999999999999999-"},
    "match": {"If-Match": '"', "If-None-Match": 'W/"' + "x" * 5_000},
    "since": {"If-Modified-Since": "Thu, 99 Foo 99999 99:99:99 GMT"},
    "method override": {"X-HTTP-Method-Override": "DELETE"},
    "origin": {"Origin": "null", "Access-Control-Request-Method": "\x01"},
    "idempotency key empty": {"Idempotency-Key": ""},
    "idempotency key of 256": {"Idempotency-Key": "k" * 256},
    "idempotency key of bytes": {"Idempotency-Key": b"\xff\xfe"},
    "idempotency key not ASCII": {"Idempotency-Key": "schlüssel"},
    "NUL in a header": {"Idempotency-Key": b"a\x00b"},
    "line feed in a header": {"Idempotency-Key": b"a\nX-Evil: 1"},
    "header without name": {"": "x"},
    "expect": {"Expect": "999-nonsense"},
}
METHODS: tuple[str, ...] = (
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "get",
    "HEAD",
    "OPTIONS",
    "DELETE",
    "PUT",
    "X" * 200,
)


@dataclass(frozen=True)
class Found:
    """A request that once broke something; ``status`` is what it is answered with now."""

    operation: str
    caller: str
    status: int
    body: bytes = b""
    path: dict[str, str] = field(default_factory=dict)
    query: str = ""
    headers: Headers = field(default_factory=dict)


# Every case that a run of the generator finds gets a row here when it is mended.
FOUND: dict[str, Found] = {
    f"{operation}: a key for repeating that is no key": Found(
        operation, "service", 400, headers={"Idempotency-Key": "\u00fc"}
    )
    for operation in (
        "webhook_delivery_replay",
        "webhook_endpoint_activate",
        "webhook_endpoint_rotate",
        "webhook_endpoint_test",
    )
}
