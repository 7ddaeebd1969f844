package humm

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// requestOf gives the switch's operation of the rail's.
func requestOf(op rail.Operation) transactions.Operation {
	return map[rail.Operation]transactions.Operation{
		rail.CreateKey: transactions.CreateKey, rail.Invite: transactions.Invite, rail.ProcessAuthorisation: transactions.Authorisation,
		rail.SendReceipt: transactions.Receipt, rail.ProcessAdjustment: transactions.Adjustment,
	}[op]
}

// Every code of the table, as the answer to a first message.
func TestEveryCode(t *testing.T) {
	t.Parallel()
	c := pure(t)
	classes := map[rail.Class]switchcore.Class{
		rail.Approved: switchcore.ClassApproved, rail.Declined: switchcore.ClassDeclined, rail.Client: switchcore.ClassDeclined, rail.Unknown: switchcore.ClassUnknown,
	}
	for _, m := range rail.Codes() {
		for _, op := range rail.Operations() {
			if op == rail.ReverseAdjustment || m.Operation != "" && m.Operation != op {
				continue
			}
			cl := sent(t, c, call(t, requestOf(op), transactions.AttemptRequest))
			more := []rail.Field{{Name: "x_key", Value: "k"}}
			r := c.Read(cl, says(cl, m.Code, m.Status, more...))
			require.Equal(t, classes[m.Class], r.Class, "%s to %s", m.Code, op)
			require.Equal(t, r.Class != switchcore.ClassApproved, r.Words.Code == m.Code)
			require.Equal(t, m.Code == rail.NotRecognised || m.Code == rail.BadSignature, r.Alarm)
			switch r.Class {
			case switchcore.ClassDeclined:
				require.NotEmpty(t, r.ErrorType)
				require.Nil(t, r.Follow)
			case switchcore.ClassUnknown:
				require.True(t, r.StateUnknown)
			case switchcore.ClassApproved:
				require.Equal(t, `"`+m.Code+`"`, string(r.Members[0].Raw))
			}
		}
	}
}

func TestApproval(t *testing.T) {
	t.Parallel()
	c := pure(t)
	cl := sent(t, c, call(t, transactions.Authorisation, transactions.AttemptRequest))
	r := c.Read(cl, says(cl, "SPRA01", "Success", rail.Field{Name: "x_purchase_number", Value: "H7001234"}, rail.Field{Name: "x_other", Value: "x"}))
	require.Equal(t, switchcore.ClassApproved, r.Class)
	require.Equal(t, "H7001234", r.Words.Ref)
	require.Equal(t, []switchcore.Term{{Kind: transactions.TermPurchase, Value: "H7001234"}}, r.Terms)
	require.Equal(t, []switchcore.Member{
		{Name: "x_code", Raw: []byte(`"SPRA01"`)}, {Name: "x_message", Raw: []byte(`"Said so"`)}, {Name: "x_purchase_number", Raw: []byte(`"H7001234"`)},
	}, r.Members)
	require.Nil(t, r.DeviceKey)
	r = c.Read(cl, says(cl, "SPRA01", "Success"))
	require.Equal(t, switchcore.ClassApproved, r.Class, "some approvals come without a number")
}

func TestDeviceKey(t *testing.T) {
	t.Parallel()
	c := pure(t)
	cl := sent(t, c, call(t, transactions.CreateKey, transactions.AttemptRequest))
	a := says(cl, "SCRK01", "Success", rail.Field{Name: "x_key", Value: "fresh"})
	r := c.Read(cl, a)
	require.Equal(t, &switchcore.DeviceKey{MerchantID: merchant, DeviceID: device, Key: "fresh"}, r.DeviceKey)
	require.NotContains(t, shown(cl.Sent, a, r), "fresh")
	r = c.Read(cl, says(cl, "SCRK01", "Success"))
	require.Equal(t, switchcore.ClassUnknown, r.Class, "no key in it")
	r = c.Read(cl, signedAnswer(deviceKey, "SCRK01", "Success", rail.Field{Name: "x_key", Value: "fresh"}))
	require.Equal(t, switchcore.ClassUnknown, r.Class, "signed with something else than the token")
	require.Nil(t, r.DeviceKey)
	require.Nil(t, r.Follow, "a token is not tried twice")
}

