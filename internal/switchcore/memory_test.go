package switchcore_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/switchcore/switchtest"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// memory is the record with a clock that the test moves; every commit takes a millisecond.
type memory struct {
	*switchtest.Memory
	mu        sync.Mutex
	now       time.Time
	adviceDue func(switchcore.Holder) bool
}

var _ switchcore.Store = (*memory)(nil)

func newMemory() *memory {
	return &memory{Memory: switchtest.NewMemory(), now: time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)}
}

func (m *memory) clock() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

func (m *memory) Apply(_ context.Context, e switchcore.Event) (switchcore.Ruling, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(time.Millisecond)
	rulings, err := m.Commit(m.now, e)
	if err != nil {
		return switchcore.Ruling{}, err
	}
	return rulings[0], nil
}

func (m *memory) FindByKey(_ context.Context, k transactions.Key) ([]transactions.Transaction, error) {
	return m.Memory.FindByKey(k), nil
}

func (m *memory) FindVouchers(_ context.Context, q switchcore.VoucherQuery) ([]vouchers.Voucher, error) {
	return m.Memory.FindVouchers(q), nil
}

func (m *memory) AdviceDue(_ context.Context, of switchcore.Holder) (bool, error) {
	return m.adviceDue != nil && m.adviceDue(of), nil
}

func (m *memory) FindReference(_ context.Context, r switchcore.HeldReference) (uuid.UUID, error) {
	return m.Memory.FindReference(r), nil
}

func (m *memory) LapsedAttempts(_ context.Context, limit int) ([]uuid.UUID, error) {
	return m.Memory.LapsedAttempts(m.clock(), limit), nil
}

func (m *memory) Undecided(_ context.Context, q switchcore.UndecidedQuery) ([]uuid.UUID, error) {
	return m.Memory.Undecided(m.clock(), q), nil
}

func (m *memory) Transaction(_ context.Context, id uuid.UUID) (transactions.Transaction, error) {
	return m.Memory.Transaction(id)
}

// claim leases the due entries, as the SQL of the queue does.
func (m *memory) claim(node string) []saf.Delivery {
	return m.Claim(m.clock(), saf.Claim{ProviderID: "demo", Limit: 100, Node: node, Lease: time.Minute}, uuid.New)
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
	code    string                                                     // issue this one
	gate    chan struct{}                                              // when set, an answer waits for it
	reading func(switchcore.Call, switchcore.Result) switchcore.Result // changes what an answer means
}

func (s *scripted) Prepare(c switchcore.Call) (switchcore.Message, error) {
	body := c.WireRef
	if c.Advice != nil {
		body = string(c.Kind) + " " + c.WireRef
	}
	return switchcore.Message{Method: "POST", Path: "/" + string(c.Operation), Body: []byte(body)}, nil
}

func (s *scripted) Send(context.Context, switchcore.Message) switchcore.Answer {
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
		return switchcore.Answer{Err: context.Canceled}
	case "unknown":
		return switchcore.Answer{Sent: true, Err: context.DeadlineExceeded}
	}
	return switchcore.Answer{Sent: true, Status: 200, Body: []byte(word)}
}

func (s *scripted) Read(c switchcore.Call, a switchcore.Answer) switchcore.Result {
	r := s.readWord(c, a)
	if s.reading != nil {
		r = s.reading(c, r)
	}
	return r
}

func (s *scripted) readWord(c switchcore.Call, a switchcore.Answer) switchcore.Result {
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
		return switchcore.Result{Class: switchcore.ClassNotSent, Detail: "CONNECT_FAIL"}
	case word == "approve":
		s.codes++
		code := s.code
		if code == "" {
			code = strings.Repeat("0", 11) + string(rune('A'+s.codes))
		}
		return switchcore.Result{Class: switchcore.ClassApproved, Detail: "APPROVED", Voucher: &switchcore.Issued{Code: code, Serial: "S" + code}, Words: switchcore.ProviderWords{Ref: "ref-" + c.WireRef}}
	case word == "decline":
		return switchcore.Result{Class: switchcore.ClassDeclined, Detail: "DECLINED", ErrorType: switchcore.ErrDoNotHonor}
	case word == "done":
		return switchcore.Result{Class: switchcore.ClassDone, Detail: "ACK"}
	case word == "refuse":
		return switchcore.Result{Class: switchcore.ClassRefused, Detail: "REFUSED"}
	case word == "notfound":
		return switchcore.Result{Class: switchcore.ClassDone, NotFound: true, Detail: "NOTHING_TO_UNDO"}
	case word == "repeat":
		return switchcore.Result{Class: switchcore.ClassRepeat, Detail: "HTTP_5XX"}
	}
	return switchcore.Result{Class: switchcore.ClassUnknown, Detail: "TIMEOUT"}
}

