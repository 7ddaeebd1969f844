package simulator

import (
	"fmt"
	"html"
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// serveIndex explains the simulator to whoever opens it in a browser.
func (s *Server) serveIndex(w http.ResponseWriter, _ *http.Request) {
	var b strings.Builder
	b.WriteString("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Provider simulator</title>\n" +
		"<h1>Provider simulator</h1>\n<h2>Providers</h2>\n<table border=\"1\"><tr><th>Base path<th>Institution<th>Advices<th>Retries<th>Look-up<th>Redemption<th>Products<th>Pages</tr>\n")
	for _, id := range s.order {
		p := s.houses[id].profile
		products := make([]string, len(p.Products))
		for i, pr := range p.Products {
			products[i] = pr.ID
		}
		fmt.Fprintf(&b, "<tr><td>/%[1]s/suv/v1<td>%[2]s %[3]s<td>%[4]s<td>%[5]s<td>%[6]s<td>%[7]s<td>%[8]s"+
			"<td><a href=\"/books/%[1]s\">books</a> <a href=\"/control/%[1]s\">control</a></tr>\n",
			p.ID, p.Institution.ID, html.EscapeString(p.Institution.Name),
			yes(p.Advices), yes(p.Retries), yes(p.Lookup), yes(p.Redemption), strings.Join(products, ", "))
	}
	b.WriteString("</table>\n<h2>Faults</h2>\n<p>Per request by basketRef: sim:&lt;fault&gt;[:argument] for the first message with that id, " +
		"sim:always-&lt;fault&gt; for each, sim:advice-&lt;fault&gt;[:n] for the first n deliveries of advices about it. " +
		"A last argument of processed or unprocessed overrides whether the work is done.</p>\n<dl>\n")
	for _, k := range voucherFaults() {
		fmt.Fprintf(&b, "<dt>%s<dd>%s\n", html.EscapeString(k.Name), html.EscapeString(k.Help))
	}
	b.WriteString("</dl>\n")
	writeNatives(&b)
	writeRails(&b)
	b.WriteString("<h2>Control</h2>\n" +
		"<p>GET, PUT, DELETE /control/{provider}; one PUT replaces all settings, a restart clears them:</p>\n<pre>" +
		`{"down": false, "down_mode": "reset or 503",
 "delay": {"ms": 20} or {"median_ms": 80, "sigma": 0.4},
 "faults": {"lost-answer": 0.01, "decline": 0.02, "advice-unavailable": 0.01},
 "script": [{"on": "provision", "fault": "error-504", "skip": 0, "times": 2}],
 "seed": 1}` + "</pre>\n" +
		"<p>GET /books/{provider}?from=&amp;to=&amp;user=&amp;ref= &middot; GET /statements/{provider}?date=&amp;zone=&amp;user= &middot; " +
		"POST /statements/{provider}/plant &middot; GET, DELETE /statements/{provider}/planted?date= &middot; " +
		"POST /{provider}/testServerAdmin/reset, POST /{provider}/native/testServerAdmin/reset, POST /testServerAdmin/reset &middot; GET /healthz</p>\n</html>\n")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(b.String())) // the reader may be gone
}

// writeNatives explains the native interfaces: where they are and how to ask
// them for faults.
func writeNatives(b *strings.Builder) {
	b.WriteString("<h2>Native interfaces</h2>\n<dl>\n")
	for _, n := range nativeBases() {
		fmt.Fprintf(b, "<dt>%s<dd>%s\n", n[0], n[1])
	}
	b.WriteString("</dl>\n<p>An amount of R77.nn, R177.nn, R277.nn ..., or a PIN that starts with 7777 and ends in nn, shows a fault on the " +
		"first message under a reference; nn + 50 on every one. A PIN of that kind that was never sold holds R100.</p>\n<dl>\n")
	for _, t := range stage.Triggers() {
		fmt.Fprintf(b, "<dt>%02d %s<dd>%s\n", t.Digits, t.Fault, t.Help)
	}
	b.WriteString("</dl>\n")
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
