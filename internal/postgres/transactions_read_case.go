package postgres

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// mostTraces bounds the messages of one page; the newest are kept.
const mostTraces = 400

var (
	readCase = `select ` + txnColumns.selected("t") + `, ` + stuckSQL + `, ` + breakOpenSQL + `, now(), coalesce(c.name, ''), coalesce(p.name, ''), coalesce(d.description, '')
  from transactions t left join clients c on c.id = t.client_id left join providers p on p.id = t.provider_id
  left join products d on d.provider_id = t.provider_id and d.id = t.product_id
  where t.id = $1 and ($2::text[] is null or t.client_id = any($2))`
	readAttempts = `select ` + attemptColumns.selected("a") + ` from attempts a where a.transaction_id = $1 order by a.started_at, a.attempt_no`
	readTraces   = `select ` + traceColumns.selected("x") + ` from (select * from traces where transaction_id = $1 order by seq desc limit $2) x order by x.seq`
	readEvents   = `select ` + changeColumns.selected("e") + ` from transaction_events e where e.transaction_id = $1 order by e.seq`
	caseAdvices  = `select ` + adviceColumns.selected("a") + ` from advices a where a.transaction_id = $1 order by a.received_at, a.id`
)

// FindTransaction gives everything on one transaction; NotFound when there is none, or none of the clients in scope (nil: all).
func (r *Reader) FindTransaction(ctx context.Context, id uuid.UUID, scope []string) (monitoring.Case, error) {
	c := monitoring.Case{Around: transactions.Around{Limits: r.limits}}
	err := r.look(ctx, "transaction", func(tx pgx.Tx) error {
		t := &c.Transaction
		err := tx.QueryRow(ctx, readCase, id, scope).Scan(append(txnColumns.targets(t),
			&c.Around.Stuck, &c.Around.BreakOpen, &c.Around.Now, &c.Client.Name, &c.Provider.Name, &c.Product.Name)...)
		if err != nil {
			return err
		}
		t.RequestSealed, t.AnswerSealed = nil, nil // nothing on a page needs them
		c.Client.ID, c.Provider.ID, c.Product.ID = t.Key.ClientID, t.ProviderID, t.ProductID
		if err := readParts(ctx, tx, &c); err != nil {
			return err
		}
		if c.Entries, err = r.entriesOf(ctx, tx, t); err != nil {
			return err
		}
		return readMoney(ctx, tx, &c)
	})
	return c, err
}

// readParts reads what hangs on a transaction in one round trip.
func readParts(ctx context.Context, tx pgx.Tx, c *monitoring.Case) error {
	t, b := &c.Transaction, &pgx.Batch{}
	b.Queue(readAttempts, t.ID).Query(scanEach(attemptColumns, func(a *attempt) { c.Attempts = append(c.Attempts, *a) }))
	b.Queue(readTraces, t.ID, mostTraces+1).Query(scanEach(traceColumns, func(x *trace) { c.Traces = append(c.Traces, *x) }))
	b.Queue(readEvents, t.ID).Query(scanEach(changeColumns, func(e *change) { c.Events = append(c.Events, *e) }))
	b.Queue(caseAdvices, t.ID).Query(scanEach(adviceColumns, func(a *advice) {
		a.AnswerSealed = nil
		c.Advices = append(c.Advices, *a)
	}))
	b.Queue(readVoucher, t.VoucherID).Query(scanVoucher(&c.Voucher))
	b.Queue(readVoucher, t.ChangeVoucherID).Query(scanVoucher(&c.Change))
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	if len(c.Traces) > mostTraces {
		c.Traces, c.TracesCut = c.Traces[1:], true
	}
	return readRelated(ctx, tx, c)
}

// mostRelated bounds each kind of related transactions.
const mostRelated = 8

const readVoucher = `select id, code_masked, coalesce(serial, ''), state, expiry, coalesce(currency, ''), coalesce(balance_minor, 0) from vouchers where id = $1`

func scanVoucher(into **monitoring.Voucher) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		var v monitoring.Voucher
		var expiry *time.Time
		_, err := pgx.ForEachRow(rows, []any{&v.ID, &v.CodeMasked, &v.Serial, &v.State, &expiry, &v.Balance.Currency, &v.Balance.Minor}, func() error {
			v.Expiry = orZero(expiry)
			*into = &v
			return nil
		})
		return err
	}
}

// cardsOf gives the keyed hashes of the gift cards of a transaction.
func cardsOf(t *transactions.Transaction) [][]byte {
	list := [][]byte{}
	for _, h := range [][]byte{t.CardHash, t.OtherCardHash} {
		if len(h) > 0 {
			list = append(list, h)
		}
	}
	return list
}

// ofVoucher finds the transactions of a voucher, whose id follows.
const ofVoucher = `t.id in (select o.transaction_id from voucher_transactions o where o.voucher_id = `

