package console

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// fakeReader answers the reads of the desk's pages.
type fakeReader struct {
	search   func(f transactions.Filter) (monitoring.Found, error)
	find     func(id uuid.UUID) (monitoring.Case, error)
	queues   monitoring.Queues
	entries  func(f monitoring.EntryFilter) (monitoring.EntryPage, error)
	entry    func(id uuid.UUID) (monitoring.EntryCase, error)
	overview monitoring.Overview
	midnight time.Time
}

func (f *fakeReader) SearchTransactions(_ context.Context, x transactions.Filter) (monitoring.Found, error) {
	return f.search(x)
}

func (f *fakeReader) FindTransaction(_ context.Context, id uuid.UUID, _ []string) (monitoring.Case, error) {
	return f.find(id)
}

func (f *fakeReader) Choices(context.Context) (monitoring.Choices, error) {
	return monitoring.Choices{Providers: []monitoring.Named{{ID: "hwb", Name: "Hollywoodbets"}}, Clients: []monitoring.Named{{ID: "karoo", Name: "Karoo Fresh"}}}, nil
}

func (f *fakeReader) Queues(context.Context, []string) (monitoring.Queues, error) {
	return f.queues, nil
}

func (f *fakeReader) QueueEntries(_ context.Context, x monitoring.EntryFilter) (monitoring.EntryPage, error) {
	return f.entries(x)
}

func (f *fakeReader) FindEntry(_ context.Context, id uuid.UUID, _ []string) (monitoring.EntryCase, error) {
	return f.entry(id)
}

func (f *fakeReader) Overview(_ context.Context, midnight time.Time, _ []string) (monitoring.Overview, error) {
	f.midnight = midnight
	return f.overview, nil
}

// fakeDesk remembers the last action and gives err.
type fakeDesk struct {
	done, reason, key, provider string
	who                         saf.Actor
	id                          uuid.UUID
	until                       time.Time
	calls                       int
	err                         error
}

func (f *fakeDesk) note(done string, who saf.Actor, id uuid.UUID, reason string) error {
	f.done, f.who, f.id, f.reason = done, who, id, reason
	f.calls++
	return f.err
}

func (f *fakeDesk) Replay(_ context.Context, who saf.Actor, id uuid.UUID, reason, key string) error {
	f.key = key
	return f.note("replay", who, id, reason)
}

func (f *fakeDesk) Hold(_ context.Context, who saf.Actor, id uuid.UUID, reason string, until time.Time) error {
	f.until = until
	return f.note("hold", who, id, reason)
}

func (f *fakeDesk) Release(_ context.Context, who saf.Actor, id uuid.UUID, reason string) error {
	return f.note("release", who, id, reason)
}

func (f *fakeDesk) Unpark(_ context.Context, who saf.Actor, id uuid.UUID, reason string) error {
	return f.note("unpark", who, id, reason)
}

func (f *fakeDesk) HoldQueue(_ context.Context, who saf.Actor, provider, reason string, until time.Time) error {
	f.provider, f.until = provider, until
	return f.note("hold queue", who, uuid.Nil, reason)
}

func (f *fakeDesk) ReleaseQueue(_ context.Context, who saf.Actor, provider, reason string) error {
	f.provider = provider
	return f.note("release queue", who, uuid.Nil, reason)
}

var sast = time.FixedZone("SAST", 2*60*60)

