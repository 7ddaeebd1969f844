#!/usr/bin/env bash
# Sets up what the named parts need: postgres, chromium, axe. What is there already costs nothing. Missing
# programs are installed with the system's package manager when that is allowed without asking
# (as root, or by sudo without a password, or by Homebrew); else the command to type is printed.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

axe_version=4.14.1
axe_file=.cache/axe-core-$axe_version.min.js

has_postgres() {
	local dir
	for dir in ${PATH//:/ } /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin; do
		if [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ]; then
			local major
			major=$("$dir/postgres" --version | sed -E 's/.*\) ([0-9]+).*/\1/')
			[ "$major" -ge 14 ] && return 0
		fi
	done
	return 1
}

has_chromium() {
	local name
	for name in chromium chromium-browser google-chrome google-chrome-stable; do
		command -v "$name" >/dev/null && return 0
	done
	[ -d "/Applications/Chromium.app" ] || [ -d "/Applications/Google Chrome.app" ]
}

setup_postgres() {
	has_postgres && return
	case $(manager) in
	apt) install_postgres_debian ;;
	dnf) install_packages postgresql-server postgresql-contrib ;;
	brew) install_packages postgresql@17 ;;
	*) unknown_system "PostgreSQL 14 or newer" ;;
	esac
	has_postgres || give_up "PostgreSQL 14 or newer was not found after installing it"
}

setup_chromium() {
	has_chromium && return
	case $(manager) in
	apt) install_packages chromium fonts-liberation ;;
	dnf) install_packages chromium ;;
	brew) install_packages --cask chromium ;;
	*) unknown_system "Chromium" ;;
	esac
	has_chromium || give_up "Chromium was not found after installing it"
}

# The accessibility checker is a development file: it is fetched, never committed.
setup_axe() {
	[ -s "$axe_file" ] && return
	if ! command -v npm >/dev/null; then
		case $(manager) in
		apt | dnf) install_packages npm ;;
		brew) install_packages node ;;
		*) unknown_system "npm" ;;
		esac
	fi
	local dir
	mkdir -p .cache
	dir=$(mktemp -d .cache/axe.XXXXXX)
	echo "setup: fetching axe-core $axe_version"
	(cd "$dir" && npm pack --silent "axe-core@$axe_version" >/dev/null && tar xzf "axe-core-$axe_version.tgz") ||
		{ rm -rf "$dir"; give_up "axe-core could not be fetched; try: npm pack axe-core@$axe_version"; }
	mv "$dir/package/axe.min.js" "$axe_file"
	rm -rf "$dir"
}

for part in "$@"; do
	case $part in
	postgres | chromium | axe) "setup_$part" ;;
	*) echo "setup: there is no part $part; parts are postgres, chromium, axe" >&2; exit 2 ;;
	esac
done
