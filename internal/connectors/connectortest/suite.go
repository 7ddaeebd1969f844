package connectortest

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

const (
	patience = 20 * time.Second       // no case comes near it
	short    = 150 * time.Millisecond // of a caller who gives up
)

// Run runs the whole suite. The cases run in parallel, each with a connector of its own.
func Run(t *testing.T, f Fixture) {
	t.Helper()
	for _, s := range []Scenario{
		Approve, Decline, UnknownCode, Silence, Late, Malformed, OtherReference, NoVoucher, ServerError, Reset,
	} {
		t.Run(string(s), func(t *testing.T) {
			t.Parallel()
			f.skip(t, s)
			f.start(t).provision(s)
		})
	}
	for name, run := range map[string]func(*rig){
		string(DuplicateAnswer):           (*rig).duplicateAnswer,
		"not reachable":                   (*rig).notReachable,
		"confirmation acknowledged":       (*rig).confirmed,
		"reversal acknowledged":           (*rig).reversed,
		"reversal after silence":          (*rig).reversedAfterSilence,
		"reversal of what never came":     (*rig).reversedNothing,
		"advice unanswered":               (*rig).adviceUnanswered,
		"reversal unsupported":            (*rig).reversalUnsupported,
		"prepare is pure":                 (*rig).prepareIsPure,
		"read takes anything":             (*rig).readTakesAnything,
		"a call that ended is not resent": (*rig).abandoned,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(f.start(t))
		})
	}
}

func (f Fixture) skip(t *testing.T, s Scenario) {
	t.Helper()
	if reason := f.Skip[s]; reason != "" {
		t.Skip(reason)
	}
}

// rig is one connector before one provider, with a count of the messages that reached it.
type rig struct {
	Fixture
	t         *testing.T
	connector switchcore.Connector
	messages  atomic.Int64
	url       string
}

func (f Fixture) start(t *testing.T) *rig {
	t.Helper()
	r := &rig{Fixture: f, t: t}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.messages.Add(1)
		f.Provider.ServeHTTP(w, req)
	}))
	t.Cleanup(s.Close)
	r.url = s.URL
	r.connector = f.Connect(t, s.URL+f.Base)
	return r
}

// ask prepares, sends and reads a call the way the switch does: once, and reading without request and advice.
func (r *rig) ask(call switchcore.Call, limit time.Duration) (switchcore.Answer, switchcore.Result) {
	r.t.Helper()
	m, err := r.connector.Prepare(call)
	require.NoError(r.t, err)
	return r.send(call, m, limit)
}

func (r *rig) send(call switchcore.Call, m switchcore.Message, limit time.Duration) (switchcore.Answer, switchcore.Result) {
	r.t.Helper()
	before := r.messages.Load()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	a := r.connector.Send(ctx, m)
	if a.Sent {
		require.Equal(r.t, before+1, r.messages.Load(), "one Send, one message (I2)")
	}
	result := r.read(call, a)
	r.noSecrets(m, a, result)
	return a, result
}

func (r *rig) read(call switchcore.Call, a switchcore.Answer) switchcore.Result {
	call.Request, call.Advice = nil, nil // only Prepare may rely on them
	return r.connector.Read(call, a)
}

// noSecrets looks for the issued code in everything that is stored or shown in clear.
func (r *rig) noSecrets(m switchcore.Message, a switchcore.Answer, result switchcore.Result) {
	r.t.Helper()
	require.NotContains(r.t, strings.ToLower(m.Headers+a.Headers), "authorization")
	if result.Voucher == nil || len(result.Voucher.Code) < 6 {
		return
	}
	shown := m.Masked + m.TracedPath + a.Masked + a.Headers + result.Words.Code + result.Words.Message + result.Words.Ref + result.Detail
	require.NotContains(r.t, shown, result.Voucher.Code)
}