// Without a good signature nothing is believed, whatever the answer says, and people are told.
func TestUnprovenAnswers(t *testing.T) {
	t.Parallel()
	c := pure(t)
	cl := sent(t, c, call(t, transactions.Authorisation, transactions.AttemptRequest))
	good := string(says(cl, "SPRA01", "Success").Body)
	for name, body := range map[string]string{
		"tampered":          strings.Replace(good, "SPRA01", "SPRA02", 1),
		"decline":           string(signedAnswer("other", "FPRA01", "Failed").Body),
		"unsigned":          `{"x_status":"Failed","x_code":"FPRA01","signature":""}`,
		"no signature":      `{"x_status":"Success","x_code":"SPRA01"}`,
		"unsigned stranger": `{"x_status":"Success","x_code":"EAUT01","signature":""}`,
		"wrongly signed":    `{"x_status":"Error","x_code":"EAUT01","signature":"00"}`,
	} {
		r := c.Read(cl, switchcore.Answer{Sent: true, Status: 200, Body: []byte(body)})
		require.Equal(t, switchcore.ClassUnknown, r.Class, name)
		require.True(t, r.Alarm, name)
		require.Equal(t, detailBadSign, r.Detail, name)
		require.Empty(t, r.Words, name)
		require.NotNil(t, r.Follow, name)
	}
	require.Equal(t, switchcore.ClassApproved, c.Read(cl, switchcore.Answer{Sent: true, Status: 500, Body: []byte(good)}).Class, "the code decides, not the status")
	c.keys = keys{}
	require.Equal(t, switchcore.ClassUnknown, c.Read(cl, switchcore.Answer{Sent: true, Status: 200, Body: []byte(good)}).Class, "the key cannot be read")
}

// One answer may come unsigned: that no key is shared. Of a first message it is a refusal, of a repeat it proves nothing.
func TestStranger(t *testing.T) {
	t.Parallel()
	c := pure(t)
	a := switchcore.Answer{Sent: true, Status: 200, Body: []byte(`{"x_status":"Error","x_code":"EAUT01","x_message":"Who?","signature":""}`)}
	for kind, want := range map[transactions.AttemptKind]switchcore.Class{
		transactions.AttemptRequest: switchcore.ClassDeclined, transactions.AttemptRetry: switchcore.ClassUnknown, transactions.AttemptReverse: switchcore.ClassRepeat,
	} {
		cl := sent(t, c, call(t, transactions.Authorisation, kind))
		r := c.Read(cl, a)
		require.Equal(t, want, r.Class, kind)
		require.True(t, r.Alarm)
		require.Nil(t, r.Follow)
	}
}

// A repeat that is not even looked at says nothing about the message it repeats.
func TestRefusedRepeats(t *testing.T) {
	t.Parallel()
	c := pure(t)
	for _, x := range []struct {
		op           transactions.Operation
		code, status string
		want         switchcore.Class
	}{
		{transactions.Authorisation, "ESIG01", "Error", switchcore.ClassUnknown},
		{transactions.Authorisation, "EAUT01", "Error", switchcore.ClassUnknown},
		{transactions.Authorisation, "FPRA22", "Failed", switchcore.ClassDeclined},
		{transactions.Authorisation, "EVAL01", "Error", switchcore.ClassDeclined},
		{transactions.Adjustment, "FPSA08", "Failed", switchcore.ClassUnknown},
		{transactions.Adjustment, "FPSA04", "Failed", switchcore.ClassDeclined},
		{transactions.Receipt, "FSER02", "Failed", switchcore.ClassApproved},
		{transactions.Receipt, "FSER01", "Failed", switchcore.ClassDeclined},
	} {
		cl := sent(t, c, call(t, x.op, transactions.AttemptRetry))
		require.Equal(t, x.want, c.Read(cl, says(cl, x.code, x.status)).Class, "%s %s, asked by the till", x.op, x.code)
		cl = sent(t, c, call(t, x.op, transactions.AttemptRequest))
		cl.Step = "again-1"
		require.Equal(t, x.want, c.Read(cl, says(cl, x.code, x.status)).Class, "%s %s, asked by us", x.op, x.code)
	}
	cl := sent(t, c, call(t, transactions.Receipt, transactions.AttemptRetry))
	r := c.Read(cl, says(cl, "FSER02", "Failed"))
	require.Equal(t, `"SSER01"`, string(r.Members[0].Raw), "attached by the message that went before")
	cl = sent(t, c, call(t, transactions.Receipt, transactions.AttemptRequest))
	require.Equal(t, switchcore.ClassDeclined, c.Read(cl, says(cl, "FSER02", "Failed")).Class, "a first one meets another sale's")
}

