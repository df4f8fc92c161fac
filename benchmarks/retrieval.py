"""Finding passages: the product's search beside ChromaDB and an exact comparison in NumPy.

Run with the Python that has the peers: ``var/benchmarks/bin/python benchmarks/retrieval.py --passages 10000``. Without
ChromaDB only NumPy is compared with. Generated vectors, one client, the ten nearest; unfiltered, and filtered to the
active credentials of a role that a tenth or a hundredth of the catalog is meant for.
"""

import argparse
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.database import analyze, own_database, require_own, set_up

if __name__ == "__main__":
    set_up()

import numpy as np
from django.db import connection

from benchmarks.generated import HNSW, KEY, Catalog, clustered, load_catalog
from benchmarks.measuring import Report, interleaved, options, ratios, times
from recommendations.queries import nearest

LIMIT: Final = 10
SHARES: Final = (0.1, 0.01)
# Where so many passages pass, the search is held to a recall of .99 at any size.
FEW: Final = 2000
SMALL: Final = 10_000
BATCH: Final = 5000
Search = Callable[[int], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter by role, or none, with the tenths or hundredths that it lets through in words."""

    name: str
    role_id: uuid.UUID | None


def measure(asked: argparse.Namespace) -> Report:
    """Load a catalog into the database at hand and measure; the database is the caller's to drop."""
    require_own()
    report = Report(f"retrieval, {asked.passages:,} passages")
    catalog = load_catalog(asked.passages, shares=SHARES)
    analyze()
    queries = clustered(asked.queries, seed=99)
    roles = list(catalog.roles)
    filters = [Filter("all", None), Filter("10 %", roles[0]), Filter("1 %", roles[1])]
    with ExitStack() as stack:
        store = stack.enter_context(_chroma(catalog)) if asked.chroma else None
        for one in filters:
            _measure(one, catalog, queries, store, asked, report)
    _index_size(asked.compare_index, report)
    return report


def _measure(
    one: Filter, catalog: Catalog, queries: Any, store: Any, asked: argparse.Namespace, report: Report
) -> None:
    mask = catalog.passing(one.role_id)
    rows, places = catalog.vectors[mask], np.flatnonzero(mask)
    numbers = {pk: number for number, pk in enumerate(catalog.ids)}

    def exact(number: int) -> Sequence[int]:
        near = rows @ queries[number]
        best = np.argpartition(-near, min(LIMIT, len(near)) - 1)[:LIMIT]
        return [int(places[place]) for place in best[np.argsort(-near[best])]]

    def ours(number: int) -> Sequence[int]:
        (found,) = nearest(queries[number : number + 1], key=KEY, limit=LIMIT, role_id=one.role_id)
        return [numbers[passage.artifact_id] for passage in found]

    searches: dict[str, Search] = {"numpy": exact, "ours": ours}
    if store is not None:
        searches["chroma"] = lambda number: store(queries[number], one)
    truth = [exact(number) for number in range(len(queries))]
    found = {
        name: _recall([search(number) for number in range(len(queries))], truth)
        for name, search in searches.items()
    }
    series = interleaved(searches, calls=len(queries), rounds=asked.rounds)
    passing = int(mask.sum())
    for name, own in series.items():
        report.lines.append(
            f"  {one.name:>5} ({passing:,} pass)  {name:7} {own!s:45} recall {found[name]:.4f}"
        )
    report.figures[one.name] = {
        name: {
            "p50_ms": own.median,
            "p95_ms": own.high,
            "rounds_ms": own.medians,
            "cpu_ms": own.cpu,
            "recall": found[name],
        }
        for name, own in series.items()
    } | {"passing": passing}
    _goals(one, passing, found, series, asked.passages, report)


def _goals(one: Filter, passing: int, recall: Any, series: Any, passages: int, report: Report) -> None:
    if one.role_id is None:
        least = 0.998 if passages <= SMALL else 0.97
    else:
        least = 0.99 if passages <= SMALL or passing <= FEW else 0.97
    report.at_least(f"recall, {one.name}", recall["ours"], least, "")
    if one.role_id is None:
        if passages <= SMALL:
            report.at_most("p50, all", series["ours"].median, 1.0, "ms")
    elif passages <= SMALL or passages > 100_000:
        report.at_most(f"p50, {one.name}", series["ours"].median, 2.0 if passages <= SMALL else 4.0, "ms")
    if "chroma" in series:
        report.lines.append(f"  {one.name:>5} chroma / ours {times(series['chroma'], series['ours'])}")
        report.figures[one.name]["chroma_ratio"] = ratios(series["chroma"], series["ours"])
        if one.role_id is not None:
            report.at_least(
                f"chroma / ours, {one.name}", ratios(series["chroma"], series["ours"])[0], 6.0, "x"
            )


def _recall(found: Sequence[Sequence[Any]], truth: Sequence[Sequence[Any]]) -> float:
    hits = sum(len(set(one) & set(real)) for one, real in zip(found, truth, strict=True))
    return hits / max(1, sum(len(real) for real in truth))


@contextmanager
def _chroma(catalog: Catalog) -> Iterator[Callable[[Any, Filter], Sequence[int]]]:
    """A persistent ChromaDB with the same graph parameters and the roles as metadata."""
    import chromadb

    with tempfile.TemporaryDirectory(prefix="benchmark-chroma-") as folder:
        client = chromadb.PersistentClient(folder, chromadb.Settings(anonymized_telemetry=False))
        graph = {"space": "cosine", "max_neighbors": 16, "ef_construction": 64, "ef_search": 100}
        passages = client.create_collection(
            "passages", configuration={"hnsw": graph}, embedding_function=None
        )
        members = {str(role): own[catalog.credential] for role, own in catalog.roles.items()}
        for start in range(0, len(catalog.vectors), BATCH):
            own = range(start, min(start + BATCH, len(catalog.vectors)))
            passages.add(
                ids=[str(number) for number in own],
                embeddings=catalog.vectors[start : start + BATCH],
                metadatas=[
                    {"active": True, **{role: bool(mask[number]) for role, mask in members.items()}}
                    for number in own
                ],
                documents=[f"Passage {number}" for number in own],
            )

        def search(vector: Any, one: Filter) -> Sequence[int]:
            where = (
                {"active": True}
                if one.role_id is None
                else {"$and": [{"active": True}, {str(one.role_id): True}]}
            )
            narrowed = {"where": where} if one.role_id else {}
            found = passages.query(
                query_embeddings=[vector], n_results=LIMIT, include=["documents", "distances"], **narrowed
            )
            return [int(number) for number in found["ids"][0]]

        yield search


def _index_size(compare: bool, report: Report) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size(%s)", [HNSW])
        (size,) = cursor.fetchone()
        report.lines.append(f"  index: {size / 2**20:.1f} MB")
        report.figures["index_mb"] = size / 2**20
        if not compare:
            return
        cursor.execute(
            "CREATE INDEX benchmark_f32 ON embedding_artifacts USING hnsw (vector vector_cosine_ops) "
            "WITH (m = 16, ef_construction = 64)"
        )
        cursor.execute("SELECT pg_relation_size('benchmark_f32')")
        (whole,) = cursor.fetchone()
        cursor.execute("DROP INDEX benchmark_f32")
    report.lines.append(f"  the same of float32: {whole / 2**20:.1f} MB")
    report.at_most("index beside one of float32", 100 * size / whole, 60.0, "%")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure in a database of its own; the exit status says whether all goals are met."""
    parser = options(
        "Passages found: the product, ChromaDB and NumPy.",
        passages=(10_000, "passages in the catalog, five to a credential"),
        queries=(200, "vectors to search for"),
    )
    parser.add_argument("--no-chroma", dest="chroma", action="store_false", help="leave ChromaDB out")
    parser.add_argument(
        "--compare-index", action="store_true", help="build an index of float32 too, for its size"
    )
    asked = parser.parse_args(arguments)
    with own_database():
        return measure(asked).ended(as_json=asked.json)


if __name__ == "__main__":
    sys.exit(main())
