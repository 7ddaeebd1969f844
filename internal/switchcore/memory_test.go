package switchcore

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// memory is a Store that runs the same steps on maps; one Apply at a time is the serial history.
type memory struct {
	mu         sync.Mutex
	now        time.Time
	txns       map[uuid.UUID]*transactions.Transaction
	vouchers   map[uuid.UUID]*vouchers.Voucher
	entries    map[uuid.UUID]*saf.Entry
	attempts   map[uuid.UUID]*transactions.Attempt
	advices    []*transactions.Advice
	tombstones map[transactions.Key]*transactions.Tombstone
	traces     []*transactions.Trace
	timeline   []*transactions.Change
	messages   map[MessageID]*MessageKey
	references map[string]*HeldReference
	devices    []*DeviceRow
	superseded []uuid.UUID
	adviceDue  func(Holder) bool
}

func newMemory() *memory {
	return &memory{
		now: time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC), txns: map[uuid.UUID]*transactions.Transaction{}, vouchers: map[uuid.UUID]*vouchers.Voucher{},
		entries: map[uuid.UUID]*saf.Entry{}, attempts: map[uuid.UUID]*transactions.Attempt{}, tombstones: map[transactions.Key]*transactions.Tombstone{},
		messages: map[MessageID]*MessageKey{}, references: map[string]*HeldReference{},
	}
}

func (m *memory) clock() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

func copyOf[T any](v *T) *T { c := *v; return &c }

func (m *memory) Apply(_ context.Context, e Event) (Ruling, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(time.Millisecond)
	s := NewSet(m.now)
	n := e.Needs()
	take := func(t *transactions.Transaction) {
		s.LoadTransaction(copyOf(t))
		for _, id := range []uuid.UUID{t.VoucherID, t.ChangeVoucherID} {
			if v := m.vouchers[id]; v != nil {
				s.LoadVoucher(copyOf(v))
			}
		}
		for _, entry := range m.entries {
			if entry.TransactionID == t.ID {
				s.LoadEntry(copyOf(entry))
			}
		}
	}
	for _, t := range m.txns {
		if t.Generation > 0 && slices.Contains(n.Keys, t.Key) || slices.Contains(n.Transactions, t.ID) {
			take(t)
		}
	}
	for _, id := range n.Entries {
		s.LoadEntry(copyOf(m.entries[id]))
		take(m.txns[m.entries[id].TransactionID])
	}
	for _, v := range m.vouchers {
		if slices.ContainsFunc(n.Codes, func(h []byte) bool { return string(h) == string(v.CodeHash) }) {
			s.LoadVoucher(copyOf(v))
		}
	}
	for _, k := range n.Keys {
		if t := m.tombstones[k]; t != nil {
			s.LoadTombstone(t)
		}
	}
	for _, a := range m.advices {
		if slices.Contains(n.Keys, a.Key) && !a.AckedAt.IsZero() {
			s.LoadAdvice(a)
		}
	}
	for _, id := range n.MessageIDs {
		if k := m.messages[id]; k != nil {
			s.LoadMessageKey(k)
		}
	}
	for _, want := range n.References {
		if r := m.references[want.key()]; r != nil {
			s.LoadReference(r)
		}
	}
	for _, t := range m.txns {
		voided := t.Key.Operation == transactions.Void && t.Outcome == transactions.Success && t.Decision != transactions.Reverse
		if voided && slices.ContainsFunc(n.Voids, func(c []byte) bool { return string(c) == string(t.CardHash) }) {
			s.LoadVoid(t.CardHash)
		}
	}
	r := e.Step(s)
	m.keep(&s.Changes)
	return r, nil
}

