"""The floors of the house: imports only go down, and other apps are entered through their front door."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = {
    "microcred": 0,
    "ops": 1,
    "accounts": 2,
    "catalog": 3,
    "planner": 3,
    "assessments": 4,
    "scoring": 5,
    "recommendations": 6,
    "partners": 7,
    "practice": 7,
    "conversations": 7,
    "tutoring": 8,
    "nudges": 9,
    "companion": 10,
}
DOMAIN = {
    "catalog",
    "planner",
    "assessments",
    "scoring",
    "recommendations",
    "partners",
    "practice",
    "nudges",
    "conversations",
    "tutoring",
    "companion",
}
# statistics: what queries read of single assessments, read across all of them. oversight: what people do about
# scores, with its own reading and writing side. replay: stored scores worked out again.
FRONT_DOORS = {"queries", "services", "events", "enums", "statistics", "oversight", "replay"}
NOT_PACKAGES = {"tests", "templates", "static", "docs", "scripts", "examples", "benchmarks", "infra"}
# Beyond the front doors: text checks that the pages of another app must apply to what staff or students write, how
# an answer lies beside its key, wherever staff reads one,
# the field types of another app's rows, what skills are in words, the rules that score closed answers wherever one
# is given, what every sentence with sources has to stand, wherever one is read, how messages are signed, whoever
# sends them, what overrides of each kind are on the wire, which one address takes, and results, runs, sessions and
# practice as
# the API answers their students, of which the pages for students show nothing else.
SHARED_MODULES = {
    "catalog.answer_patterns",
    "catalog.answer_texts",
    "catalog.answer_views",
    "catalog.question_checks",
    "catalog.serializers",
    "catalog.skill_texts",
    "assessments.answers",
    "assessments.serializers",
    "partners.signing",
    "practice.override_serializers",
    "practice.serializers",
    "recommendations.override_serializers",
    "tutoring.override_serializers",
    "tutoring.serializers",
    "scoring.rules",
    "recommendations.cited_replies",
    "recommendations.citing",
    "recommendations.result_cache",
    "recommendations.names",
    "recommendations.embedding_caches",
    "recommendations.quoting",
    "recommendations.run_serializers",
}
FRAMEWORK_ENGINES = (
    "esco", "framework", "linking", "onet", "opening", "profile_json", "scales", "searching", "tables", "words",
)  # fmt: skip
ENGINES = [
    "catalog/importing/archive.py",
    "catalog/answer_patterns.py",
    "catalog/answer_texts.py",
    "catalog/answer_views.py",
    "catalog/importing/banks/moodle",
    "catalog/importing/banks/qti",
    *(f"catalog/importing/frameworks/{name}.py" for name in FRAMEWORK_ENGINES),
    "catalog/key_checks.py",
    "catalog/question_checks.py",
    "assessments/answers.py",
    "assessments/assembly.py",
    "scoring/agreement.py",
    "scoring/attacks",
    "scoring/fairness.py",
    "scoring/intervals.py",
    "scoring/items.py",
    "scoring/profile.py",
    "scoring/rules",
    "scoring/essays",
    "scoring/golden",
    "recommendations/chain.py",
    "scoring/training",
    "recommendations/badges",
    "recommendations/chunking.py",
    "recommendations/ranking_record.py",
    "recommendations/search_hits.py",
    "recommendations/fusion.py",
    "recommendations/calibration.py",
    "recommendations/gaps.py",
    "recommendations/what_if.py",
    "recommendations/record_json.py",
    "recommendations/knn.py",
    "recommendations/priors.py",
    "recommendations/rationale.py",
    "recommendations/retrieval.py",
    "nudges/deciding.py",
    "nudges/student_facts.py",
    "nudges/quiet.py",
    "nudges/results.py",
    "nudges/wording.py",
    "conversations/analysis.py",
    "conversations/prompting.py",
    "conversations/selecting.py",
    "practice/drafting/broken.py",
    "practice/drafting/checks.py",
    "practice/drafting/similarity.py",
    "practice/drafting/solving.py",
    "practice/drafting/writing.py",
    "tutoring/next_step_extraction.py",
    "tutoring/grounding.py",
    "tutoring/context_selection.py",
    "tutoring/template_narrative.py",
    "tutoring/prompting.py",
    "tutoring/topics.py",
    "tutoring/transcripts.py",
    "practice/generators",
    "practice/hint_leaks.py",
    "practice/item_schema.py",
    "practice/performance.py",
    "practice/rating.py",
    "practice/selection.py",
    "practice/skill_scheduling.py",
    "partners/payloads.py",
    "partners/retrying.py",
    "microcred/sealing.py",
    "partners/signing.py",
    "microcred/ai",
    "microcred/outbound_addresses.py",
    "microcred/outbound_connections.py",
    "microcred/embedded",
    "microcred/outbound_http.py",
]
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 30


def packages() -> set[str]:
    return {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_PACKAGES


def sources(package: str) -> list[Path]:
    return [path for path in sorted((ROOT / package).rglob("*.py")) if "migrations" not in path.parts]


def imports(path: Path) -> Iterator[str]:
    """Yield every imported module as a dotted name, late and type-only imports included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_package_has_a_floor() -> None:
    assert packages() == set(FLOORS)


