package localpg

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// oldestMajor is the first PostgreSQL release line the migrations are written for.
const oldestMajor = 14

// binaries is one installation of the server programs.
type binaries struct {
	dir   string
	major int
}

// path gives the full name of one program.
func (b binaries) path(program string) string { return filepath.Join(b.dir, program) }

// usualPlaces lists the folders searched for server programs: the search path, then where Debian, the
// project's own Red Hat packages and Homebrew put them.
func usualPlaces() []string {
	places := filepath.SplitList(os.Getenv("PATH"))
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/usr/local/bin",
		"/usr/local/pgsql/bin",
		"/opt/homebrew/opt/postgresql*/bin",
		"/usr/local/opt/postgresql*/bin",
		"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
	} {
		found, _ := filepath.Glob(pattern)
		places = append(places, found...)
	}
	return places
}

// findBinaries picks an installation that acct can run: the release line of an existing cluster when
// major is given, else the newest. The error says what to install.
func findBinaries(ctx context.Context, acct account, major int, places []string) (binaries, error) {
	if places == nil {
		places = usualPlaces()
	}
	var usable []binaries
	var refused []string
	seen := map[string]bool{}
	for _, place := range places {
		dir, ok := installation(place)
		if !ok || seen[dir] {
			continue
		}
		seen[dir] = true
		found, err := probe(ctx, dir, acct)
		switch {
		case err != nil:
			refused = append(refused, fmt.Sprintf("%s: the account %s cannot run it (%v)", dir, acct.name, err))
		case found < oldestMajor:
			refused = append(refused, fmt.Sprintf("%s: version %d is older than %d", dir, found, oldestMajor))
		case major != 0 && found != major:
			refused = append(refused, fmt.Sprintf("%s: version %d, but the data directory was made by version %d", dir, found, major))
		default:
			usable = append(usable, binaries{dir: dir, major: found})
		}
	}
	if err := ctx.Err(); err != nil {
		return binaries{}, err
	}
	if len(usable) == 0 {
		return binaries{}, nothingFound(major, refused)
	}
	sort.SliceStable(usable, func(i, j int) bool { return usable[i].major > usable[j].major })
	return usable[0], nil
}

// installation resolves links, so that a link in the search path and its target count once.
func installation(place string) (string, bool) {
	for _, program := range []string{"initdb", "postgres"} {
		if _, err := os.Stat(filepath.Join(place, program)); err != nil {
			return "", false
		}
	}
	real, err := filepath.EvalSymlinks(filepath.Join(place, "postgres"))
	if err != nil {
		return "", false
	}
	dir := filepath.Dir(real)
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return place, true
	}
	return dir, true
}

var versionText = regexp.MustCompile(`PostgreSQL\) (\d+)`)

// probe runs the server program as acct, which proves version and access in one go: programs below a
// closed home directory cannot be run by the other account.
func probe(ctx context.Context, dir string, acct account) (int, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version")
	acct.apply(cmd)
	out, err := cmd.Output()
	if err != nil {
		return 0, err
	}
	m := versionText.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("unexpected version text %q", strings.TrimSpace(string(out)))
	}
	return strconv.Atoi(string(m[1]))
}
