package simulation

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Books is what the day's end needs of the world: each bank's statement of a date, and the dates there are.
type Books struct {
	Dates []string
	files map[string]string
}

// File is a bank's statement of a date, in the layout that the product reads.
func (b Books) File(provider, date string) string {
	if f := b.files[provider+date]; f != "" {
		return f
	}
	return statement(nil)
}

// Settled is a principal line of a settlement.
type Settled struct {
	TransactionID uuid.UUID
	Minor         int64
}

const dateOnly = "2006-01-02"

// books gives the statements of all banks: what they did and hold as final, and what they took back.
func (w *world) books() Books {
	lines, dates := map[string][]string{}, map[string]bool{}
	for _, t := range w.mem.Transactions {
		dates[t.BusinessDate.Format(dateOnly)] = true
	}
	for _, p := range w.plan.Providers {
		for _, l := range w.banks[p.ID].statement() {
			date := l.at.Format(dateOnly)
			dates[date] = true
			lines[p.ID+date] = append(lines[p.ID+date], l.String())
		}
	}
	b := Books{Dates: slices.Sorted(maps.Keys(dates)), files: map[string]string{}}
	for at, list := range lines {
		slices.Sort(list)
		b.files[at] = statement(list)
	}
	return b
}

// statementLine is one line of a bank's statement.
type statementLine struct {
	providerRef, switchRef, serial, kind string
	undone                               bool
	amount                               int64
	at                                   time.Time
}

// String is the line in the layout that the product reads.
func (l statementLine) String() string {
	state := "SUCCESS"
	if l.undone {
		state = "REVERSED"
	}
	return strings.Join([]string{l.providerRef, l.switchRef, l.serial, "", l.kind, state, fmt.Sprint(l.amount), "710", l.at.Format(time.RFC3339)}, ",")
}

// statement lists what a bank did and holds as final, and what it took back.
func (b *bank) statement() (list []statementLine) {
	p := b.provider
	for _, a := range b.books {
		kind, op := kindOnStatements(a.what)
		if a.done == 0 || op == "" || a.undone == 0 && !a.confirmed && p.Profile.Takes(op, transactions.Confirm) {
			continue
		}
		l := statementLine{switchRef: a.ref, kind: kind, undone: a.undone > 0, amount: a.amount, at: a.at}
		if !p.Profile.Cards {
			l.providerRef = fmt.Sprintf("P-%s-%d", a.ref, a.done)
		}
		if op == transactions.Provision {
			l.serial = "S" + short(a.ref)
		}
		list = append(list, l)
	}
	return append(list, b.rail.statement()...)
}

// statement lists payments and refunds; a refund goes by the till's reference in both columns.
func (r *rail) statement() (list []statementLine) {
	for code, c := range r.sales {
		if c.number != "" {
			list = append(list, statementLine{providerRef: c.number, switchRef: codeHashText(code), kind: "AUTHORISATION", amount: c.amount, at: c.at})
		}
	}
	for reference, f := range r.refunds {
		if f.code == humm.Adjusted {
			list = append(list, statementLine{providerRef: reference, switchRef: reference, kind: "ADJUSTMENT", undone: f.undoneBy != "", amount: f.amount, at: f.at})
		}
	}
	return list
}

// kindOnStatements gives the word of statements for what a bank did, and the operation; empty: it moves no money.
func kindOnStatements(what string) (string, transactions.Operation) {
	switch what {
	case "vouchers":
		return "SALE", transactions.Provision
	case redemptions:
		return "REDEMPTION", transactions.Redemption
	case "refunds":
		return "REFUND", transactions.Refund
	case activations:
		return "ACTIVATION", transactions.Activation
	case loads:
		return "LOAD", transactions.Load
	case voids:
		return "VOID", transactions.Void
	case transfers:
		return "TRANSFER", transactions.Transfer
	case replaces:
		return "REPLACE", transactions.Replace
	}
	return "", ""
}

// statement writes the lines with header and trailer.
func statement(lines []string) string {
	sum := int64(0)
	for _, l := range lines {
		var minor int64
		_, _ = fmt.Sscan(strings.Split(l, ",")[6], &minor) // written above
		sum += minor
	}
	return "provider_ref,switch_ref,serial,product,kind,state,amount_minor,currency,at\n" + strings.Join(append(lines, fmt.Sprintf("TRAILER,%d,%d", len(lines), sum)), "\n") + "\n"
}

// checkSettled is W6: every line is what the bank holds, once, and what stands confirmed has one. What is marked for
// reconciliation is people's business.
func (w *world) checkSettled(lines []Settled) {
	settled := map[uuid.UUID]int{}
	for _, l := range lines {
		settled[l.TransactionID]++
		t := w.mem.Transactions[l.TransactionID]
		if t == nil || settled[l.TransactionID] > 1 {
			w.violated("W6", "%s is settled %d times", l.TransactionID, settled[l.TransactionID])
			continue
		}
		if held := w.held(t); !t.ReconRequired && held != l.Minor {
			w.violated("W6", "%s %s is settled with %d, its bank holds %d", t.Key.Operation, t.Key.RequestID, l.Minor, held)
		}
	}
	for _, t := range w.mem.Transactions {
		stands := t.Final == transactions.Confirmed || t.Final == transactions.Completed
		if stands && !t.ReconRequired && !t.Superseded && w.held(t) > 0 && settled[t.ID] == 0 {
			w.violated("W6", "%s %s stands with %d at its bank and is not settled", t.Key.Operation, t.Key.RequestID, w.held(t))
		}
	}
	w.result.Settled = len(lines)
}

// held is the sum that a bank holds for a transaction; money that only changed its card is between nobody and nobody.
func (w *world) held(t *transactions.Transaction) int64 {
	b := w.banks[t.ProviderID]
	if b == nil || t.Key.Operation == transactions.Transfer {
		return 0
	}
	a := b.books[t.WireRef()]
	if t.Key.Service == transactions.Humm {
		a = b.rail.account(w, t)
	}
	if a == nil {
		return 0
	}
	return int64(a.done-a.undone) * a.amount
}