// Three identical repeats, after 1, 2 and 4 seconds, or as the rail asks.
func TestReasks(t *testing.T) {
	t.Parallel()
	c := pure(t)
	for _, op := range []transactions.Operation{transactions.Authorisation, transactions.Adjustment, transactions.Receipt} {
		cl := sent(t, c, call(t, op, transactions.AttemptRequest))
		for i, after := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
			r := c.Read(cl, says(cl, "EISE01", "Error"))
			require.Equal(t, after, r.Follow.After, "%s %d", op, i)
			require.Equal(t, transactions.AttemptRetry, r.Follow.Kind)
			require.Equal(t, cl.Sent.Body, r.Follow.Message.Body)
			require.Equal(t, cl.Sent.Path, r.Follow.Message.Path)
			cl.Step, cl.Kind, cl.Sent = r.Follow.Step, r.Follow.Kind, r.Follow.Message
		}
		require.Nil(t, c.Read(cl, says(cl, "EISE01", "Error")).Follow)
	}
	for _, op := range []transactions.Operation{transactions.CreateKey, transactions.Invite} {
		cl := sent(t, c, call(t, op, transactions.AttemptRequest))
		require.Nil(t, c.Read(cl, says(cl, "EISE01", "Error")).Follow, op)
	}
}

func TestBuyersPace(t *testing.T) {
	t.Parallel()
	c := pure(t)
	cl := sent(t, c, call(t, transactions.Authorisation, transactions.AttemptRequest))
	for duration, after := range map[string]time.Duration{
		"7": 7 * time.Second, `"7"`: 7 * time.Second, "0": time.Second, "-5": time.Second, `"x"`: time.Second, "null": time.Second, "99999999": time.Hour,
	} {
		r := c.Read(cl, says(cl, "SPND01", "Pending", rail.Field{Name: "retry_duration", Raw: []byte(duration)}))
		require.Equal(t, switchcore.ClassUnknown, r.Class)
		require.Equal(t, after, r.Follow.After, duration)
		require.Equal(t, "SPND01", r.Words.Code)
	}
}

func TestExchangesWithoutAnswer(t *testing.T) {
	t.Parallel()
	c := pure(t)
	for name, x := range map[string]struct {
		answer          switchcore.Answer
		request, advice switchcore.Class
		detail          string
	}{
		"not reachable": {switchcore.Answer{Err: errors.New("x")}, switchcore.ClassNotSent, switchcore.ClassNotSent, family.DetailConnectFail},
		"time-out":      {switchcore.Answer{Sent: true, Timeout: true, Err: context.DeadlineExceeded}, switchcore.ClassUnknown, switchcore.ClassRepeat, family.DetailTimeout},
		"reset":         {switchcore.Answer{Sent: true, Err: errors.New("x")}, switchcore.ClassUnknown, switchcore.ClassRepeat, family.DetailNoAnswer},
		"cut short":     {switchcore.Answer{Sent: true, Err: wire.ErrIncomplete}, switchcore.ClassUnknown, switchcore.ClassRepeat, family.DetailBadResponse},
		"too large":     {switchcore.Answer{Sent: true, Err: wire.ErrTooLarge}, switchcore.ClassUnknown, switchcore.ClassRepeat, family.DetailBadResponse},
	} {
		cl := sent(t, c, call(t, transactions.Authorisation, transactions.AttemptRequest))
		r := c.Read(cl, x.answer)
		require.Equal(t, x.request, r.Class, name)
		require.Equal(t, x.detail, r.Detail, name)
		require.Equal(t, x.request == switchcore.ClassUnknown, r.Follow != nil, name)
		cl = sent(t, c, call(t, transactions.Authorisation, transactions.AttemptReverse))
		r = c.Read(cl, x.answer)
		require.Equal(t, x.advice, r.Class, name)
		require.Nil(t, r.Follow, name)
	}
	cl := sent(t, c, call(t, transactions.Authorisation, transactions.AttemptReverse))
	require.Equal(t, switchcore.ClassFault, c.Read(cl, switchcore.Answer{Err: wire.ErrNotWritten}).Class)
}

