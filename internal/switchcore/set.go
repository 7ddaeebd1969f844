package switchcore

import (
	"bytes"
	"slices"
	"sort"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// Needs names the rows that an event must see locked. The store locks in the class order of guarantees A3: keys,
// vouchers, transactions, SAF entries; each class sorted.
type Needs struct {
	// Keys are advisory-locked; all generations, the tombstone and the accepted advices under them are loaded.
	Keys []transactions.Key
	// Transactions are loaded with their voucher and their SAF entry.
	Transactions []uuid.UUID
	// Codes loads every voucher with one of these code hashes.
	Codes [][]byte
	// Entries are SAF entries; whoever steps their transactions names these too.
	Entries []uuid.UUID
	// MessageIDs are ids in the one id space of a client's gift card messages; what holds them is loaded.
	MessageIDs []MessageID
	// References are locked and loaded with the id of the transaction that holds them; the transaction itself is not.
	References []HeldReference
	// Light tells that the step reads neither the vouchers of the transactions nor what is sealed in them. A batch of such
	// steps alone is loaded without; in company of others it does not matter.
	Light bool
	// Voids asks which of these gift cards (hashes) have an approved, unreversed void; read, not locked.
	Voids [][]byte
}

// Set holds the rows that a batch of events works on, and what they change. Steps run one after the other on the same
// set, so a batch is a serial history (A3).
type Set struct {
	Now time.Time // the database's clock, read after the locks were taken

	transactions map[uuid.UUID]*transactions.Transaction
	byKey        map[transactions.Key][]*transactions.Transaction
	tombstones   map[transactions.Key]*transactions.Tombstone
	advices      map[adviceKey]*transactions.Advice
	vouchers     map[uuid.UUID]*vouchers.Voucher
	entries      map[uuid.UUID]*saf.Entry
	entryOf      map[uuid.UUID]*saf.Entry
	messages     map[MessageID]*MessageKey
	references   map[string]uuid.UUID
	voided       map[string]bool

	Changes Changes
}

// roleRequest is the role of a request's id; an advice's is its kind.
const roleRequest = "REQUEST"

func (r HeldReference) key() string {
	return r.Scope + "\x00" + string(r.Kind) + "\x00" + string(r.Hash)
}

type adviceKey struct {
	key      transactions.Key
	kind     transactions.Decision
	adviceID string
}

// NewSet makes an empty set at the database's time now; the store fills it with the Load methods.
func NewSet(now time.Time) *Set {
	return &Set{
		Now:          now,
		transactions: map[uuid.UUID]*transactions.Transaction{},
		byKey:        map[transactions.Key][]*transactions.Transaction{},
		tombstones:   map[transactions.Key]*transactions.Tombstone{},
		advices:      map[adviceKey]*transactions.Advice{},
		vouchers:     map[uuid.UUID]*vouchers.Voucher{},
		entries:      map[uuid.UUID]*saf.Entry{},
		entryOf:      map[uuid.UUID]*saf.Entry{},
		messages:     map[MessageID]*MessageKey{},
		references:   map[string]uuid.UUID{},
		voided:       map[string]bool{},
		Changes: Changes{
			Transactions: map[uuid.UUID]*transactions.Transaction{},
			Vouchers:     map[uuid.UUID]*vouchers.Voucher{},
			Entries:      map[uuid.UUID]*saf.Entry{},
		},
	}
}

// LoadTransaction adds a locked row; the same row twice counts once.
func (s *Set) LoadTransaction(t *transactions.Transaction) {
	if s.transactions[t.ID] != nil {
		return
	}
	s.transactions[t.ID] = t
	if t.Generation > 0 {
		s.byKey[t.Key] = append(s.byKey[t.Key], t)
		sort.Slice(s.byKey[t.Key], func(i, j int) bool { return s.byKey[t.Key][i].Generation < s.byKey[t.Key][j].Generation })
	}
}

// LoadVoucher adds a locked row.
func (s *Set) LoadVoucher(v *vouchers.Voucher) {
	if s.vouchers[v.ID] == nil {
		s.vouchers[v.ID] = v
	}
}

// LoadEntry adds a locked row.
func (s *Set) LoadEntry(e *saf.Entry) {
	if s.entries[e.ID] == nil {
		s.entries[e.ID] = e
		if e.Kind == saf.Confirm || e.Kind == saf.Reverse {
			s.entryOf[e.TransactionID] = e
		}
	}
}

// LoadMessageKey adds a row.
func (s *Set) LoadMessageKey(k *MessageKey) { s.messages[k.MessageID] = k }

// LoadReference adds a row.
func (s *Set) LoadReference(r *HeldReference) { s.references[r.key()] = r.TransactionID }

// LoadVoid tells that a gift card has an approved, unreversed void.
func (s *Set) LoadVoid(cardHash []byte) { s.voided[string(cardHash)] = true }

// LoadTombstone adds a row.
func (s *Set) LoadTombstone(t *transactions.Tombstone) { s.tombstones[t.Key] = t }

// LoadAdvice adds a row.
func (s *Set) LoadAdvice(a *transactions.Advice) {
	s.advices[adviceKey{a.Key, a.Kind, a.AdviceID}] = a
}

// latest gives the highest generation under a key, nil when there is none.
func (s *Set) latest(key transactions.Key) *transactions.Transaction {
	list := s.byKey[key]
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}

// useMessageID uses an id up for good; the first holder keeps it.
func (s *Set) useMessageID(k MessageKey) {
	if s.messages[k.MessageID] != nil {
		return
	}
	k.CreatedAt = s.Now
	s.LoadMessageKey(&k)
	s.Changes.MessageKeys = append(s.Changes.MessageKeys, &k)
}

// hold gives a reference to a transaction.
func (s *Set) hold(r HeldReference, id uuid.UUID) {
	if s.references[r.key()] == id {
		return
	}
	r.TransactionID, r.CreatedAt = id, s.Now
	s.LoadReference(&r)
	s.Changes.References = append(s.Changes.References, &r)
}

// addressed gives the generation that a voucher advice means: the highest whose outcome is not FAILED (I8).
func (s *Set) addressed(key transactions.Key) *transactions.Transaction {
	list := s.byKey[key]
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Outcome != transactions.Failed {
			return list[i]
		}
	}
	return nil
}

