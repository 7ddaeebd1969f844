package layouts

import (
	"testing"
)

func TestNavigationShowsOnlyWhatAPersonMayOpen(t *testing.T) {
	t.Parallel()
	may := func(p string) bool { return p == "transaction.view" || p == "saf.view" }
	groups := Navigation(may, map[string]NavCount{"/saf": {N: 40}}, "/saf/entries/1")
	if len(groups) != 2 || groups[0].Name != "Desk" || groups[1].Name != "Delivery" || len(groups[0].Items) != 1 {
		t.Fatalf("got %+v", groups)
	}
	if saf := groups[1].Items[0]; !saf.Current || saf.Count.N != 40 {
		t.Errorf("got %+v", saf)
	}
	if groups[0].Items[0].Current {
		t.Error("two lines are marked")
	}
	if got := Navigation(func(string) bool { return false }, nil, "/"); got != nil {
		t.Errorf("nobody sees %+v", got)
	}
}

func TestOneLineIsCurrent(t *testing.T) {
	t.Parallel()
	all := func(string) bool { return true }
	for path, want := range map[string]string{
		"/": "Overview", "/transactions": "Transactions", "/transactions/5e0c": "Transactions", "/finance/items/7": "Reconciliation",
		"/finance/reconciliation/3": "Reconciliation", "/finance/cycles/38": "Settlement", "/finance/settlement": "Settlement", "/keys": "", "/transactionsx": "",
		"/config": "Configuration", "/config/providers/flash": "Configuration",
	} {
		count := 0
		groups := Navigation(all, nil, path)
		for _, g := range groups {
			for _, i := range g.Items {
				if i.Current {
					count++
				}
			}
		}
		if got := here(groups); got != want || count > 1 {
			t.Errorf("%s: got %q (%d marked), want %q", path, got, count, want)
		}
	}
}

func TestKeysOfTheNavigationDiffer(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, e := range entries() {
		if e.Key == "" || seen[e.Key] != "" {
			t.Errorf("%s and %s share the key %q", e.Text, seen[e.Key], e.Key)
		}
		seen[e.Key] = e.Text
	}
}

func TestTheModeIsInTheTitle(t *testing.T) {
	t.Parallel()
	for mode, want := range map[Mode]string{Sandbox: "Audit · Signalbox sandbox", Test: "Audit · Signalbox test", Production: "Audit · Signalbox", "": "Audit · Signalbox"} {
		if got := (Page{Mode: mode}).Titled("Audit").WindowTitle(); got != want {
			t.Errorf("%q: got %q, want %q", mode, got, want)
		}
	}
	if got := (Page{Title: "Own"}).Titled("Audit").Title; got != "Own" {
		t.Errorf("a handler's title is lost: %q", got)
	}
	if (Page{}).mode() != "production" {
		t.Error("a page without a mode must look like the real thing")
	}
}
