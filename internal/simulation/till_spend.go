package simulation

import (
	"fmt"
	"sync"
	"time"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// spend redeems a voucher and perhaps has it refunded; then it may be redeemed again, under the same id (I8). Where there
// is change, half of it is redeemed: the rest is spent after that, and a refund is a voucher of its own.
func (t *till) spend(code string, turn int) {
	redemption, refund, rest := fmt.Sprintf("r%d", t.sale.No), fmt.Sprintf("f%d", t.sale.No), fmt.Sprintf("x%d", t.sale.No)
	amount, again := t.sale.Amount, code
	if t.sale.Change {
		amount /= 2
	}
	ask := func(op transactions.Operation, id, code string, amount int64, word transactions.Decision) (transactions.Decision, answer) {
		a := t.request(op, id, code, false, amount, fmt.Sprint(code, turn))
		return t.settle(op, id, a, word, fmt.Sprint("-", turn)), a
	}
	first := turn == 1
	regret := t.regret(redemption, t.sale.Hasty && first)
	said, a := ask(transactions.Redemption, redemption, code, amount, t.sale.Redeem)
	if regret(); said != transactions.Confirm {
		return
	}
	if a.Code != "" && first {
		ask(transactions.Redemption, rest, a.Code, t.sale.Amount-amount, t.sale.Redeem)
	}
	if !t.sale.Returns {
		return
	}
	said, a = ask(transactions.Refund, refund, code, amount, t.sale.Refund)
	if a.Code != "" {
		again = a.Code
	}
	if said == transactions.Confirm && t.sale.Again && turn < 3 {
		t.spend(again, turn+1)
	}
}

// regret takes a redemption back while it still runs (F16), where the seed wants that; it gives what waits for the end of it.
func (t *till) regret(id string, wanted bool) (wait func()) {
	var mind sync.WaitGroup
	if wanted {
		t.world.count(Contradiction)
		mind.Go(func() {
			t.world.sleep(0, 100*time.Millisecond, "hasty", id)
			t.finish(transactions.Redemption, id, transactions.Reverse, "hasty-"+id)
		})
	}
	return mind.Wait
}
