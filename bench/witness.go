package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// bookEntry is one line of a stand-in's own books.
type bookEntry struct {
	ProviderRef string `json:"provider_ref"`
	State       string `json:"state"`
	Advice      string `json:"advice"`
	Received    int    `json:"received"`
	Retries     int    `json:"retries"`
}

// witness compares three records that know nothing of each other: what the callers were told, what the switch stored, and
// what the stand-ins did. It gives the differences; none means that every id happened exactly once.
func (b *bench) witness(ctx context.Context) (checked int, differences []string, err error) {
	b.book.mu.Lock()
	defer b.book.mu.Unlock()
	ours, err := b.stored(ctx)
	if err != nil {
		return 0, nil, err
	}
	theirs := map[string][]bookEntry{}
	for _, provider := range b.providers {
		if err := b.books(ctx, provider, theirs); err != nil {
			return 0, nil, err
		}
	}
	differ := func(id, format string, args ...any) {
		differences = append(differences, id+": "+fmt.Sprintf(format, args...))
	}
	for id, r := range b.book.sales {
		own, known := ours[id]
		there := theirs[own.wireRef]
		switch {
		case r.status == 0 && !known: // never answered, never stored, and so never sent
		case !known:
			differ(id, "answered %d, but the switch has no record", r.status)
		case r.status == 201 && own.outcome != "SUCCESS":
			differ(id, "approved at the caller, %s in the record", own.outcome)
		case own.outcome == "SUCCESS" && len(there) != 1:
			differ(id, "approved, but %d times in the provider's books", len(there))
		case own.outcome == "SUCCESS" && (there[0].State != "APPROVED" || there[0].Received != 1 || there[0].Retries != 0):
			differ(id, "the provider has it as %s, received %d, retried %d", there[0].State, there[0].Received, there[0].Retries)
		case own.outcome != "SUCCESS" && len(there) == 1 && there[0].State == "APPROVED" && own.outcome != "UNKNOWN":
			differ(id, "%s in the record, approved in the provider's books", own.outcome)
		case r.confirmed == 202 && (own.final != "CONFIRMED" || there[0].Advice != "CONFIRMED"):
			differ(id, "confirmed at the caller, %q in the record, %q in the provider's books", own.final, there[0].Advice)
		case !r.asked && own.outcome == "SUCCESS" && there[0].Advice != "":
			differ(id, "never confirmed, yet %s in the provider's books", there[0].Advice)
		}
	}
	for id := range ours {
		if b.book.sales[id] == nil {
			differ(id, "in the record, but no caller sent it")
		}
	}
	return len(b.book.sales), differences, nil
}

type storedSale struct{ wireRef, outcome, final string }

func (b *bench) stored(ctx context.Context) (map[string]storedSale, error) {
	found, err := b.db.Query(ctx, `select t.request_id, a.wire_ref, t.outcome, coalesce(t.final, '') from transactions t
  join attempts a on a.transaction_id = t.id and a.kind = 'REQUEST' where t.client_id = $1`, b.messages.client)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	out := map[string]storedSale{}
	for found.Next() {
		var id string
		var s storedSale
		if err := found.Scan(&id, &s.wireRef, &s.outcome, &s.final); err != nil {
			return nil, err
		}
		if _, twice := out[id]; twice {
			return nil, fmt.Errorf("request %s was sent more than once", id)
		}
		out[id] = s
	}
	return out, found.Err()
}

// books reads the books of a stand-in as they come; a long run makes them large.
func (b *bench) books(ctx context.Context, provider string, into map[string][]bookEntry) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.program.simulator+"/books/"+provider, http.NoBody)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	dec := json.NewDecoder(res.Body)
	for dec.More() || dec.InputOffset() == 0 {
		token, err := dec.Token()
		if err != nil {
			return fmt.Errorf("books of %s: %w", provider, err)
		}
		if token != "entries" {
			continue
		}
		if _, err := dec.Token(); err != nil { // the bracket
			return err
		}
		for dec.More() {
			var line struct {
				bookEntry
				Ref string `json:"ref"`
			}
			if err := dec.Decode(&line); err != nil {
				return fmt.Errorf("books of %s: %w", provider, err)
			}
			into[line.Ref] = append(into[line.Ref], line.bookEntry)
		}
		return nil
	}
	return nil
}

// check runs the invariant checker of the product.
func (b *bench) check(ctx context.Context) ([]string, error) {
	out, err := b.program.run(ctx, "", "check", "--database-url", b.program.database)
	var broken []string
	for line := range strings.Lines(out) {
		if fields := strings.Fields(line); len(fields) == 2 && fields[1] != "0" || strings.HasPrefix(line, " ") {
			broken = append(broken, strings.TrimRight(line, "\n"))
		}
	}
	return broken, err
}
