#!/bin/sh
# Writes docs/api/openapi.yaml from the code. Any warning is an error, and a failure leaves the old file.
set -eu
cd "$(dirname "$0")/.."
python=.venv/bin/python
[ -x "$python" ] || python=python3
target=${1:-docs/api/openapi.yaml}
fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT
"$python" manage.py spectacular --validate --fail-on-warn --file "$fresh"
mkdir -p "$(dirname "$target")"
cat "$fresh" > "$target"
echo "wrote $target"
