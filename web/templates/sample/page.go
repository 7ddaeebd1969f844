// Package sample holds one moment of an invented sandbox, shaped as the pages' props: 12 March 2026, 14:04:31 SAST.
// The golden tests and the preview show it; the program does not import it.
package sample

import (
	"time"

	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/layouts"
)

// sast is the zone of the sandbox's people.
func sast() *time.Location { return time.FixedZone("SAST", 2*60*60) }

// now is the moment that everything is told from.
func now() time.Time { return time.Date(2026, 3, 12, 14, 4, 31, 0, sast()) }

// at gives a time of that day.
func at(clock string) time.Time { return on("2026-03-12", clock) }

// on gives a time of any day; a wrong literal is a mistake in this package.
func on(day, clock string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05.999", day+" "+clock, sast())
	if err != nil {
		panic(err)
	}
	return t
}

// rand makes an amount of cents.
func rand(cents int64) money.Amount { return money.Amount{Minor: cents, Currency: "710"} }

// page is the request of the person with the given role, on a path.
func page(user, role, path string) layouts.Page {
	return layouts.Page{
		Viewer: components.Viewer{Zone: sast(), Now: now()}, Mode: layouts.Sandbox,
		ModeNote: "simulated providers, invented people, no money moves", FootNote: "seed 7", User: user, Role: role,
		CSRF: "3f1c-token", Path: path,
		Nav: layouts.Navigation(may(role), map[string]layouts.NavCount{
			"/saf":                    {N: 40, Note: "need a person", Tone: components.Danger},
			"/finance/reconciliation": {N: 10, Note: "open breaks", Tone: components.Caution},
			"/finance/settlement":     {N: 1, Note: "held"},
		}, path),
	}
}

// may is the policy of the few permissions that open pages.
func may(role string) func(string) bool {
	rights := map[string]string{
		"operator": "dashboard.view transaction.view saf.view config.view", "support": "dashboard.view transaction.view saf.view",
		"finance": "dashboard.view transaction.view finance.view", "auditor": "dashboard.view transaction.view saf.view finance.view config.view audit.view",
	}
	return func(permission string) bool {
		for _, right := range split(rights[role]) {
			if right == permission {
				return true
			}
		}
		return false
	}
}

func operator(path string) layouts.Page { return page("Thandi Mokoena", "operator", path) }
func finance(path string) layouts.Page  { return page("Ayesha Patel", "finance", path) }
func auditor(path string) layouts.Page  { return page("Johan Botha", "auditor", path) }
func support(path string) layouts.Page  { return page("Lerato Dlamini", "support", path) }

// nobody is the request of a person who is not signed in.
func nobody(path string) layouts.Page {
	p := page("", "", path)
	p.Nav = nil
	return p
}
