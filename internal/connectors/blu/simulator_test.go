package blu

import (
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	simulator "github.com/signalboxhq/signalbox/internal/simulator/blu"
	"github.com/signalboxhq/signalbox/internal/simulator/stage"
	"github.com/signalboxhq/signalbox/internal/simulator/stage/stagetest"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// desk settles transactions with Blu Voucher: what stays unknown is a break, unless a redemption is proved not to have
// happened.
type desk struct {
	connectortest.Desk
	retries bool
}

func (d desk) settle(call switchcore.Call, amount int64) connectortest.Deal {
	call, x := d.Settle(call, amount, d.retries)
	if x.End != connectortest.Open {
		return x
	}
	x.End = connectortest.Doubt
	if call.Operation == transactions.Redemption && d.untaken(call) {
		x.End = connectortest.Undone
	}
	return x
}

// untaken asks, as the reversal of a redemption does, whether there is anything to undo; the answer counts when it comes twice.
func (d desk) untaken(call switchcore.Call) bool {
	call.Request = &switchcore.Request{Body: []byte(`{"voucher":{"code":"` + call.Request.VoucherCode + `"}}`)}
	entry := uuid.NewString()
	for range 2 {
		if r := d.Advise(call, entry); r.Class != switchcore.ClassDone || !r.NotFound {
			return false
		}
	}
	return true
}

// deals makes one or two transactions: a sale, or the use of one.
func (d desk) deals(n int) []connectortest.Deal {
	r := rand.New(rand.NewPCG(77, uint64(n)))
	if r.IntN(2) == 0 {
		amount := connectortest.RandomAmount(r)
		return []connectortest.Deal{d.settle(asking(transactions.Provision, request(zar(amount)), listed("41")), amount)}
	}
	sale := d.settle(asking(transactions.Provision, request(zar(90000)), listed("41")), 90000)
	if sale.End != connectortest.Stands { // its connection was closed behind somebody's answer that came twice
		return []connectortest.Deal{sale}
	}
	use, amount := redeeming(nil), int64(0)
	if r.IntN(4) > 0 {
		amount = connectortest.RandomAmount(r)
		use.Amount = zar(amount)
	}
	use.VoucherCode = sale.Code
	return []connectortest.Deal{sale, d.settle(asking(transactions.Redemption, use, nil), amount)}
}

// TestAgainstTheStandIn compares the books after mixed transactions with faults, with and without certified repeats.
func TestAgainstTheStandIn(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{retryOff, retryResend} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s := stagetest.Start(t, "", func(c stage.Config) stagetest.House { return simulator.New(c) })
			c := newConnector(t, s.URL+"/v2/trade", Options{RetryMode: mode})
			connectortest.Mix(t, s.House, desk{connectortest.Desk{T: t, C: c}, mode == retryResend}.deals)
		})
	}
}
