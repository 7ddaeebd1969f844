#!/usr/bin/env bash
# Writes the generated files anew. With the word "templates", only those.
set -euo pipefail
cd "$(dirname "$0")/.."
go tool templ generate -path web/templates >/dev/null
[ "${1:-}" = templates ] || go test -count=1 ./internal/statesdoc -update