func (m *memory) keep(c *Changes) {
	for _, t := range c.NewTransactions {
		m.txns[t.ID] = t
	}
	for id, t := range c.Transactions {
		m.txns[id] = t
	}
	for _, v := range c.NewVouchers {
		m.vouchers[v.ID] = v
	}
	for id, v := range c.Vouchers {
		m.vouchers[id] = v
	}
	for _, e := range c.NewEntries {
		m.entries[e.ID] = e
	}
	for id, e := range c.Entries {
		m.entries[id] = e
	}
	for _, a := range c.NewAttempts {
		m.attempts[a.ID] = a
	}
	for _, end := range c.EndedAttempts {
		if a := m.attempts[end.ID]; a != nil && a.State == transactions.Intent {
			a.State, a.Result, a.Detail, a.ProviderRef, a.EndedAt = end.State, end.Result, end.Detail, end.ProviderRef, end.At
		}
	}
	for _, k := range c.MessageKeys {
		m.messages[k.MessageID] = k
	}
	for _, r := range c.References {
		m.references[r.key()] = r
	}
	m.devices = append(m.devices, c.Devices...)
	m.superseded = append(m.superseded, c.Superseded...)
	m.advices = append(m.advices, c.Advices...)
	for _, t := range c.Tombstones {
		m.tombstones[t.Key] = t
	}
	m.traces = append(m.traces, c.Traces...)
	m.timeline = append(m.timeline, c.Timeline...)
}

func (m *memory) FindByKey(_ context.Context, k transactions.Key) (list []transactions.Transaction, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range m.txns {
		if t.Key == k && t.Generation > 0 {
			list = append(list, *t)
		}
	}
	slices.SortFunc(list, func(a, b transactions.Transaction) int { return a.Generation - b.Generation })
	return list, nil
}

func (m *memory) FindVouchers(_ context.Context, q VoucherQuery) (list []vouchers.Voucher, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, v := range m.vouchers {
		if len(q.CodeHash) > 0 && string(v.CodeHash) == string(q.CodeHash) || q.Serial != "" && v.Serial == q.Serial || q.ProvisionID != uuid.Nil && v.ProvisionID == q.ProvisionID {
			list = append(list, *v)
		}
	}
	return list, nil
}

func (m *memory) AdviceDue(_ context.Context, of Holder) (bool, error) {
	return m.adviceDue != nil && m.adviceDue(of), nil
}

func (m *memory) FindReference(_ context.Context, want HeldReference) (uuid.UUID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.references[want.key()]; r != nil {
		return r.TransactionID, nil
	}
	return uuid.Nil, nil
}

func (m *memory) LapsedAttempts(context.Context, int) (ids []uuid.UUID, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range m.txns {
		if t.Running() && !t.LeaseUntil.After(m.now) {
			ids = append(ids, t.ID)
		}
	}
	return ids, nil
}

func (m *memory) Undecided(context.Context, UndecidedQuery) (ids []uuid.UUID, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range m.txns {
		if t.Final == transactions.Open && t.Decision == transactions.Undecided {
			ids = append(ids, t.ID)
		}
	}
	return ids, nil
}

func (m *memory) Transaction(_ context.Context, id uuid.UUID) (transactions.Transaction, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t := m.txns[id]; t != nil {
		return *t, nil
	}
	return transactions.Transaction{}, apperr.Errorf(apperr.NotFound, "no such transaction")
}

// claim leases the due entries, as the SQL of the queue does.
func (m *memory) claim(node string) []saf.Delivery {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []saf.Delivery
	for _, e := range m.entries {
		if e.State != saf.Queued || e.NextAt.After(m.now) {
			continue
		}
		next := copyOf(e)
		if err := next.Step(saf.Claimed, m.now); err != nil {
			panic(err)
		}
		next.LeaseOwner, next.LeaseUntil, next.AttemptID, next.Fence, next.Attempts = node, m.now.Add(time.Minute), uuid.New(), e.Fence+1, e.Attempts+1
		m.entries[e.ID] = next
		m.attempts[next.AttemptID] = &transactions.Attempt{ID: next.AttemptID, TransactionID: e.TransactionID, SAFID: e.ID, Kind: e.Opens(), State: transactions.Intent, StartedAt: m.now}
		m.traces = append(m.traces, &transactions.Trace{TransactionID: e.TransactionID, AttemptID: next.AttemptID, Leg: transactions.SwitchToProvider})
		list = append(list, saf.Delivery{Entry: *next, AttemptID: next.AttemptID, Fence: next.Fence, LeaseStart: time.Now(), Lease: time.Minute, StartedAt: m.now})
	}
	return list
}

// plainVault seals nothing; the real one has its own tests.
type plainVault struct{}