// withCode gives the vouchers that carry a code, of all providers, in a stable order.
func (s *Set) withCode(hash []byte) []*vouchers.Voucher {
	var list []*vouchers.Voucher
	for _, v := range s.vouchers {
		if bytes.Equal(v.CodeHash, hash) {
			list = append(list, v)
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].ProviderID < list[j].ProviderID })
	return list
}

func (s *Set) voucherOf(t *transactions.Transaction) *vouchers.Voucher {
	return s.vouchers[t.VoucherID]
}

func (s *Set) insertTransaction(t *transactions.Transaction) {
	t.Version = 1
	s.LoadTransaction(t)
	s.Changes.NewTransactions = append(s.Changes.NewTransactions, t)
}

func (s *Set) touchTransaction(t *transactions.Transaction) {
	if !slices.Contains(s.Changes.NewTransactions, t) {
		s.Changes.Transactions[t.ID] = t
	}
}

func (s *Set) insertVoucher(v *vouchers.Voucher) {
	s.LoadVoucher(v)
	s.Changes.NewVouchers = append(s.Changes.NewVouchers, v)
}

func (s *Set) touchVoucher(v *vouchers.Voucher) {
	if !slices.Contains(s.Changes.NewVouchers, v) {
		s.Changes.Vouchers[v.ID] = v
	}
}

func (s *Set) insertEntry(e *saf.Entry) {
	e.CreatedAt, e.UpdatedAt = s.Now, s.Now
	s.LoadEntry(e)
	s.Changes.NewEntries = append(s.Changes.NewEntries, e)
}

func (s *Set) touchEntry(e *saf.Entry) {
	if !slices.Contains(s.Changes.NewEntries, e) {
		s.Changes.Entries[e.ID] = e
	}
}

// due gives the provider whose queue was given something of a transaction in this batch; empty: none, and nobody need look.
func (s *Set) due(t *transactions.Transaction) string {
	waits := func(e *saf.Entry) bool { return e.TransactionID == t.ID && e.State == saf.Queued }
	if i := slices.IndexFunc(s.Changes.NewEntries, waits); i >= 0 {
		return s.Changes.NewEntries[i].ProviderID
	}
	for _, e := range s.Changes.Entries {
		if waits(e) {
			return e.ProviderID
		}
	}
	return ""
}

func (s *Set) putAdvice(a *transactions.Advice) {
	s.LoadAdvice(a)
	s.Changes.Advices = append(s.Changes.Advices, a)
}

func (s *Set) bury(key transactions.Key, adviceID string) {
	if s.tombstones[key] != nil {
		return // the first reversal keeps the stone
	}
	t := &transactions.Tombstone{Key: key, AdviceID: adviceID, CreatedAt: s.Now}
	s.LoadTombstone(t)
	s.Changes.Tombstones = append(s.Changes.Tombstones, t)
}

// move steps a transaction and writes the timeline of what changed; the caller carries out the effects.
func (s *Set) move(t *transactions.Transaction, on transactions.Event, cause, actor string) ([]transactions.Effect, error) {
	outcome, decision, final := t.Outcome, t.Decision, t.Final
	fresh := t.Outcome == ""
	then, err := t.Step(on)
	if err != nil {
		return nil, err
	}
	s.note(t.ID, "outcome", string(outcome), string(t.Outcome), cause, actor)
	s.note(t.ID, "decision", string(decision), string(t.Decision), cause, actor)
	s.note(t.ID, "final", string(final), string(t.Final), cause, actor)
	if !fresh {
		s.touchTransaction(t)
	}
	return then, nil
}

// note adds a line to the timeline when something changed.
func (s *Set) note(id uuid.UUID, field, before, after, cause, actor string) {
	if before == after {
		return
	}
	s.Changes.Timeline = append(s.Changes.Timeline, &transactions.Change{
		TransactionID: id, Field: field, Old: before, New: after, Cause: cause, Actor: actor, At: s.Now,
	})
}

// requireRecon marks a transaction for reconciliation, once (I12).
func (s *Set) requireRecon(t *transactions.Transaction, cause string) {
	if t.ReconRequired {
		return
	}
	t.ReconRequired = true
	s.note(t.ID, "recon_required", "", "true", cause, "")
	s.touchTransaction(t)
}

// trace adds one message; its time is the database's.
func (s *Set) trace(t transactions.Trace) {
	t.At = s.Now
	if t.BeganAt.IsZero() {
		t.BeganAt = s.Now
	}
	s.Changes.Traces = append(s.Changes.Traces, &t)
}

// HasVoucher tells whether a voucher row was loaded.
func (s *Set) HasVoucher(id uuid.UUID) bool { return s.vouchers[id] != nil }
