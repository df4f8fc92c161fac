#!/usr/bin/env bash
# All that can be said about the code without running its tests.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
said=$(mktemp -d)
# Nothing outlives this script, also when it is interrupted or a step fails.
trap 'kill "${types:-}" 2>/dev/null || true; rm -rf "$said"' EXIT

step() { printf '== %s\n' "$1"; }

# Types take as long as all else together and one core, so all else is looked at beside them.
"$bin/mypy" --strict . >"$said/types" 2>&1 &
types=$!

step "lint"
"$bin/ruff" check .
step "format"
"$bin/ruff" format --check .
step "danger"
"$bin/bandit" --quiet --configfile pyproject.toml --severity-level medium --recursive \
  microcred ops accounts catalog planner assessments scoring recommendations practice conversations tutoring nudges companion partners examples scripts manage.py
step "packages"
"$bin/python" scripts/pin_packages.py --check
step "migrations"
"$bin/python" manage.py makemigrations --check --dry-run
step "deployment settings"
throwaway() { "$bin/python" -c 'import secrets; print(secrets.token_urlsafe(48))'; }
ENVIRONMENT=production SECRET_KEY=$(throwaway) JWT_SIGNING_KEY=$(throwaway) WEBHOOK_ENCRYPTION_KEY=$(throwaway) \
  ALLOWED_HOSTS=microcred.example.org "$bin/python" manage.py check --deploy --fail-level WARNING
step "JSON Schemas"
"$bin/python" manage.py export_schemas --check
step "OpenAPI document"
"$bin/python" manage.py spectacular --validate --fail-on-warn --file "$said/openapi.yaml"
diff -u docs/api/openapi.yaml "$said/openapi.yaml" \
  || { echo "docs/api/openapi.yaml is out of date: run scripts/export-openapi.sh"; exit 1; }
step "types"
wait "$types" && right=0 || right=$?
types=""
cat "$said/types"
exit "$right"