func TestReadTakesAnything(t *testing.T) {
	t.Parallel()
	c := pure(t)
	for _, kind := range []transactions.AttemptKind{transactions.AttemptRequest, transactions.AttemptReverse} {
		cl := sent(t, c, call(t, transactions.Authorisation, kind))
		want := map[transactions.AttemptKind]switchcore.Class{
			transactions.AttemptRequest: switchcore.ClassUnknown, transactions.AttemptReverse: switchcore.ClassRepeat,
		}[kind]
		for _, status := range []int{200, 201, 204, 302, 400, 404, 408, 429, 500, 501, 503, 999} {
			for _, body := range []string{
				"", "null", "[]", "{}", `{"x_code":`, "\xff\xfe", strings.Repeat("[", 1000), `{"x_code":"A","x_code":"B"}`, "<html></html>",
				`{"x_code":7}`, `{"x_code":{"a":1}}`, `{"x_status":"Success"}`,
			} {
				require.Equal(t, want, c.Read(cl, switchcore.Answer{Sent: true, Status: status, Body: []byte(body)}).Class, "%d %q", status, body)
			}
		}
		bare := switchcore.Call{Kind: kind, Operation: transactions.Authorisation}
		require.Equal(t, want, c.Read(bare, says(bare, "SPRA01", "Success")).Class, "what was sent is not known")
	}
}