func (plainVault) Seal(_, _ string, _ uuid.UUID, plain []byte) []byte { return plain }
func (plainVault) Open(_, _ string, _ uuid.UUID, sealed []byte) ([]byte, error) {
	return sealed, nil
}
func (plainVault) Hash(kind, value string) []byte { return []byte(kind + ":" + value) }

// scripted is a provider that answers what the test says and counts what it was sent.
type scripted struct {
	mu      sync.Mutex
	answers []string // one per message: approve, decline, unknown, unsent, refuse, done, repeat, notfound, panic
	sent    []string
	read    []transactions.AttemptKind // of the answers, in order
	codes   int
	code    string                    // issue this one
	gate    chan struct{}             // when set, an answer waits for it
	reading func(Call, Result) Result // changes what an answer means
}

func (s *scripted) Prepare(c Call) (Message, error) {
	body := c.WireRef
	if c.Advice != nil {
		body = string(c.Kind) + " " + c.WireRef
	}
	return Message{Method: "POST", Path: "/" + string(c.Operation), Body: []byte(body)}, nil
}

func (s *scripted) Send(context.Context, Message) Answer {
	s.mu.Lock()
	word := "approve"
	if len(s.answers) > 0 {
		word, s.answers = s.answers[0], s.answers[1:]
	}
	gate := s.gate
	if word != "unsent" {
		s.sent = append(s.sent, word)
	}
	s.mu.Unlock()
	if gate != nil {
		<-gate
	}
	switch word {
	case "unsent":
		return Answer{Err: context.Canceled}
	case "unknown":
		return Answer{Sent: true, Err: context.DeadlineExceeded}
	}
	return Answer{Sent: true, Status: 200, Body: []byte(word)}
}

func (s *scripted) Read(c Call, a Answer) Result {
	r := s.readWord(c, a)
	if s.reading != nil {
		r = s.reading(c, r)
	}
	return r
}

func (s *scripted) readWord(c Call, a Answer) Result {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read = append(s.read, c.Kind)
	word := string(a.Body)
	if word == "approve" && c.EntryID != "" {
		word = "done"
	}
	switch {
	case word == "panic":
		panic("this answer cannot be read")
	case !a.Sent:
		return Result{Class: ClassNotSent, Detail: "CONNECT_FAIL"}
	case word == "approve":
		s.codes++
		code := s.code
		if code == "" {
			code = strings.Repeat("0", 11) + string(rune('A'+s.codes))
		}
		return Result{Class: ClassApproved, Detail: "APPROVED", Voucher: &Issued{Code: code, Serial: "S" + code}, Words: ProviderWords{Ref: "ref-" + c.WireRef}}
	case word == "decline":
		return Result{Class: ClassDeclined, Detail: "DECLINED", ErrorType: ErrDoNotHonor}
	case word == "done":
		return Result{Class: ClassDone, Detail: "ACK"}
	case word == "refuse":
		return Result{Class: ClassRefused, Detail: "REFUSED"}
	case word == "notfound":
		return Result{Class: ClassDone, NotFound: true, Detail: "NOTHING_TO_UNDO"}
	case word == "repeat":
		return Result{Class: ClassRepeat, Detail: "HTTP_5XX"}
	}
	return Result{Class: ClassUnknown, Detail: "TIMEOUT"}
}

// world is a switch on a memory store with one scripted provider.
type world struct {
	t        *testing.T
	store    *memory
	provider *scripted
	profile  Profile
	p        *Processor
	deliver  *Deliverer
	client   Client
}

func fullProfile() Profile {
	return Profile{
		ConfirmProvision: true, ReverseProvision: true, Retry: true, Lookup: true, Redeem: true, ConfirmRedeem: true, ReverseRedeem: true,
		Refund: true, ConfirmRefund: true, ReverseRefund: true, Products: true, Cards: true, Finance: true,
	}
}

