package console

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

func grant(r operators.Role) operators.Grant {
	return operators.Grant{Role: r, Half: operators.Request}
}

// text is a page without its tags, blanks folded.
func text(page string) string {
	var b strings.Builder
	inside := false
	for _, r := range page {
		switch {
		case r == '<':
			inside = true
		case r == '>':
			inside = false
			b.WriteRune(' ')
		case !inside:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.FieldsFunc(b.String(), func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == '\u00a0' }), " ")
}

func TestTransactionPage(t *testing.T) {
	t.Parallel()
	deps, _, _ := newDesk(nil)
	app, people := newConsole(t, deps)
	b := newBrowser(t, app).as(people, grant(operators.Support))
	require.Equal(t, 200, b.get("/transactions/"+saleID.String()).StatusCode)
	page := text(b.last)
	assert.Contains(t, page, "Approved 14:02:59 on the retry, after one 45 s time-out; confirmed by the till 14:03:08; the confirmation is still queued after 4 attempts and waits for the breaker until 14:04:52.")
	assert.Contains(t, page, "Hollywoodbets provision, R 149.00")
	assert.Contains(t, page, "************4417")
	for _, why := range []string{"Breaker open until 14:04:52, then one probe", "Request attempts all ended", "Back-off over since 14:03:29", "Holds none on provider, client or entry", "Sending slots 0 of 8 in use", "Provider in service"} {
		assert.Contains(t, page, why)
	}
	assert.Contains(t, page, "Why not sent yet")
	assert.Contains(t, page, "position 3, age 1 min 22 s")
	assert.Contains(t, page, "Outcome UNKNOWN → SUCCESS")
	assert.Contains(t, page, "may reverse: a confirmed sale stays confirmed")
	assert.Contains(t, page, "15 on the wire", "repeats are folded")
	assert.Contains(t, page, "Authorization: not stored")
	assert.Contains(t, page, "what the switch changed between message 1 and message 2")
	assert.Contains(t, b.last, `id="m-1"`)
	assert.Contains(t, page, "Replay needs permission saf.replay and hold needs saf.hold. Role support has neither")
	assert.NotContains(t, b.last, "Replay 1 confirmation")

	f := newBrowser(t, app).as(people, grant(operators.Finance))
	require.Equal(t, 200, f.get("/transactions/"+saleID.String()).StatusCode)
	page = text(f.last)
	assert.Contains(t, page, "Messages need permission trace.view. Role finance does not have it.")
	assert.NotContains(t, page, "Authorization")
	assert.NotContains(t, f.last, "<desc", "no drawing of messages either")
	assert.Contains(t, page, "Breaker open until 14:04:52", "why it waits is for everybody")

	o := newBrowser(t, app).as(people, grant(operators.OperatorRole))
	o.get("/transactions/" + saleID.String())
	assert.Contains(t, o.last, "Replay 1 confirmation")
	assert.Contains(t, o.last, `action="/saf/entries/`+entryID.String()+`/replay"`)

	for _, path := range []string{uuid.NewString(), "x", "a94f1d627c0e4b1f8a552f6e90d3b7c1"} {
		assert.Equal(t, 404, b.get("/transactions/"+path).StatusCode, path)
	}
}