@pytest.mark.parametrize("package", sorted(FLOORS))
def test_imports_only_go_down(package: str) -> None:
    upward = [
        f"{own(path)} imports {name}"
        for path in sources(package)
        for name in imports(path)
        if (target := name.split(".")[0]) in FLOORS
        and target != package
        and FLOORS[target] >= FLOORS[package]
    ]
    assert upward == []


@pytest.mark.parametrize("package", sorted(DOMAIN))
def test_other_domain_apps_are_entered_by_their_front_door(package: str) -> None:
    trespasses = [
        f"{own(path)} imports {name}"
        for path in sources(package)
        for name in imports(path)
        if name.split(".")[0] in DOMAIN - {package}
        and name.split(".")[1] not in FRONT_DOORS
        and ".".join(name.split(".")[:2]) not in SHARED_MODULES
    ]
    assert trespasses == []


@pytest.mark.parametrize("place", ENGINES)
def test_engines_are_plain_python(place: str) -> None:
    path = ROOT / place
    files = [path] if path.is_file() else sorted(path.rglob("*.py"))
    assert files, f"{place} is gone"
    settings_readers = {"microcred/ai/providers.py"}
    impure = [
        f"{own(file)} imports {name}"
        for file in files
        if own(file) not in settings_readers
        for name in imports(file)
        if name.split(".")[0] in {"django", "rest_framework"}
    ]
    assert impure == []


def test_no_first_party_import_hides_inside_a_function() -> None:
    hidden = [
        f"{own(path)}:{inner.lineno}"
        for package in FLOORS
        for path in sources(package)
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(function)
        if (isinstance(inner, ast.ImportFrom) and (inner.module or "").split(".")[0] in FLOORS)
        or (
            isinstance(inner, ast.Import) and any(alias.name.split(".")[0] in FLOORS for alias in inner.names)
        )
    ]
    assert hidden == []


def test_only_the_bell_knows_the_task_queue() -> None:
    knowing = {
        own(path)
        for package in FLOORS
        for path in sources(package)
        if any(name.split(".")[0] == "django_q" for name in imports(path))
    }
    assert knowing <= {"ops/bell.py", "ops/redis_bells.py", "ops/cluster.py", "ops/admin.py"}


def test_the_web_process_does_not_import_what_only_workers_may() -> None:
    heavy = {"torch", "sentence_transformers", "onnxruntime", "openai", "sklearn", "tokenizers", "sympy"}
    at_module_level = {
        f"{own(path)} imports {name}"
        for package in FLOORS
        for path in sources(package)
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None) or node.names[0].name]
        if name.split(".")[0] in {"torch", "sentence_transformers"}
        or (name.split(".")[0] in heavy and own(path).split("/")[-1] in {"api.py", "urls.py", "pages.py"})
    }
    assert at_module_level == set()


def test_a_web_process_that_knows_every_address_has_loaded_no_model() -> None:
    program = (
        "import sys, microcred.wsgi; from django.urls import get_resolver; get_resolver().url_patterns; "
        "print(*sorted({'torch', 'sentence_transformers', 'onnxruntime', 'tokenizers', 'sklearn', 'openai', 'sympy'} "
        "& sys.modules.keys()))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == []


def test_files_and_functions_stay_readable() -> None:
    long_files = {
        own(path): count
        for package in FLOORS
        for path in sources(package)
        if (count := len(path.read_text().splitlines())) > MAX_FILE_LINES
    }
    long_functions = {
        f"{own(path)}:{node.name}": count
        for package in FLOORS
        for path in sources(package)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and (count := body_lines(node)) > MAX_FUNCTION_LINES
    }
    assert long_files == {}
    assert long_functions == {}


def body_lines(function: ast.FunctionDef) -> int:
    """Count the lines of a function without its signature and docstring."""
    body = function.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
