package giftcards

import (
	"net/http"
	"slices"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// ServeBooks answers GET /books/giftcards. Operations are activation, load,
// redemption, void, transfer and replace; lookups are not booked. code_hash is
// that of the card number (first card of two).
func (i *Issuer) ServeBooks(w http.ResponseWriter, r *http.Request) {
	names := make([]string, 0, len(operations()))
	for _, op := range operations() {
		names = append(names, string(op))
	}
	stage.ServeBooks(w, r, ID, names, i)
}

// ServeStatements answers /statements/giftcards/{more}. Voids and replacements
// move no money of their own: their lines have the amount 0.
func (i *Issuer) ServeStatements(w http.ResponseWriter, r *http.Request, more string) {
	stage.Statements{Sources: []stage.Source{i}, Breaks: i}.Serve(w, r, more)
}

// Lines hands out the requests in the window, some thousand at a time.
func (i *Issuer) Lines(w stage.Window, do func([]stage.Line)) {
	const chunk = 4096
	after := int64(0)
	for more := true; more; {
		part := make([]stage.Line, 0, chunk)
		i.mu.Lock()
		at, _ := slices.BinarySearchFunc(i.entries, after+1, func(r *request, seq int64) int { return int(r.seq - seq) })
		for ; at < len(i.entries) && len(part) < chunk; at++ {
			r := i.entries[at]
			after = r.seq
			if r.op != lookup && w.Holds(micros(r.at), r.user, r.id) {
				part = append(part, lineOf(r))
			}
		}
		more = at < len(i.entries)
		i.mu.Unlock()
		do(part)
	}
}

func lineOf(r *request) stage.Line {
	l := stage.Line{
		Ref: r.id, ProviderRef: providerRef(r.seq), User: r.user, Operation: string(r.op), Product: r.product,
		Amount: r.amount, Currency: currency, CodeHash: stage.HashCode(r.pan), State: r.state, ErrorType: r.errorType,
		Advice: r.advice, AdviceID: r.adviceID, FinalAmount: r.final, Received: r.received, Advices: r.advices,
		At: micros(r.at), Settled: r.advice == stage.Confirmed,
	}
	if r.adviceAt != 0 {
		l.AdviceAt = micros(r.adviceAt)
	}
	return l
}

// Strays lists the advices that found no request.
func (i *Issuer) Strays(w stage.Window) []stage.Stray {
	i.mu.Lock()
	defer i.mu.Unlock()
	list := []stage.Stray{}
	for user, a := range i.accounts {
		if a.set == nil {
			continue
		}
		for _, s := range a.set.strays {
			if w.Holds(micros(s.at), user, s.request) {
				list = append(list, stage.Stray{
					Ref: s.request, User: user, Operation: string(s.op), Action: string(s.do), AdviceID: s.adviceID,
					Answer: s.errorType, Received: s.received, At: micros(s.at),
				})
			}
		}
	}
	return list
}

// Planted lists the breaks put into statements.
func (i *Issuer) Planted() []stage.Break {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.planted)
}

// Plant puts breaks into statements.
func (i *Issuer) Plant(list []stage.Break) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.record(&event{Kind: breakPlanted, Planted: list})
}

// Unplant takes the breaks of a date out again, all for an empty date.
func (i *Issuer) Unplant(date string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.record(&event{Kind: breakRemoved, Date: date})
}
