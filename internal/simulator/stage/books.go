package stage

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// ServeBooks answers GET /books/{provider}?from=&to=&user=&ref= from all the books of the provider. It writes in
// pieces, so that a long day neither holds a lock nor piles up in memory; entries that change meanwhile
// show either state. operations name the totals that are always there.
func ServeBooks(w http.ResponseWriter, r *http.Request, provider string, operations []string, sources ...Source) {
	if r.Method != http.MethodGet {
		Problem(w, http.StatusMethodNotAllowed, "use GET")
		return
	}
	win, err := windowOf(r.URL.Query())
	if err != nil {
		Problem(w, http.StatusBadRequest, "from and to must be RFC 3339 times")
		return
	}
	w.Header().Set("Content-Type", jsonType)
	put := func(text string) { _, _ = w.Write([]byte(text)) } // the reader may be gone
	put(`{"provider":"` + provider + `","entries":[`)
	totals := map[string]*Tally{}
	for _, name := range operations {
		totals[name] = &Tally{}
	}
	comma := ""
	strays := []Stray{}
	for _, s := range sources {
		s.Lines(win, func(part []Line) {
			var buf bytes.Buffer
			enc := json.NewEncoder(&buf)
			for _, l := range part {
				t := totals[l.Operation]
				if t == nil {
					t = &Tally{}
					totals[l.Operation] = t
				}
				t.Add(l)
				buf.WriteString(comma)
				comma = ","
				_ = enc.Encode(l) // plain values into memory: cannot fail
			}
			_, _ = w.Write(buf.Bytes())
		})
		strays = append(strays, s.Strays(win)...)
	}
	put(`],"totals":`)
	_ = json.NewEncoder(w).Encode(totals)
	put(`,"unmatched_advices":`)
	_ = json.NewEncoder(w).Encode(strays)
	put("}\n")
}