// world is a switch on a memory store with one scripted provider.
type world struct {
	t        *testing.T
	store    *memory
	provider *scripted
	profile  switchcore.Profile
	p        *switchcore.Processor
	deliver  *switchcore.Deliverer
	client   switchcore.Client
}

func fullProfile() switchcore.Profile {
	return switchcore.Profile{
		ConfirmProvision: true, ReverseProvision: true, Retry: true, Lookup: true, Redeem: true, ConfirmRedeem: true, ReverseRedeem: true,
		Refund: true, ConfirmRefund: true, ReverseRefund: true, Products: true, Cards: true, Finance: true,
	}
}

func newWorld(t *testing.T, change func(*switchcore.Profile)) *world {
	w := &world{t: t, store: newMemory(), provider: &scripted{}, profile: fullProfile(), client: switchcore.Client{ID: "till", Mode: transactions.Dual}}
	if change != nil {
		change(&w.profile)
	}
	d := switchcore.NewDirectory([]switchcore.Provider{{ID: "demo", Enabled: true, Receiver: switchcore.Institution{"9", "Demo"}, Profile: w.profile}}, nil, []switchcore.Route{
		{Service: transactions.Voucher, ProviderID: "demo"}, {Service: transactions.GiftCard, ProviderID: "demo"}, {Service: transactions.Humm, ProviderID: "demo"},
	})
	d = d.WithLimits(64, 8)
	settings := switchcore.DefaultSettings()
	settings.Node, settings.ClientBudget, settings.LateWindow, settings.ResolveLeft = "n1", 5*time.Second, 10*time.Millisecond, time.Second
	core := &switchcore.Core{
		Settings: settings, Store: w.store, Vault: plainVault{}, Directory: func() *switchcore.Directory { return d },
		Connector: func(string) switchcore.Connector { return w.provider }, NewID: uuid.New, Random: func() float64 { return 0.5 },
	}
	gates := switchcore.NewGates(func() float64 { return 0.5 }, w.store.clock)
	w.store.WantsConfirm = func(t *transactions.Transaction) bool {
		p, _ := d.Provider(t.ProviderID)
		return p.Profile.Takes(t.Key.Operation, transactions.Confirm)
	}
	w.p = &switchcore.Processor{Core: core, Gates: gates, Log: slog.New(slog.DiscardHandler), Wake: func(string) {}}
	w.deliver = &switchcore.Deliverer{Core: core, Gates: gates, Log: slog.New(slog.DiscardHandler)}
	return w
}

// said is an answer in words: status, error type, originalId, and whether a voucher was quoted.
type said struct {
	Status   int
	Type     string
	Original string
	Quoted   bool
}

func render(r switchcore.Reply) switchcore.Outbound {
	status := r.Status
	s := said{status, r.ErrorType, r.OriginalID, len(r.Detail.VoucherOf) > 0}
	body, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	if r.Kind == switchcore.ReplyStored {
		return switchcore.Outbound{Status: r.Status, Body: r.Body}
	}
	return switchcore.Outbound{Status: status, Body: body}
}

func (w *world) read(o switchcore.Outbound) said {
	w.t.Helper()
	var s said
	if err := json.Unmarshal(o.Body, &s); err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) request(op transactions.Operation, id, code string) *switchcore.Request {
	return &switchcore.Request{
		Key:    transactions.Key{ClientID: w.client.ID, Service: transactions.Voucher, Operation: op, RequestID: id},
		Client: w.client, Body: []byte(`{"id":"` + id + `"}`), Fingerprint: []byte(id + code), VoucherCode: code,
		In: switchcore.Inbound{ExchangeID: uuid.New(), Kind: transactions.TraceRequest, Start: time.Now()}, Render: render,
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
	return w.read(w.p.Advise(&switchcore.AdviceRequest{
		Key:    transactions.Key{ClientID: w.client.ID, Service: transactions.Voucher, Operation: op, RequestID: requestID},
		Client: w.client, Kind: kind, AdviceID: adviceID, Body: []byte(`{}`), Render: render,
		In: switchcore.Inbound{ExchangeID: uuid.New(), Kind: transactions.TraceConfirmation, Start: time.Now()},
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