// What becomes of a sale that is taken back: asked about first, then refunded.
func TestResolving(t *testing.T) {
	t.Parallel()
	c := pure(t)
	cl := sent(t, c, call(t, transactions.Authorisation, transactions.AttemptReverse))

	r := c.Read(cl, says(cl, "SPRA01", "Success", rail.Field{Name: "x_purchase_number", Value: "H7001234"}))
	require.Equal(t, switchcore.ClassApproved, r.Proved)
	require.Equal(t, switchcore.ClassRepeat, r.Class, "not done before the refund is")
	require.Equal(t, "H7001234", r.Words.Ref)
	require.Equal(t, refundStep, r.Follow.Step)
	require.Equal(t, transactions.AttemptReverse, r.Follow.Kind)
	refund := mustMessage(t, r.Follow.Message.Body)
	require.True(t, refund.Verify(deviceKey))
	require.Equal(t, entryID, refund.Text("x_pos_transaction_ref"))
	require.Equal(t, "10000", refund.Text("x_amount"))
	require.Equal(t, "H7001234", refund.Text("x_purchase_ref"))
	require.Equal(t, r.Follow, c.Read(cl, says(cl, "SPRA01", "Success", rail.Field{Name: "x_purchase_number", Value: "H7001234"})).Follow, "the same every time")

	next := cl
	next.Step, next.Sent = r.Follow.Step, r.Follow.Message
	for _, x := range []struct {
		code, status string
		want         switchcore.Class
		alarm        bool
	}{
		{"SPSA01", "Success", switchcore.ClassDone, false},
		{"FPSA03", "Failed", switchcore.ClassDone, false},
		{"FPSA01", "Failed", switchcore.ClassRefused, false},
		{"FPSA04", "Failed", switchcore.ClassRefused, false},
		{"FPSA08", "Failed", switchcore.ClassRefused, false},
		{"EVAL01", "Error", switchcore.ClassRefused, false},
		{"EAUT01", "Error", switchcore.ClassRepeat, true},
		{"ESIG01", "Error", switchcore.ClassRepeat, true},
		{"EISE01", "Error", switchcore.ClassRepeat, false},
		{"SXXX01", "Success", switchcore.ClassRepeat, false},
	} {
		r := c.Read(next, says(next, x.code, x.status))
		require.Equal(t, x.want, r.Class, x.code)
		require.Equal(t, x.alarm, r.Alarm, x.code)
		require.Zero(t, r.Proved)
	}

	for _, x := range []struct {
		code, status string
		class        switchcore.Class
		proved       switchcore.Class
	}{
		{"FPRA01", "Failed", switchcore.ClassDone, switchcore.ClassDeclined},
		{"FPRA22", "Failed", switchcore.ClassDone, switchcore.ClassDeclined},
		{"EVAL01", "Error", switchcore.ClassDone, switchcore.ClassDeclined},
		{"EISE01", "Error", switchcore.ClassRepeat, switchcore.ClassUnknown},
		{"SPND01", "Pending", switchcore.ClassRepeat, switchcore.ClassUnknown},
		{"ESIG01", "Error", switchcore.ClassRepeat, switchcore.ClassUnknown},
		{"EAUT01", "Error", switchcore.ClassRepeat, switchcore.ClassUnknown},
	} {
		r := c.Read(cl, says(cl, x.code, x.status))
		require.Equal(t, x.class, r.Class, x.code)
		require.Equal(t, x.proved, r.Proved, x.code)
		require.Nil(t, r.Follow, x.code)
	}
	c.keys = keys{}
	require.Equal(t, switchcore.ClassRepeat, c.Read(cl, says(cl, "SPRA01", "Success")).Class)
}

func TestUndoingARefund(t *testing.T) {
	t.Parallel()
	c := pure(t)
	cl := sent(t, c, call(t, transactions.Adjustment, transactions.AttemptReverse))
	for _, x := range []struct {
		code, status string
		want         switchcore.Class
		notFound     bool
	}{
		{"SPAR01", "Success", switchcore.ClassDone, false},
		{"FPAR01", "Failed", switchcore.ClassDone, true},
		{"FPSA01", "Failed", switchcore.ClassDone, true},
		{"FPAR08", "Failed", switchcore.ClassDone, false},
		{"FPSA08", "Failed", switchcore.ClassDone, false},
		{"FPAR02", "Failed", switchcore.ClassRefused, false},
		{"FPAR04", "Failed", switchcore.ClassRefused, false},
		{"FPAR05", "Failed", switchcore.ClassRefused, false},
		{"EVAL01", "Error", switchcore.ClassRefused, false},
		{"EAUT01", "Error", switchcore.ClassRepeat, false},
		{"ESIG01", "Error", switchcore.ClassRepeat, false},
		{"EISE01", "Error", switchcore.ClassRepeat, false},
		{"SPSA01", "Success", switchcore.ClassRepeat, false},
	} {
		r := c.Read(cl, says(cl, x.code, x.status))
		require.Equal(t, x.want, r.Class, x.code)
		require.Equal(t, x.notFound, r.NotFound, x.code)
	}
}

func TestReceiptsFromTheQueue(t *testing.T) {
	t.Parallel()
	c := pure(t)
	cl := sent(t, c, call(t, transactions.Receipt, transactions.AttemptReceipt))
	for code, want := range map[string]switchcore.Class{
		"SSER01": switchcore.ClassDone, "FSER02": switchcore.ClassDone, "FSER01": switchcore.ClassRefused, "EVAL01": switchcore.ClassRefused,
		"ESIG01": switchcore.ClassRepeat, "EISE01": switchcore.ClassRepeat,
	} {
		m, _ := rail.MeaningOf(rail.SendReceipt, code)
		require.Equal(t, want, c.Read(cl, says(cl, code, m.Status)).Class, code)
	}
}
