package flash

import (
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	simulator "github.com/signalboxhq/signalbox/internal/simulator/flash"
	"github.com/signalboxhq/signalbox/internal/simulator/stage"
	"github.com/signalboxhq/signalbox/internal/simulator/stage/stagetest"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// desk settles transactions with Flash: what stays unknown is reversed.
type desk struct {
	connectortest.Desk
	products []switchcore.Product
}

// settle takes a transaction to its end; undo takes it back even where it stands.
func (d desk) settle(call switchcore.Call, amount int64, undo bool) connectortest.Deal {
	call, x := d.Settle(call, amount, true)
	if x.End == connectortest.Open || x.End == connectortest.Stands && undo {
		x.End = d.reverse(call, x.End)
	}
	return x
}

// reverse delivers a reversal until its end.
func (d desk) reverse(call switchcore.Call, before connectortest.End) connectortest.End {
	if call.Product != nil && call.Product.NotReversible && call.Operation == transactions.Provision {
		if before == connectortest.Stands {
			return connectortest.Stands
		}
		return connectortest.Doubt
	}
	call.Request = nil
	entry := uuid.NewString()
	for range 6 {
		switch r := d.Advise(call, entry); {
		case r.Class == switchcore.ClassDone && !r.NotFound:
			return connectortest.Undone
		case r.Class == switchcore.ClassDone:
			if again := d.Advise(call, entry); again.Class == switchcore.ClassDone {
				return connectortest.Undone
			}
		case r.Class == switchcore.ClassRefused:
			return connectortest.Doubt
		}
	}
	return connectortest.Open
}

// deals makes one or two transactions: a sale, or the use of one.
func (d desk) deals(n int) []connectortest.Deal {
	r := rand.New(rand.NewPCG(77, uint64(n)))
	switch r.IntN(10) {
	case 0, 1, 2: // redemption of a fresh voucher, in part or whole
		sale := d.settle(asking(transactions.Provision, request(zar(90000)), nil), 90000, false)
		if sale.End != connectortest.Stands { // two tokens in a row may expire under it, as other hands ask for it
			return []connectortest.Deal{sale}
		}
		use, amount := redeeming(nil), int64(0)
		if r.IntN(4) > 0 {
			amount = connectortest.RandomAmount(r)
			use.Amount = zar(amount)
		}
		use.VoucherCode = sale.Code
		return []connectortest.Deal{sale, d.settle(asking(transactions.Redemption, use, nil), amount, r.IntN(4) == 0)}
	case 3: // refund
		amount := connectortest.RandomAmount(r)
		return []connectortest.Deal{d.settle(asking(transactions.Refund, request(zar(amount)), nil), amount, r.IntN(4) == 0)}
	}
	amount := connectortest.RandomAmount(r)
	var fitting []switchcore.Product
	for _, p := range d.products {
		if p.Amount == nil && (p.Max == nil || *p.Max >= amount) {
			fitting = append(fitting, p)
		}
	}
	p := fitting[r.IntN(len(fitting))]
	return []connectortest.Deal{d.settle(asking(transactions.Provision, request(zar(amount)), &p), amount, r.IntN(5) == 0)}
}

// TestAgainstTheStandIn compares the books after mixed transactions with faults.
func TestAgainstTheStandIn(t *testing.T) {
	t.Parallel()
	s := stagetest.Start(t, "", func(c stage.Config) stagetest.House { return simulator.New(c) })
	c := newConnector(t, s.URL, options())
	products, err := c.Products(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, products)
	connectortest.Mix(t, s.House, desk{connectortest.Desk{T: t, C: c}, products}.deals)
}