// at is a time of the day that the pages of these tests are seen on.
func at(clock string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05.999", "2026-03-12 "+clock, sast)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

var (
	saleID  = uuid.MustParse("a94f1d62-7c0e-4b1f-8a55-2f6e90d3b7c1")
	entryID = uuid.MustParse("d41b7e90-6a2d-4c37-9f08-53e1c7ab2d64")
)

// queuedSale is a sale that timed out, was approved on the retry, and whose confirmation waits behind the breaker.
func queuedSale() monitoring.Case {
	minor := int64(14900)
	t := transactions.Transaction{
		ID: saleID, Key: transactions.Key{ClientID: "karoo", Service: transactions.Voucher, Operation: transactions.Provision, RequestID: "5e0c7a14-3f5b-4c8e-9d27-61b0a4f2c983"},
		Generation: 1, Mode: transactions.Dual, ProviderID: "hwb", TerminalID: "KFOB0007", Currency: "710", RequestAmount: &minor, ApprovedAmount: &minor,
		ReceivedAt: at("14:02:11.204"), LastClientAt: at("14:02:58"), RespondedAt: at("14:02:59.377"), Outcome: transactions.Success, Decision: transactions.Confirm,
		DecisionOrigin: transactions.ByClient, RetryCount: 1, AttemptCount: 2, BusinessDate: at("00:00:00"), HTTPStatus: 201,
	}
	entry := queuedEntry()
	first, second := uuid.New(), uuid.New()
	x := monitoring.Case{
		Transaction: t, Around: transactions.Around{Now: at("14:04:31"), Limits: transactions.DefaultLimits()},
		Client: monitoring.Named{ID: "karoo", Name: "Karoo Fresh"}, Provider: monitoring.Named{ID: "hwb", Name: "Hollywoodbets"}, Product: monitoring.Named{ID: "HWB-ANY"},
		Voucher: &monitoring.Voucher{CodeMasked: "************4417", State: "NONE"}, Entries: []monitoring.Entry{entry},
		Attempts: []transactions.Attempt{
			{ID: first, Kind: transactions.AttemptRequest, State: transactions.NoAnswer, Result: transactions.Unknown, Detail: "TIMEOUT", No: 1, StartedAt: at("14:02:11.219"), EndedAt: at("14:02:56.219")},
			{ID: second, Kind: transactions.AttemptRetry, State: transactions.Answered, Result: transactions.Success, No: 2, StartedAt: at("14:02:58.552"), EndedAt: at("14:02:59.364"), HTTPStatus: 201},
		},
		Events: []transactions.Change{
			{Field: "outcome", Old: "PENDING", New: "UNKNOWN", Cause: "no answer", At: at("14:02:56.219")},
			{Field: "outcome", Old: "UNKNOWN", New: "SUCCESS", Cause: "provider answer", At: at("14:02:59.364")},
			{Field: "decision", New: "CONFIRM", Cause: "advice", At: at("14:03:08.127")},
		},
	}
	one, two := uuid.New(), uuid.New()
	header := `{"Content-Type":"application/json","Authorization":"not stored"}`
	x.Traces = []transactions.Trace{
		{Leg: "CS", ExchangeID: one, Kind: transactions.TraceRequest, Method: "POST", URLPath: "/suv/v1/vouchers", Headers: header, Body: `{"id":"5e0c7a14","amount":14900}`, Bytes: 30, At: at("14:02:11.204")},
		{Leg: "SP", AttemptID: first, Kind: transactions.TraceRequest, Method: "POST", URLPath: "/suv/v1/vouchers", Headers: header, Body: `{"id":"a94f1d62","amount":14900}`, Bytes: 30, At: at("14:02:11.219")},
		{Leg: "SC", ExchangeID: one, Kind: transactions.TraceError, HTTPStatus: 504, ErrorType: "UPSTREAM_UNAVAILABLE", At: at("14:02:56.231")},
		{Leg: "CS", ExchangeID: two, Kind: transactions.TraceRetry, Method: "POST", URLPath: "/suv/v1/vouchers/5e0c7a14-3f5b-4c8e-9d27-61b0a4f2c983/retry", At: at("14:02:58.540")},
		{Leg: "SP", AttemptID: second, Kind: transactions.TraceRetry, Method: "POST", URLPath: "/suv/v1/vouchers/retry", At: at("14:02:58.552")},
		{Leg: "PS", AttemptID: second, Kind: transactions.TraceResponse, HTTPStatus: 201, Body: `{"voucher":{"code":"************4417"}}`, Latency: 812 * time.Millisecond, At: at("14:02:59.364")},
		{Leg: "SC", ExchangeID: two, Kind: transactions.TraceResponse, HTTPStatus: 201, At: at("14:02:59.377")},
	}
	for n, start := range []string{"14:03:08.131", "14:03:09.402", "14:03:11.870", "14:03:16.655"} {
		a := safAttempt(n+1, start)
		x.Attempts = append(x.Attempts, a)
		x.Traces = append(x.Traces,
			transactions.Trace{Leg: "SP", AttemptID: a.ID, Kind: transactions.TraceConfirmation, Method: "POST", URLPath: "/suv/v1/vouchers/confirmations", At: a.StartedAt},
			transactions.Trace{Leg: "PS", AttemptID: a.ID, Kind: transactions.TraceError, HTTPStatus: 503, ErrorType: "UPSTREAM_UNAVAILABLE", At: a.EndedAt, Latency: 100 * time.Millisecond})
	}
	return x
}

func safAttempt(no int, start string) transactions.Attempt {
	return transactions.Attempt{ID: uuid.New(), SAFID: entryID, Kind: transactions.AttemptConfirm, State: transactions.Answered, Result: transactions.Unknown, Detail: "HTTP_5XX", No: no, Trigger: transactions.TriggerAuto, StartedAt: at(start), EndedAt: at(start).Add(100 * time.Millisecond), HTTPStatus: 503}
}

func queuedEntry() monitoring.Entry {
	minor := int64(14900)
	return monitoring.Entry{
		Entry: saf.Entry{
			ID: entryID, ProviderID: "hwb", ClientID: "karoo", Operation: transactions.Provision, TransactionID: saleID, AdviceID: "c3d80f4e-21aa-4f6d-b0a7-9e4417d5582b", Kind: saf.Confirm, State: saf.Queued,
			Attempts: 4, NextAt: at("14:03:29"), LastHTTPStatus: 503, LastErrorType: "UPSTREAM_UNAVAILABLE", LastAttemptAt: at("14:03:16.655"), CreatedAt: at("14:03:08.127"), Amount: &minor, Currency: "710",
		},
		Client: monitoring.Named{ID: "karoo", Name: "Karoo Fresh"}, Provider: monitoring.Named{ID: "hwb", Name: "Hollywoodbets"}, Enabled: true, Position: 3, Now: at("14:04:31"),
	}
}

// openGate is a provider whose advices wait behind the breaker.
func openGate(string) monitoring.Gate {
	return monitoring.Gate{Requests: "closed", Advices: "open", AdvicesUntil: at("14:04:52"), Parallel: 8}
}

// newDesk gives a console over the queued sale.
func newDesk(change func(*Deps)) (func(*Deps), *fakeReader, *fakeDesk) {
	reader, desk := &fakeReader{}, &fakeDesk{}
	reader.find = func(id uuid.UUID) (monitoring.Case, error) {
		if id != saleID {
			return monitoring.Case{}, apperr.Errorf(apperr.NotFound, "There is no such transaction.")
		}
		return queuedSale(), nil
	}
	reader.entry = func(id uuid.UUID) (monitoring.EntryCase, error) {
		if id != entryID {
			return monitoring.EntryCase{}, apperr.Errorf(apperr.NotFound, "There is no such stored advice.")
		}
		return monitoring.EntryCase{Entry: queuedEntry(), Attempts: []transactions.Attempt{safAttempt(1, "14:03:08.131")}, Queue: monitoring.QueueDepth{Depth: 23, Oldest: at("14:03:05")}}, nil
	}
	reader.search = func(transactions.Filter) (monitoring.Found, error) { return monitoring.Found{}, nil }
	reader.entries = func(monitoring.EntryFilter) (monitoring.EntryPage, error) {
		return monitoring.EntryPage{Entries: []monitoring.Entry{queuedEntry()}, Total: 1}, nil
	}
	reader.queues = monitoring.Queues{Now: at("14:04:31"), Queues: []monitoring.Queue{{Provider: monitoring.Named{ID: "hwb", Name: "Hollywoodbets"}, Enabled: true, Depth: 23, Due: 23, Oldest: at("14:03:05"), Now: at("14:04:31")}}}
	return func(d *Deps) {
		d.Transactions, d.Advices, d.Figures, d.Desk, d.Gate, d.Zone = reader, reader, reader, desk, openGate, sast
		d.Hash = func(kind, value string) []byte {
			sum := [32]byte{byte(len(kind)), byte(len(value))}
			return sum[:]
		}
		if change != nil {
			change(d)
		}
	}, reader, desk
}
