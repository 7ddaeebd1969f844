package switchcore_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// listener is a connector that keeps what it is given to read.
type listener struct {
	switchcore.Connector
	heard []byte
	says  switchcore.Result
}

func (l *listener) Read(_ switchcore.Call, a switchcore.Answer) switchcore.Result {
	l.heard = a.Body
	return l.says
}

// A NUL in an answer could not be stored: its outcome would be tried for as long as the client waits, and be lost.
func TestAnswersThatCannotBeStoredAreNotRead(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"code":"12"}`: `{"code":"12"}`, "{\"code\":\"1\x002\"}": "", `{"code":"1\u00002"}`: "", `{"voucher":"{\"pin\":\"1\\u00002\"}"}`: "", `{"code":"1\u00012"}`: `{"code":"1\u00012"}`,
	} {
		l := &listener{says: switchcore.Result{Class: switchcore.ClassDeclined}}
		r := switchcore.Understand(l, switchcore.Call{}, switchcore.Answer{Status: 400, Body: []byte(body)})
		require.Equal(t, want, string(l.heard), body)
		require.Equal(t, switchcore.ClassDeclined, r.Class, "the status still speaks")
	}
}

// One absurd amount would overflow the sums of its day and stop a settlement for everybody, whoever names it.
func TestAbsurdAnswersAreUnknown(t *testing.T) {
	t.Parallel()
	amount := func(minor int64) *money.Amount { return &money.Amount{Minor: minor, Currency: "710"} }
	code := func(n int) *switchcore.Issued { return &switchcore.Issued{Code: strings.Repeat("7", n)} }
	for name, x := range map[string]struct {
		says switchcore.Result
		ok   bool
	}{
		"nothing":             {switchcore.Result{}, true},
		"the largest":         {switchcore.Result{ApprovedAmount: amount(money.Largest), BalanceAmount: amount(-money.Largest), Voucher: code(512)}, true},
		"approved too much":   {switchcore.Result{ApprovedAmount: amount(money.Largest + 1)}, false},
		"far below nothing":   {switchcore.Result{ApprovedAmount: amount(-money.Largest - 1)}, false},
		"an immense balance":  {switchcore.Result{BalanceAmount: amount(1<<63 - 1)}, false},
		"a code like a novel": {switchcore.Result{Voucher: code(513)}, false},
	} {
		x.says.Class = switchcore.ClassApproved
		r := switchcore.Understand(&listener{says: x.says}, switchcore.Call{}, switchcore.Answer{Status: 201})
		if x.ok {
			require.Equal(t, x.says, r, name)
		} else {
			require.Equal(t, switchcore.Result{Class: switchcore.ClassUnknown, Detail: "BAD_RESPONSE"}, r, name)
		}
	}
}
