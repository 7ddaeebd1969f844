package pages_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/layouts"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// TestHostileValuesStayText puts markup into values that come from outside: messages, references, names and addresses.
func TestHostileValuesStayText(t *testing.T) {
	t.Parallel()
	evil := `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	p := layouts.Page{User: evil, Role: evil, CSRF: evil, Path: "/transactions", Flash: []components.Notice{{Title: evil, Text: evil, Link: components.Link{Text: evil, Href: "javascript:alert(1)"}}}}
	flow := components.Flow{
		Originator: components.Party{Name: evil, Role: evil}, Provider: components.Party{Name: evil}, Sentence: evil,
		Traces: []components.FlowTrace{{No: 1, Leg: components.LegCS, Text: evil, Kind: evil, Note: evil}},
	}
	message := &components.Message{Title: evil, Line: evil, Headers: []components.Header{{Name: evil, Value: evil}}, Body: `{"a":"</pre><script>alert(1)</script>","<script>":1}`}
	broken := &components.Message{Title: evil, Body: `<script>alert(1)</script>{`}
	for name, page := range map[string]templ.Component{
		"transactions": pages.Transactions(p, pages.TransactionsProps{
			Lede: components.Say(evil, evil), Rows: []pages.TransactionRow{{ID: evil, Href: "javascript:alert(1)", Product: evil, Client: evil, Reference: evil, Error: evil, Advices: []components.Tag{{Text: evil}}}},
			Filters: components.FilterBar{Action: "/transactions", Fields: []components.Field{{Name: "ref", Label: "Reference", Value: evil}}, Chips: []components.Chip{{Label: evil, Value: evil, RemoveHref: "javascript:alert(1)"}}},
		}),
		"transaction": pages.Transaction(p, pages.TransactionProps{
			Title: evil, Crumb: evil, Flow: &flow, Facts: []components.Fact{{Label: evil, ID: evil}, {Label: "x", Text: evil, Href: "javascript:alert(1)"}},
			Exchanges: []components.Exchange{{Anchor: "m-1", Title: evil, Request: message, Response: broken}},
			Compare:   &pages.Comparison{Left: evil, Right: evil, Lines: components.Diff(message.Body, broken.Body)},
			Entries:   []pages.EntryPanel{{ID: "e", Form: components.ActionForm{ID: "e", Action: "javascript:alert(1)", Reason: evil, Buttons: []components.Button{{Text: evil, Action: "javascript:alert(2)"}}}}},
		}),
		"provider": pages.ProviderPage(p, pages.ProviderProps{
			Name: evil, Lede: components.Say(evil), Identity: []components.Fact{{Label: evil, ID: evil}}, Options: []pages.OptionRow{{Name: evil, Value: evil}},
			Groups:   []pages.AbilityGroup{{Title: evil, Abilities: []pages.Ability{{Name: evil, Text: evil}}}},
			Products: []pages.ProductRow{{ID: evil, Description: evil, ProviderHref: "javascript:alert(1)", Tags: []components.Tag{{Text: evil}}}},
			Routes:   []pages.RouteRow{{Product: evil, ProductHref: "javascript:alert(1)", Provider: evil, ProviderHref: "javascript:alert(1)", Why: evil}},
		}),
		"client": pages.ClientPage(p, pages.ClientProps{Name: evil, Networks: []string{evil}, Certificates: []pages.CertificateRow{{Name: evil, Fingerprint: evil}}, Links: []components.Link{{Text: evil, Href: "javascript:alert(1)"}}}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			if err := page.Render(context.Background(), &b); err != nil {
				t.Fatal(err)
			}
			for _, bad := range []string{"<script>", "<img", "javascript:"} {
				if strings.Contains(b.String(), bad) {
					t.Errorf("the page contains %q: %s", bad, around(b.String(), bad))
				}
			}
		})
	}
}

func around(page, word string) string {
	i := strings.Index(page, word)
	return page[max(0, i-60):min(len(page), i+60)]
}
