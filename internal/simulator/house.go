package simulator

import (
	"fmt"
	"hash/fnv"
	"log/slog"
	mathrand "math/rand/v2"
	"sync"
	"time"
)

// house is one provider at work: its profile, books, journal and the faults it
// was told to show. mu guards the books; it is held for map work and one
// buffered file write, never while a client is waited for.
type house struct {
	profile Provider
	number  int // two digits that start every code issued here
	now     func() time.Time
	log     *slog.Logger

	control control

	mu       sync.Mutex
	accounts map[string]*account
	slots    map[string]*slot
	entries  []*entry
	seq      int64
	planted  []planted
	journal  *journal
}

func newHouse(p Provider, number int, now func() time.Time, log *slog.Logger) *house {
	h := &house{profile: p, number: number, now: now, log: log}
	h.accounts, h.slots = map[string]*account{}, map[string]*slot{}
	return h
}

// record stamps, journals and applies an event. The caller holds mu.
func (h *house) record(ev *event) {
	if ev.At == 0 {
		ev.At = h.now().UnixMicro()
	}
	if err := h.journal.append(ev); err != nil {
		h.log.Error("books not journalled", "provider", h.profile.ID, "error", err)
	}
	h.apply(ev)
}

// newCode draws a 16-digit voucher code no other voucher of this provider has.
// The caller holds mu.
func (h *house) newCode() string {
	for {
		code := fmt.Sprintf("%02d%014d", h.number, mathrand.Int64N(1e14))
		if h.slots[code] == nil {
			return code
		}
	}
}

// contentPrint tells requests of different business content apart.
func contentPrint(m *message) uint64 {
	f := fnv.New64a()
	put := func(parts ...string) {
		for _, p := range parts {
			_, _ = f.Write([]byte(p)) // a hash never fails
			_, _ = f.Write([]byte{0})
		}
	}
	if m.Product != nil {
		put("product", m.Product.ProductID)
	}
	if a := requested(m); a != nil {
		put("amount", fmt.Sprint(*a.Amount), string(a.Currency))
	}
	if m.Receiver != nil {
		put("receiver", *m.Receiver.ID)
	}
	if m.Voucher != nil {
		put("voucher", m.Voucher.Code)
	}
	return f.Sum64()
}

func requested(m *message) *ledgerAmount {
	if m.Amounts == nil {
		return nil
	}
	return m.Amounts.RequestAmount
}
