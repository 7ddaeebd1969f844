package layouts

import (
	"strings"

	"github.com/signalboxhq/signalbox/web/templates/components"
)

// NavItem is one line of the navigation.
type NavItem struct {
	Text, Href string
	Key        string // g then this letter leads there
	Count      NavCount
	Current    bool
}

// NavGroup is a headed part of the navigation.
type NavGroup struct {
	Name  string
	Items []NavItem
}

// NavCount is the number of things behind a line that need someone; Note says what they are ("need a person").
type NavCount struct {
	N    int
	Note string
	Tone components.Tone // Danger, Caution or empty
}

// entry is one line of the table below. Permission is the right that opens the page (console-and-finance.md 5.2).
type entry struct{ Group, Text, Href, Key, Permission string }

// entries is the whole navigation in its order. A new page adds its line here.
func entries() []entry {
	return []entry{
		{"Desk", "Overview", "/", "o", "dashboard.view"},
		{"Desk", "Transactions", "/transactions", "t", "transaction.view"},
		{"Delivery", "SAF queues", "/saf", "s", "saf.view"},
		{"Finance", "Reconciliation", "/finance/reconciliation", "r", "finance.view"},
		{"Finance", "Settlement", "/finance/settlement", "l", "finance.view"},
		{"Watch", "Schedules", "/schedules", "j", "dashboard.view"},
		{"Govern", "Configuration", "/config", "c", "config.view"},
		{"Govern", "Audit", "/audit", "a", "audit.view"},
	}
}

// Navigation lists what a person may open, in groups. counts is keyed by address ("/saf"); path is the request's,
// so that the line of the page, or of the list above it, is marked.
func Navigation(may func(permission string) bool, counts map[string]NavCount, path string) []NavGroup {
	var groups []NavGroup
	for _, e := range entries() {
		if !may(e.Permission) {
			continue
		}
		if n := len(groups); n == 0 || groups[n-1].Name != e.Group {
			groups = append(groups, NavGroup{Name: e.Group})
		}
		g := &groups[len(groups)-1]
		g.Items = append(g.Items, NavItem{Text: e.Text, Href: e.Href, Key: e.Key, Count: counts[e.Href], Current: within(path, e.Href)})
	}
	return groups
}

// within tells whether a path belongs to a line of the navigation.
func within(path, href string) bool {
	switch {
	case href == "/" || path == href:
		return path == href
	case href == "/finance/reconciliation":
		return strings.HasPrefix(path, href+"/") || strings.HasPrefix(path, "/finance/items/")
	case href == "/finance/settlement":
		return strings.HasPrefix(path, href+"/") || strings.HasPrefix(path, "/finance/cycles/")
	}
	return strings.HasPrefix(path, href+"/")
}

// here is the name of the current line, for the folded menu of small screens.
func here(groups []NavGroup) string {
	for _, g := range groups {
		for _, i := range g.Items {
			if i.Current {
				return i.Text
			}
		}
	}
	return ""
}

func countClass(t components.Tone) string {
	if t == components.Danger || t == components.Caution {
		return "count--" + string(t)
	}
	return ""
}
