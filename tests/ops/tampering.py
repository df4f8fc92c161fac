"""Somebody with the rights of the table's owner changes the trail behind the guards' backs, at random but by a seed."""

import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection

from ops.audit_verifying import head

Rows = list[tuple[Any, ...]]


def sql(statement: str, *values: Any) -> Rows:
    """Run a statement; return what it gives."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []


@contextmanager
def triggers_off() -> Iterator[None]:
    """Let no trigger fire for these two tables meanwhile, deferred ones included."""
    tables = ("audit_logs", "audit_links")
    for table in tables:
        sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    try:
        yield
    finally:
        for table in tables:
            sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def write(count: int) -> None:
    """Write that many rows of the trail and have them linked."""
    for number in range(count):
        sql(
            "INSERT INTO audit_logs (id, actor_id, actor_role, action, resource_type, resource_id, metadata) "
            "VALUES (%s, %s, 'admin', 'thing.done', 'thing', %s, jsonb_build_object('number', %s::int, 'é\"', '\\'))",
            uuid.uuid4(), uuid.uuid4() if number % 2 else None, uuid.uuid4() if number % 3 else None, number,
        )  # fmt: skip
    connection.check_constraints()


def _edit(chance: random.Random, place: int) -> None:
    change = chance.choice(
        [
            "action = 'nothing.done'",
            "actor_id = gen_random_uuid()",
            "actor_role = 'student'",
            "resource_type = 'another'",
            "resource_id = gen_random_uuid()",
            "metadata = metadata || '{\"more\": 1}'",
            "metadata = '{}'",
            "created_at = created_at + interval '1 microsecond'",
        ]
    )
    sql(
        f"UPDATE audit_logs SET {change} "  # noqa: S608
        "WHERE id = (SELECT audit_id FROM audit_links WHERE sequence = %s)",
        place,
    )


def _edit_link(chance: random.Random, place: int) -> None:
    change = chance.choice(
        [
            "digest = encode(sha256(digest::bytea), 'hex')",
            "previous = repeat('f', 64)",
            "sequence = -sequence",
            "sequence = NULL",
            "audit_id = gen_random_uuid()",
        ]
    )
    sql(f"UPDATE audit_links SET {change} WHERE sequence = %s", place)  # noqa: S608


def _delete(chance: random.Random, place: int) -> None:
    link = sql("SELECT audit_id FROM audit_links WHERE sequence = %s", place)[0][0]
    gone = chance.choice(["row", "link", "both"])
    if gone != "link":
        sql("DELETE FROM audit_logs WHERE id = %s", link)
    if gone != "row":
        sql("DELETE FROM audit_links WHERE audit_id = %s", link)


def _insert(chance: random.Random, place: int) -> None:
    made = uuid.uuid4()
    sql(
        "INSERT INTO audit_logs (id, action, actor_role, resource_type, metadata) VALUES (%s, 'x', '', 'y', '{}')",
        made,
    )
    if chance.random() < 0.5:
        return
    sql("UPDATE audit_links SET sequence = -sequence WHERE sequence > %s", place)
    sql("UPDATE audit_links SET sequence = 1 - sequence WHERE sequence < 0")
    sql(
        "INSERT INTO audit_links SELECT %s, %s, digest, audit_digest(a, %s, digest) "
        "FROM audit_links l, audit_logs a WHERE l.sequence = %s AND a.id = %s",
        made, place + 1, place + 1, place, made,
    )  # fmt: skip


def _swap(chance: random.Random, place: int) -> None:
    """Swap two rows: their contents, or their places."""
    other = place - 1 if place > 1 else place + 1
    if chance.random() < 0.5:
        sql("UPDATE audit_links SET sequence = -1 WHERE sequence = %s", place)
        sql("UPDATE audit_links SET sequence = %s WHERE sequence = %s", place, other)
        sql("UPDATE audit_links SET sequence = %s WHERE sequence = -1", other)
        return
    sql(
        "UPDATE audit_logs a SET (action, metadata, resource_id, created_at) = "
        "(SELECT b.action, b.metadata || '{\"was\": 1}', b.resource_id, b.created_at FROM audit_logs b "
        "JOIN audit_links k ON k.audit_id = b.id WHERE k.sequence = %s) "
        "FROM audit_links l WHERE l.audit_id = a.id AND l.sequence = %s",
        other, place,
    )  # fmt: skip


def _truncate(chance: random.Random, place: int) -> None:
    """Cut rows off the end, in both tables; only an anchor can tell."""
    sql("DELETE FROM audit_logs WHERE id IN (SELECT audit_id FROM audit_links WHERE sequence >= %s)", place)
    sql("DELETE FROM audit_links WHERE sequence >= %s", place)


def _rewrite(chance: random.Random, place: int) -> None:
    """Change a row and work out every hash from there on anew; only an anchor can tell."""
    _edit(chance, place)
    for (sequence,) in sql("SELECT sequence FROM audit_links WHERE sequence >= %s ORDER BY 1", place):
        sql(
            "UPDATE audit_links l SET previous = coalesce(p.digest, repeat('0', 64)), "
            "digest = audit_digest(a, l.sequence, coalesce(p.digest, repeat('0', 64))) "
            "FROM audit_logs a LEFT JOIN audit_links p ON p.sequence = %s "
            "WHERE a.id = l.audit_id AND l.sequence = %s",
            sequence - 1, sequence,
        )  # fmt: skip


KINDS: Final[dict[str, Callable[[random.Random, int], None]]] = {
    "edit": _edit, "edit link": _edit_link, "delete": _delete, "insert": _insert, "swap": _swap,
    "truncate": _truncate, "rewrite": _rewrite,
}  # fmt: skip


def tamper(chance: random.Random) -> tuple[str, int]:
    """Do one of these things somewhere before the last anchor; return which and where."""
    length = int(head().partition(":")[0])
    kind, place = chance.choice(sorted(KINDS)), chance.randint(1, length)
    with triggers_off():
        KINDS[kind](chance, place)
    return kind, place
