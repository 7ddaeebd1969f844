package contract

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	rail "github.com/signalboxhq/signalbox/internal/humm"
)

// Every registered route is described, and every description has its route. Names of path parameters are the
// document's own.
func TestRoutesAndOperationsAreTheSame(t *testing.T) {
	t.Parallel()
	parameter := regexp.MustCompile(`\{[^}]+\}|:[A-Za-z]+`)
	described := map[string]string{}
	for _, s := range []*Service{Vouchers(), GiftCards()} {
		for _, base := range s.Bases {
			for _, o := range s.Operations() {
				for _, path := range []string{o.Path, o.Alias} {
					if path != "" {
						described[o.Method+" "+strings.TrimSuffix(base, "/")+parameter.ReplaceAllString(path, "*")] = o.ID
					}
				}
			}
		}
	}
	registered := map[string]bool{}
	for _, r := range newHouse().app.GetRoutes(true) {
		path := parameter.ReplaceAllString(r.Path, "*")
		if r.Method != "HEAD" && !strings.Contains(path, "/humm") && !strings.Contains(path, "/webapi") {
			registered[r.Method+" "+path] = true
		}
	}
	require.NotEmpty(t, registered)
	for route := range registered {
		require.Contains(t, described, route, "has no description")
	}
	for route, id := range described {
		require.Contains(t, registered, route, "%s is described and does not exist", id)
	}
}

// The rail takes any path below its mounts and answers those of its operations.
func TestRailOperationsAreDescribed(t *testing.T) {
	t.Parallel()
	described := map[string]bool{}
	h := newHouse()
	for _, o := range Humm().Operations() {
		described[o.ID] = true
		for _, base := range Humm().Bases {
			status, _ := h.call(t, o.Method, base+o.Path, "{}")
			require.Equal(t, 200, status, o.ID)
		}
	}
	for _, op := range rail.Operations() {
		require.True(t, described[string(op)], op)
	}
	require.Len(t, described, len(rail.Operations()))
}
