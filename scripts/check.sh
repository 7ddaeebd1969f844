#!/usr/bin/env bash
# Checks everything that needs no database: format, lint, generated files, modules, dependency rules.
# Runs all of it, then fails if any part did.
set -uo pipefail
cd "$(dirname "$0")/.."
tool="go tool -modfile=tools/go.mod"
failed=0

step() { # step NAME MEND COMMAND...
	local name=$1 mend=$2 out
	shift 2
	if out=$("$@" 2>&1); then
		echo "ok    $name"
	else
		echo "FAIL  $name: $mend"
		echo "$out"
		failed=1
	fi
}

formatted() {
	local files
	files=$($tool gofumpt -l .) || return 1
	[ -z "$files" ] || { echo "$files"; return 1; }
}

# The generated files as they are, in a form that any machine can compare.
templates() {
	find web -name '*_templ.go' | sort | while read -r f; do cksum "$f"; done
}

generated() {
	local before
	before=$(templates)
	scripts/generate.sh templates || return 1
	diff <(echo "$before") <(templates)
}

# Every generated file needs its source beside it: one left over from a renamed template still compiles.
orphans() {
	local left=0 f
	while read -r f; do
		[ -f "${f%_templ.go}.templ" ] || { echo "$f"; left=1; }
	done < <(find web -name '*_templ.go')
	return $left
}

step format "run: make format" formatted
step modules "run: go mod tidy" go mod tidy -diff
step "modules of the tools" "run: go -C tools mod tidy" go -C tools mod tidy -diff
if [ -f bench/go.mod ]; then
	step "modules of the bench" "run: go -C bench mod tidy" go -C bench mod tidy -diff
	step "vet of the bench" "see below" go -C bench vet ./...
fi
step "generated templates" "they were written anew; commit them" generated
step "leftover templates" "remove them" orphans
step vet "see below" go vet ./...
step "vet of the crash points" "see below" go vet -tags crashpoints ./internal/crash
step staticcheck "see below" $tool staticcheck ./...
step "dependency rules" "see below" go test -vet=off -count=1 ./internal/archtest
exit $failed