func (r *rig) provision(s Scenario) {
	limit := patience
	if s == Silence {
		limit = short
	}
	a, result := r.ask(r.Provision(r.t, uuid.NewString(), s), limit)
	require.True(r.t, a.Sent)
	require.Equal(r.t, r.expected(s), result.Class, "detail %s, status %d: %s", result.Detail, a.Status, a.Masked)
	require.NotEmpty(r.t, result.Detail)
	switch result.Class {
	case switchcore.ClassApproved:
		require.NotNil(r.t, result.Voucher)
		require.NotEmpty(r.t, result.Voucher.Code)
		require.NotEmpty(r.t, result.Members, "the client needs its voucher")
	case switchcore.ClassDeclined:
		require.NotEmpty(r.t, result.ErrorType)
	default:
		require.Nil(r.t, result.Voucher)
	}
	if s == Silence {
		require.True(r.t, a.Timeout)
		require.Zero(r.t, a.Status)
	}
}

// duplicateAnswer sends another provision behind an answer that came twice: it may stay unknown, but it is never given
// the first one's voucher.
func (r *rig) duplicateAnswer() {
	r.skip(r.t, DuplicateAnswer)
	_, first := r.ask(r.Provision(r.t, uuid.NewString(), DuplicateAnswer), patience)
	require.Equal(r.t, r.expected(DuplicateAnswer), first.Class)
	for range 3 {
		call := r.Provision(r.t, uuid.NewString(), Approve)
		m, err := r.connector.Prepare(call)
		require.NoError(r.t, err)
		before := r.messages.Load()
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		result := r.read(call, r.connector.Send(ctx, m))
		cancel()
		require.LessOrEqual(r.t, r.messages.Load(), before+1)
		if result.Class == switchcore.ClassApproved {
			require.NotEqual(r.t, first.Voucher.Code, result.Voucher.Code)
			continue
		}
		require.Contains(r.t, []switchcore.Class{switchcore.ClassUnknown, switchcore.ClassNotSent}, result.Class)
	}
}

func (r *rig) notReachable() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(r.t, err)
	require.NoError(r.t, l.Close())
	r.connector = r.Connect(r.t, "http://"+l.Addr().String()+r.Base)
	a, result := r.ask(r.Provision(r.t, uuid.NewString(), Approve), patience)
	require.False(r.t, a.Sent)
	require.Error(r.t, a.Err)
	require.Equal(r.t, switchcore.ClassNotSent, result.Class)
	require.Zero(r.t, r.messages.Load())
}

// abandoned gives up before anything was sent: the message must not leave afterwards.
func (r *rig) abandoned() {
	m, err := r.connector.Prepare(r.Provision(r.t, uuid.NewString(), Approve))
	require.NoError(r.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	a := r.connector.Send(ctx, m)
	require.Zero(r.t, a.Status)
	if !a.Sent {
		require.Zero(r.t, r.messages.Load())
	}
}

func (r *rig) prepareIsPure() {
	call := r.Provision(r.t, uuid.NewString(), Approve)
	first, err := r.connector.Prepare(call)
	require.NoError(r.t, err)
	second, err := r.connector.Prepare(call)
	require.NoError(r.t, err)
	require.Equal(r.t, first, second)
	require.Zero(r.t, r.messages.Load())
}

// readTakesAnything reads noise: no panic, and nothing but a plain refusal status may end a request.
func (r *rig) readTakesAnything() {
	call := r.Provision(r.t, uuid.NewString(), Approve)
	for _, status := range []int{200, 201, 202, 204, 302, 408, 425, 429, 500, 502, 504, 599, 999} {
		for _, body := range []string{"", "null", "[]", "{}", `{"id":`, "\xff\xfe", strings.Repeat("[", 1000), `{"id":1,"id":2}`, "<html></html>"} {
			a := switchcore.Answer{Sent: true, Status: status, Body: []byte(body)}
			require.Equal(r.t, switchcore.ClassUnknown, r.read(call, a).Class, "%d %q", status, body)
		}
	}
	require.Equal(r.t, switchcore.ClassNotSent, r.read(call, switchcore.Answer{}).Class)
	require.Equal(r.t, switchcore.ClassUnknown, r.read(call, switchcore.Answer{Sent: true, Timeout: true, Err: context.DeadlineExceeded}).Class)
	require.Equal(r.t, transactions.AttemptRequest, call.Kind)
}