// related are the ways from a transaction to others, each an index look-up; what is found by an earlier one is not listed again.
var related = []struct {
	relation monitoring.Relation
	has      func(*transactions.Transaction) bool
	sql      string // the condition on t
}{
	{monitoring.SameID, func(*transactions.Transaction) bool { return true }, `t.request_id = @request and t.client_id = @client`},
	{monitoring.SameVoucher, func(t *transactions.Transaction) bool { return t.VoucherID != uuid.Nil }, ofVoucher + `@voucher)`},
	{monitoring.VoucherFrom, func(t *transactions.Transaction) bool { return t.VoucherID != uuid.Nil }, `t.id = (select v.provision_transaction_id from vouchers v where v.id = @voucher)`},
	{monitoring.ChangeSpent, func(t *transactions.Transaction) bool { return t.ChangeVoucherID != uuid.Nil }, ofVoucher + `@change)`},
	{monitoring.SameCard, func(t *transactions.Transaction) bool { return len(cardsOf(t)) > 0 }, `t.card_hash = any(@cards)`},
}

// readRelated finds the transactions that belong to a case, newest first within each relation.
func readRelated(ctx context.Context, tx pgx.Tx, c *monitoring.Case) error {
	t := &c.Transaction
	args := pgx.NamedArgs{
		"unknown_age": c.Around.Limits.UnknownMaxAge.Seconds(), "decision_age": c.Around.Limits.DecisionMaxAge.Seconds(), "id": t.ID, "limit": mostRelated,
		"request": t.Key.RequestID, "client": t.Key.ClientID, "voucher": t.VoucherID, "change": t.ChangeVoucherID, "cards": cardsOf(t),
	}
	var parts []string
	for i, r := range related {
		if !r.has(t) {
			continue
		}
		name := "relation" + strconv.Itoa(i)
		args[name] = string(r.relation)
		parts = append(parts, `(select `+strconv.Itoa(i)+` as place, @`+name+`::text, t.id, t.service, t.operation, coalesce(t.generation, 0), t.received_at, `+statusSQL+` from transactions t
  where `+r.sql+` and t.id <> @id order by t.received_at desc limit @limit)`)
	}
	rows, err := tx.Query(ctx, "select * from ("+strings.Join(parts, " union all ")+") x order by place, received_at desc", args)
	if err != nil {
		return err
	}
	seen := map[uuid.UUID]bool{}
	var place int
	var x monitoring.Related
	_, err = pgx.ForEachRow(rows, []any{&place, &x.Relation, &x.ID, &x.Service, &x.Operation, &x.Generation, &x.ReceivedAt, &x.Status}, func() error {
		if !seen[x.ID] {
			c.Related = append(c.Related, x)
		}
		seen[x.ID] = true
		return nil
	})
	return err
}

// readMoney reads what reconciliation and settlement know.
func readMoney(ctx context.Context, tx pgx.Tx, c *monitoring.Case) error {
	t, b := &c.Transaction, &pgx.Batch{}
	b.Queue(`select code from recon_processes where provider_id = $1 and currency = $2 and active`, t.ProviderID, t.Currency).Query(func(rows pgx.Rows) error {
		_, err := pgx.ForEachRow(rows, []any{&c.Finance.Process}, func() error { return nil })
		return err
	})
	b.Queue(`select p.code, i.business_date, i.recon_status, i.reasons, i.resolution, i.settlement_status, i.hold_reason
  from recon_items_current i join recon_processes p on p.id = i.process_id where i.transaction_id = $1 order by i.business_date desc limit 5`, t.ID).Query(func(rows pgx.Rows) (err error) {
		c.Finance.Items, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (x monitoring.ReconItem, err error) {
			return x, row.Scan(&x.Process, &x.BusinessDate, &x.Status, &x.Reasons, &x.Resolution, &x.Settlement, &x.HoldReason)
		})
		return err
	})
	b.Queue(`select p.code, c.number, c.state, l.currency, l.amount_minor, l.fee_minor
  from settlement_lines l join settlement_cycles c on c.id = l.cycle_id join recon_processes p on p.id = c.process_id
  where l.transaction_id = $1 and l.kind = 'PRINCIPAL'`, t.ID).Query(func(rows pgx.Rows) (err error) {
		c.Finance.Lines, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (x monitoring.SettlementLine, err error) {
			return x, row.Scan(&x.Process, &x.Cycle, &x.State, &x.Currency, &x.Minor, &x.Fee)
		})
		return err
	})
	return tx.SendBatch(ctx, b).Close()
}

// errNoEntry is the answer for an entry that is not there, or not in scope.
func errNoEntry() error { return apperr.Errorf(apperr.NotFound, "There is no such stored advice.") }