func TestSentences(t *testing.T) {
	t.Parallel()
	v := components.Viewer{Zone: sast, Now: at("14:04:31")}
	closed := monitoring.Gate{Requests: "closed", Advices: "closed"}
	for name, c := range map[string]struct {
		change func(*monitoring.Case)
		want   string
	}{
		"rejected": {func(x *monitoring.Case) {
			x.Transaction.Outcome, x.Transaction.Decision, x.Transaction.Final, x.Transaction.DeclinedBy, x.Transaction.ErrorType = transactions.Failed, "", transactions.FinalDeclined, transactions.BySwitch, "INVALID_PRODUCT"
			x.Entries, x.Attempts, x.Events = nil, nil, nil
		}, "Refused by the switch 14:02:11 with INVALID_PRODUCT, nothing was sent."},
		"declined": {func(x *monitoring.Case) {
			x.Transaction.Outcome, x.Transaction.Decision, x.Transaction.Final, x.Transaction.DeclinedBy, x.Transaction.ErrorType = transactions.Failed, "", transactions.FinalDeclined, transactions.ByProvider, "LIMIT_EXCEEDED"
			x.Entries, x.Events, x.Attempts = nil, nil, x.Attempts[:1]
		}, "Declined by Hollywoodbets 14:02:59 with LIMIT_EXCEEDED."},
		"in doubt": {func(x *monitoring.Case) {
			x.Transaction.Outcome, x.Transaction.Decision = transactions.Unknown, ""
			x.Entries, x.Attempts = nil, x.Attempts[:1]
		}, "Sent to Hollywoodbets 14:02:11 without a usable answer; the outcome is not known: the switch reverses it at 14:17:58 unless the till retries or reverses before."},
		"never sent": {func(x *monitoring.Case) {
			x.Transaction.Outcome, x.Transaction.Decision = transactions.Unknown, ""
			x.Entries, x.Attempts = nil, x.Attempts[:1]
			x.Attempts[0].State = transactions.NotSent
		}, "Received 14:02:11, but nothing was sent to Hollywoodbets; the outcome is not known: the switch reverses it at 14:17:58 unless the till retries or reverses before."},
		"pending": {func(x *monitoring.Case) {
			x.Transaction.Outcome, x.Transaction.Decision = transactions.Pending, ""
			x.Entries, x.Attempts = nil, nil
		}, "Received 14:02:11 and on its way to Hollywoodbets; no answer yet."},
		"awaiting": {func(x *monitoring.Case) { x.Transaction.Decision = ""; x.Entries = nil }, "Approved 14:02:59 on the retry, after one 45 s time-out; it waits for the till to confirm or reverse."},
		"forgotten": {func(x *monitoring.Case) {
			x.Transaction.Decision, x.Entries, x.Transaction.ReceivedAt = "", nil, at("14:02:11").AddDate(0, 0, -2)
		}, "Approved 14:02:59 on the retry, after one 45 s time-out; it was never confirmed nor reversed: ask the till."},
		"acknowledged": {func(x *monitoring.Case) { x.Entries[0].State, x.Entries[0].UpdatedAt = "ACKED", at("14:03:08.3") }, "Approved 14:02:59 on the retry, after one 45 s time-out; confirmed by the till 14:03:08; Hollywoodbets acknowledged the confirmation 14:03:08 after 4 attempts."},
		"refused":      {func(x *monitoring.Case) { x.Entries[0].State = "REFUSED" }, "Approved 14:02:59 on the retry, after one 45 s time-out; confirmed by the till 14:03:08; Hollywoodbets refused the confirmation with UPSTREAM_UNAVAILABLE: it needs two people."},
		"held":         {func(x *monitoring.Case) { x.Entries[0].HeldAt = at("14:04:00") }, "Approved 14:02:59 on the retry, after one 45 s time-out; confirmed by the till 14:03:08; the confirmation is still queued after 4 attempts and is held until it is released."},
	} {
		x := queuedSale()
		c.change(&x)
		got := explain(&x, closed, v).String()
		assert.Equal(t, c.want, strings.ReplaceAll(got, "\u00a0", " "), name)
	}
}

func TestTransactionList(t *testing.T) {
	t.Parallel()
	deps, reader, _ := newDesk(nil)
	var asked transactions.Filter
	sale := queuedSale()
	sale.Transaction.RRN = "607114027731"
	line := monitoring.Line{ID: saleID, Transaction: sale.Transaction, Status: transactions.StatusConfirming, Client: monitoring.Named{ID: "k", Name: "<script>alert(1)</script>"}, Provider: sale.Provider, Advice: "Due", Outstanding: true}
	early := monitoring.Line{ID: uuid.New(), Status: transactions.EarlyReversal, Transaction: transactions.Transaction{Key: transactions.Key{RequestID: "f81b22d0", Operation: transactions.Provision}, ReceivedAt: at("13:41:09")}}
	reader.search = func(f transactions.Filter) (monitoring.Found, error) {
		asked = f
		return monitoring.Found{Lines: []monitoring.Line{line, early}, Total: 10_001, Older: transactions.Cursor{At: at("14:00:00"), ID: saleID}}, nil
	}
	app, people := newConsole(t, deps)
	b := newBrowser(t, app).as(people, grant(operators.Viewer))
	require.Equal(t, 200, b.get("/transactions").StatusCode)
	assert.Equal(t, transactions.Today, asked.Preset)
	assert.True(t, asked.From.Equal(at("00:00:00")), "today begins in the console's zone")
	assert.Equal(t, 50, asked.Rows)
	page := text(b.last)
	assert.Contains(t, page, "10 000+ match.")
	assert.Contains(t, page, "5e0c7a14 | 607114027731")
	assert.Contains(t, page, "1 due")
	assert.Contains(t, page, "Reversal without request")
	assert.Contains(t, b.last, `href="/transactions?kind=message&amp;ref=f81b22d0"`)
	assert.Contains(t, b.last, "&lt;script&gt;")
	assert.NotContains(t, b.last, "<script>alert")
	older := "/transactions?before=" + transactions.Cursor{At: at("14:00:00"), ID: saleID}.String()
	assert.Contains(t, b.last, `href="`+older+`"`)
	require.Equal(t, 200, b.get(older).StatusCode)
	assert.Equal(t, saleID, asked.Cursor.ID)
	assert.Equal(t, 200, b.do("GET", "/transactions?range=1h", nil, map[string]string{"X-Requested-With": "refresh"}).StatusCode)
	assert.Contains(t, b.last, `id="result"`, "the part that refreshes itself is in the page")

	b.get("/transactions?status=in-doubt&receiver=hwb&min=100&range=7d")
	page = text(b.last)
	assert.Contains(t, page, "Status: In doubt")
	assert.Contains(t, page, "Provider: Hollywoodbets")
	assert.Contains(t, page, "Amount: at least 100.00")
	assert.Contains(t, b.last, `href="/transactions?min=100.00&amp;range=7d&amp;receiver=hwb" aria-label="Remove filter Status: In doubt"`)
}

