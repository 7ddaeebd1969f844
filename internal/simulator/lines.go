package simulator

import (
	"slices"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// operations are the totals that the books always show.
func operations() []string { return []string{string(provision), string(redemption), string(refund)} }

func (h *house) lineOf(e *entry) stage.Line {
	l := stage.Line{
		Ref: e.id, ProviderRef: h.profile.reference(e.seq), User: e.user, Operation: string(e.op), Product: e.product,
		Amount: e.amount, Currency: e.currency, CodeHash: stage.HashCode(e.code), State: e.state, ErrorType: e.errorType,
		Advice: e.advice, AdviceID: e.adviceID, FinalAmount: e.final,
		Received: e.received, Retries: e.retries, Advices: e.advices, At: micros(e.at),
		Settled: e.advice == confirmed || !h.profile.Advices,
	}
	if e.adviceAt != 0 {
		l.AdviceAt = micros(e.adviceAt)
	}
	if e.op == provision && e.state == approved {
		l.Serial = h.profile.serial(e.seq)
	}
	return l
}

// Lines hands out the entries in the window, some thousand at a time, outside
// the lock.
func (h *house) Lines(win stage.Window, do func([]stage.Line)) {
	const chunk = 4096
	after := int64(0)
	for more := true; more; {
		part := make([]stage.Line, 0, chunk)
		h.mu.Lock()
		i := h.position(after + 1)
		for ; i < len(h.entries) && len(part) < chunk; i++ {
			e := h.entries[i]
			after = e.seq
			if win.Holds(micros(e.at), e.user, e.id) {
				part = append(part, h.lineOf(e))
			}
		}
		more = i < len(h.entries)
		h.mu.Unlock()
		do(part)
	}
}

// Strays lists the advices in the window that found no approved request.
func (h *house) Strays(win stage.Window) []stage.Stray {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := []stage.Stray{}
	for _, a := range h.accounts {
		for _, s := range a.strays {
			if win.Holds(micros(s.at), s.user, s.request) {
				list = append(list, stage.Stray{
					Ref: s.request, User: s.user, Operation: string(s.op), Action: string(s.do),
					AdviceID: s.adviceID, Answer: s.errorType, Received: s.received, At: micros(s.at),
				})
			}
		}
	}
	return list
}

// Planted, Plant and Unplant keep the breaks of the statements in the journal.
func (h *house) Planted() []stage.Break {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.planted)
}

// Plant adds breaks.
func (h *house) Plant(list []stage.Break) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.record(&event{Kind: "plant", Planted: list})
}

// Unplant forgets the breaks of a date, all of them when it is empty.
func (h *house) Unplant(date string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.record(&event{Kind: "unplant", Date: date})
}

func (h *house) unplant(date string) {
	h.planted = slices.DeleteFunc(h.planted, func(b stage.Break) bool { return date == "" || b.Date == date })
}
