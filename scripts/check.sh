#!/usr/bin/env bash
# All that can be said about the code without running its tests.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin

step() { printf '== %s\n' "$1"; }

step "lint"
"$bin/ruff" check .
step "format"
"$bin/ruff" format --check .
step "types"
"$bin/mypy" --strict .
step "danger"
"$bin/bandit" --quiet --configfile pyproject.toml --severity-level medium --recursive \
  microcred ops accounts catalog planner assessments scoring recommendations practice conversations nudges companion partners examples scripts manage.py
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
fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT
"$bin/python" manage.py spectacular --validate --fail-on-warn --file "$fresh"
diff -u docs/api/openapi.yaml "$fresh" || { echo "docs/api/openapi.yaml is out of date: run scripts/export-openapi.sh"; exit 1; }