func TestTransactionListErrors(t *testing.T) {
	t.Parallel()
	deps, reader, _ := newDesk(nil)
	searched := 0
	answer := error(nil)
	reader.search = func(transactions.Filter) (monitoring.Found, error) {
		searched++
		return monitoring.Found{}, answer
	}
	app, people := newConsole(t, deps)
	b := newBrowser(t, app).as(people, grant(operators.Auditor))
	for query, says := range map[string]string{
		"from=2026-01-01T00:00":                     "31 days wide at most",
		"from=2026-03-12T14:00&to=2026-03-12T13:00": "ends before it begins",
		"range=custom":                              "Say from when, or give a reference.",
		"min=abc":                                   "This is not an amount.",
		"status=nonsense":                           "This status is not known.",
		"before=zzz":                                "points to no place",
		"rows=7":                                    "25, 50, 100 or 200",
	} {
		assert.Equal(t, 400, b.get("/transactions?"+query).StatusCode, query)
		assert.Contains(t, text(b.last), says, query)
	}
	assert.Zero(t, searched, "nothing is searched for with a filter that cannot be used")
	b.get("/transactions?min=abc")
	assert.Contains(t, b.last, `id="f-min-error"`)
	assert.Contains(t, b.last, `value="abc"`)

	assert.Equal(t, 200, b.get("/transactions?product=HWB").StatusCode)
	assert.Contains(t, text(b.last), "Remove Product")
	answer = apperr.Errorf(apperr.TooMany, "Narrow the range to the last hour.")
	assert.Equal(t, 503, b.get("/transactions?range=31d").StatusCode)
	assert.Contains(t, text(b.last), "The search was stopped after 15 s. Narrow the range to the last hour.")
	answer = errors.New("socket 7 is gone")
	assert.Equal(t, 500, b.get("/transactions").StatusCode)
	assert.NotContains(t, b.last, "socket 7")
}

func TestASecretReferenceLeavesTheAddress(t *testing.T) {
	t.Parallel()
	deps, reader, _ := newDesk(nil)
	var asked transactions.Filter
	reader.search = func(f transactions.Filter) (monitoring.Found, error) { asked = f; return monitoring.Found{}, nil }
	app, people := newConsole(t, deps)
	b := newBrowser(t, app).as(people, grant(operators.Support))
	for _, query := range []string{"kind=code&ref=7300118822454417", "ref=7300+1188+2245+4417", "kind=msisdn&ref=%2B27821234567"} {
		res := b.get("/transactions?" + query)
		require.Equal(t, 303, res.StatusCode, query)
		next := res.Header.Get("Location")
		assert.NotContains(t, next, "4417")
		assert.NotContains(t, next, "27821234567")
		require.Equal(t, 200, b.get(next).StatusCode)
		assert.NotEmpty(t, asked.Reference.Hashes)
		assert.NotContains(t, b.last, "7300118822454417")
		assert.NotContains(t, b.last, "27821234567")
		assert.Contains(t, text(b.last), "hidden value")
		u, err := url.Parse(next)
		require.NoError(t, err)
		assert.Contains(t, b.last, u.Query().Get("sealed"), "the form keeps it when another filter changes")
	}
	assert.Equal(t, 200, b.get("/transactions?ref=KF-0007-4471").StatusCode, "a plain reference stays readable")
	assert.Equal(t, "KF-0007-4471", asked.Reference.Value)
	assert.Equal(t, transactions.Last90Days, asked.Preset)
}