func newWorld(t *testing.T, change func(*Profile)) *world {
	w := &world{t: t, store: newMemory(), provider: &scripted{}, profile: fullProfile(), client: Client{ID: "till", Mode: transactions.Dual}}
	if change != nil {
		change(&w.profile)
	}
	d := NewDirectory([]Provider{{ID: "demo", Enabled: true, Receiver: Institution{"9", "Demo"}, Profile: w.profile}}, nil, []Route{
		{Service: transactions.Voucher, ProviderID: "demo"}, {Service: transactions.GiftCard, ProviderID: "demo"}, {Service: transactions.Humm, ProviderID: "demo"},
	})
	d = d.WithLimits(64, 8)
	settings := DefaultSettings()
	settings.Node, settings.ClientBudget, settings.LateWindow, settings.ResolveLeft = "n1", 5*time.Second, 10*time.Millisecond, time.Second
	core := &Core{
		Settings: settings, Store: w.store, Vault: plainVault{}, Directory: func() *Directory { return d },
		Connector: func(string) Connector { return w.provider }, NewID: uuid.New, Random: func() float64 { return 0.5 },
	}
	gates := NewGates(func() float64 { return 0.5 }, w.store.clock)
	w.p = &Processor{Core: core, Gates: gates, Log: slog.New(slog.DiscardHandler), Wake: func(string) {}}
	w.deliver = &Deliverer{Core: core, Gates: gates, Log: slog.New(slog.DiscardHandler)}
	return w
}

// said is an answer in words: status, error type, originalId, and whether a voucher was quoted.
type said struct {
	Status   int
	Type     string
	Original string
	Quoted   bool
}

func render(r Reply) Outbound {
	status := r.Status
	s := said{status, r.ErrorType, r.OriginalID, len(r.Detail.VoucherOf) > 0}
	body, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	if r.Kind == ReplyStored {
		return Outbound{Status: r.Status, Body: r.Body}
	}
	return Outbound{Status: status, Body: body}
}

func (w *world) read(o Outbound) said {
	w.t.Helper()
	var s said
	if err := json.Unmarshal(o.Body, &s); err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) request(op transactions.Operation, id, code string) *Request {
	return &Request{
		Key:    transactions.Key{ClientID: w.client.ID, Service: transactions.Voucher, Operation: op, RequestID: id},
		Client: w.client, Body: []byte(`{"id":"` + id + `"}`), Fingerprint: []byte(id + code), VoucherCode: code,
		In: Inbound{ExchangeID: uuid.New(), Kind: transactions.TraceRequest, Start: time.Now()}, Render: render,
	}
}

func (w *world) provision(id string) said {
	return w.read(w.p.Process(w.request(transactions.Provision, id, "")))
}

func (w *world) redeem(id, code string) said {
	return w.read(w.p.Process(w.request(transactions.Redemption, id, code)))
}

func (w *world) refund(id, code string) said {
	return w.read(w.p.Process(w.request(transactions.Refund, id, code)))
}

func (w *world) retry(id string) said {
	r := w.request(transactions.Provision, id, "")
	r.In.Kind = transactions.TraceRetry
	return w.read(w.p.Retry(r))
}

func (w *world) advise(kind transactions.Decision, op transactions.Operation, requestID, adviceID string) said {
	return w.read(w.p.Advise(&AdviceRequest{
		Key:    transactions.Key{ClientID: w.client.ID, Service: transactions.Voucher, Operation: op, RequestID: requestID},
		Client: w.client, Kind: kind, AdviceID: adviceID, Body: []byte(`{}`), Render: render,
		In: Inbound{ExchangeID: uuid.New(), Kind: transactions.TraceConfirmation, Start: time.Now()},
	}))
}

func (w *world) confirm(op transactions.Operation, requestID, adviceID string) said {
	return w.advise(transactions.Confirm, op, requestID, adviceID)
}

func (w *world) reverse(op transactions.Operation, requestID, adviceID string) said {
	return w.advise(transactions.Reverse, op, requestID, adviceID)
}

// drain delivers what is due.
func (w *world) drain() {
	for _, d := range w.store.claim("n1") {
		w.deliver.Deliver(w.t.Context(), d)()
	}
}

func (w *world) only(op transactions.Operation, id string) *transactions.Transaction {
	w.t.Helper()
	list, _ := w.store.FindByKey(w.t.Context(), transactions.Key{ClientID: w.client.ID, Service: transactions.Voucher, Operation: op, RequestID: id})
	if len(list) == 0 {
		w.t.Fatalf("no transaction %s", id)
	}
	return &list[len(list)-1]
}
