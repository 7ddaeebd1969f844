# The system's package manager, for setup.sh.

manager() {
	if command -v apt-get >/dev/null; then echo apt
	elif command -v dnf >/dev/null; then echo dnf
	elif command -v brew >/dev/null; then echo brew
	else echo none
	fi
}

give_up() {
	echo "setup: $1" >&2
	exit 1
}

unknown_system() {
	give_up "$1 is needed; install it with this system's package manager"
}

# as_root runs a command with the rights to install.
as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# allowed tells whether this account may install without being asked for a password.
allowed() {
	[ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }
}

apt_install() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" </dev/null
}

# install_packages installs, or says what a person has to type.
install_packages() {
	local command
	case $(manager) in
	apt) command="apt-get install" ;;
	dnf) command="dnf install" ;;
	brew)
		echo "setup: brew install $*"
		brew install "$@" </dev/null
		return
		;;
	esac
	allowed || give_up "this account may not install what is missing; type: sudo $command $*"
	echo "setup: $command $*"
	case $(manager) in
	apt) apt_install "$@" || { as_root apt-get update </dev/null && apt_install "$@"; } ;;
	dnf) as_root dnf install -y "$@" </dev/null ;;
	esac
}

# Debian's package makes and starts a server of the system's own. Only the programs are wanted here, so that is
# switched off while they are installed and put back as it was.
install_postgres_debian() {
	local conf=/etc/postgresql-common/createcluster.conf
	allowed || give_up "this account may not install what is missing; type: sudo apt-get install postgresql"
	install_packages postgresql-common
	[ -f "$conf" ] && as_root sed -i.before-signalbox -E 's/^#? *create_main_cluster.*/create_main_cluster = false/' "$conf"
	install_packages postgresql
	[ -f "$conf.before-signalbox" ] && as_root mv "$conf.before-signalbox" "$conf"
	return 0
}