func TestOverviewPage(t *testing.T) {
	t.Parallel()
	deps, reader, _ := newDesk(nil)
	q := reader.queues
	q.Stuck = []monitoring.Stuck{{Provider: monitoring.Named{ID: "sup", Name: "Supabets"}, State: "PARKED", Reason: "not acknowledged for 72h", Entries: 36, Worth: []monitoring.Sum{{Currency: "710", Minor: 442000, Count: 36}}}}
	reader.overview = monitoring.Overview{
		Now: at("14:04:31"), Queues: q, Today: 41862, InDoubt: 14, DoubtSums: []monitoring.Sum{{Currency: "710", Minor: 436900, Count: 14}}, DoubtSince: at("14:00:00"),
		Last15: monitoring.Counts{900, 60, 20, 15, 5}, Minutes: []monitoring.Minute{{At: at("14:04:00"), Counts: monitoring.Counts{10, 1, 0, 2, 0}}},
		Needs:     []monitoring.Need{{ID: saleID, Provider: monitoring.Named{Name: "Lottostar"}, Operation: transactions.Provision, Outcome: transactions.Success, ReceivedAt: at("11:52:44"), Amount: monitoring.Sum{Currency: "710", Minor: 10000}}},
		Providers: []monitoring.ProviderHealth{{Provider: monitoring.Named{ID: "hwb", Name: "Hollywoodbets"}, Enabled: true, Queue: 23, PerMinute: []int{1, 2, 3}}},
		Timetable: []monitoring.Work{{Title: "Reconciliation", At: at("03:00:00"), State: "DONE", Note: "12 breaks"}, {Job: "audit", Title: "Audit", Schedule: "daily at 02:00"}, {Job: "cutoff", Title: "Cut-off", Schedule: "daily at 15:00"}},
	}
	app, people := newConsole(t, deps)
	b := newBrowser(t, app).as(people, grant(operators.OperatorRole))
	require.Equal(t, 200, b.get("/").StatusCode)
	page := text(b.last)
	for _, fact := range []string{"41 862 transactions today. R 4 369.00 in doubt in 14 transactions. 37 items need a person.", "98.0 %", "36 advices parked at Supabets", "R 4 420.00", "Lottostar provision approved, never confirmed", "Unhealthy", "12 breaks", "daily at 15:00", "Now"} {
		assert.Contains(t, page, fact)
	}
	assert.Contains(t, b.last, `href="/saf/queues/hwb"`)
	assert.True(t, reader.midnight.Equal(at("00:00:00")))
	f := newBrowser(t, app).as(people, grant(operators.Finance))
	require.Equal(t, 200, f.get("/").StatusCode)
	assert.NotContains(t, f.last, `href="/saf`, "no link leads where the role may not go")

	reader.overview = monitoring.Overview{Now: at("14:04:31")}
	b.get("/")
	assert.Contains(t, text(b.last), "Nothing is in doubt and nothing needs a person")
}

func TestTheTimetableShowsWhenWorkIsDue(t *testing.T) {
	t.Parallel()
	day := func(clock string) time.Time { return at(clock).AddDate(0, 0, 1) }
	o := monitoring.Overview{Now: at("14:04:31"), Timetable: []monitoring.Work{
		{Job: "recon", Title: "Reconciliation", At: at("03:00:00"), State: "DONE"},
		{Job: "audit", Title: "Audit", Schedule: "daily at 02:00"},
		{Job: "cutoff", Title: "Cut-off", Schedule: "daily at 15:00"},
	}}
	rows := timetable(&o, map[string]time.Time{"audit": day("02:00:00"), "cutoff": at("15:00:00"), "recon": day("03:00:00")})
	require.Len(t, rows, 4)
	for i, want := range []pages.TimetableRow{{At: at("03:00:00"), Work: "Reconciliation"}, {At: o.Now}, {At: at("15:00:00"), Work: "Cut-off"}, {At: day("02:00:00"), Work: "Audit"}} {
		assert.Equal(t, want.Work, rows[i].Work)
		assert.True(t, want.At.Equal(rows[i].At), rows[i])
	}
	assert.True(t, rows[1].Now)
}
