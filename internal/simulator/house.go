package simulator

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"log/slog"
	mathrand "math/rand/v2"
	"sync"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// house is one provider at work: its profile, books, journal and the faults it
// was told to show. mu guards the books; it is held for map work and one
// buffered file write, never while a client is waited for.
type house struct {
	profile Provider
	number  int // two digits that start every code issued here
	now     func() time.Time
	log     *slog.Logger

	control *stage.Control
	native  native // nil for a provider without an API of its own

	mu       sync.Mutex
	accounts map[string]*account
	slots    map[string]*slot
	entries  []*entry
	seq      int64
	planted  []stage.Break
	journal  *stage.Journal
	vault    *stage.Vault
}

func newHouse(p Provider, number int, now func() time.Time, log *slog.Logger) *house {
	h := &house{profile: p, number: number, now: now, log: log}
	h.control = stage.NewControl(voucherFaults(), messageKinds()...)
	h.accounts, h.slots = map[string]*account{}, map[string]*slot{}
	return h
}

// record stamps, journals and applies an event. The caller holds mu.
func (h *house) record(ev *event) {
	if ev.At == 0 {
		ev.At = h.now().UnixMicro()
	}
	if err := h.append(ev); err != nil {
		h.log.Error("books not journalled", "provider", h.profile.ID, "error", err)
	}
	h.apply(ev)
}

// append journals an event with its code sealed.
func (h *house) append(ev *event) error {
	ev.Sealed = h.vault.Seal(ev.code)
	return h.journal.Append(ev)
}

// replay applies one line of the journal.
func (h *house) replay(line []byte) error {
	ev := new(event)
	if err := json.Unmarshal(line, ev); err != nil {
		return err
	}
	var err error
	if ev.code, err = h.vault.Open(ev.Sealed); err != nil {
		return err
	}
	h.apply(ev)
	return nil
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
