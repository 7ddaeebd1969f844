package postgres

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// One statement per table; rows travel as one array per column, so the text never changes and stays prepared.
var (
	insertTxns     = txnColumns.insert("transactions")
	updateTxns     = txnChanging.update("transactions", ", version = t.version + 1")
	insertVouchers = `insert into vouchers (` + voucherColumns.names() + `, updated_at) select *, clock_timestamp() from ` + voucherColumns.unnest(1)
	linkVouchers   = linkColumns.insert("voucher_transactions") + " on conflict do nothing"
	updateVouchers = voucherChanging.update("vouchers", ", updated_at = clock_timestamp()")
	insertEntries  = entryColumns.insert("saf_entries")
	insertMessage  = entryMessage.insert("saf_messages")
	updateEntries  = entryChanging.update("saf_entries", "")
	insertAttempts = attemptColumns.insert("attempts")
	endAttempts    = attemptEndColumns.update("attempts", "") + " and t.state = 'INTENT'"
	upsertAdvices  = adviceColumns.insert("advices") + ` on conflict (advice_id, request_id, client_id, service, operation, kind) do update set
  id = excluded.id, transaction_id = excluded.transaction_id, reason = excluded.reason, amount_minor = excluded.amount_minor, digest = excluded.digest,
  received_at = excluded.received_at, acked_at = coalesce(advices.acked_at, excluded.acked_at), answer_sealed = excluded.answer_sealed,
  http_status = excluded.http_status, error_type = excluded.error_type where advices.acked_at is null`
	insertTombstones = tombstoneColumns.insert("tombstones") + " on conflict do nothing"
	insertMessages   = messageKeyColumns.insert("message_keys") + " on conflict do nothing"
	upsertReferences = referenceColumns.insert("transaction_references") + ` on conflict (value_hash, scope, kind) do update set
  transaction_id = excluded.transaction_id, created_at = excluded.created_at`
	upsertDevices = deviceColumns.insert("humm_devices") + ` on conflict (merchant_id, device_id_hash) do update set key_sealed = excluded.key_sealed,
  generation = humm_devices.generation + 1, client_id = excluded.client_id, state = 'ACTIVE', updated_at = excluded.updated_at`
	supersedeAttempts = `update attempts set superseded = true where transaction_id = any($1::uuid[]) and saf_id is null and kind in ('REQUEST', 'RETRY')`
	// a message that is traced stays as it was: a step that runs again after a lost commit brings its traces once more (I13)
	insertTraces   = traceColumns.insert("traces") + " on conflict do nothing"
	insertTerms    = termColumns.insert("search_terms") + " on conflict do nothing"
	insertTimeline = changeColumns.insert("transaction_events")
)

func empty(c *switchcore.Changes) bool {
	return len(c.NewTransactions) == 0 && len(c.Transactions) == 0 && len(c.NewVouchers) == 0 && len(c.Vouchers) == 0 && len(c.NewEntries) == 0 &&
		len(c.Entries) == 0 && len(c.NewAttempts) == 0 && len(c.EndedAttempts) == 0 && len(c.Advices) == 0 && len(c.Tombstones) == 0 &&
		len(c.MessageKeys) == 0 && len(c.References) == 0 && len(c.Devices) == 0 && len(c.Superseded) == 0 && len(c.Traces) == 0 && len(c.Terms) == 0 && len(c.Timeline) == 0
}

// save writes everything a batch changed and commits, in one round trip.
func save(ctx context.Context, conn *pgx.Conn, l *loaded) error {
	c, b := &l.set.Changes, &pgx.Batch{}
	queue(b, insertTxns, txnColumns, c.NewTransactions)
	changed := inOrder(c.Transactions)
	queue(b, updateTxns, txnChanging, l.withoutKnownAnswers(changed))
	queue(b, insertVouchers, voucherColumns, c.NewVouchers)
	queue(b, updateVouchers, voucherChanging, inOrder(c.Vouchers))
	queue(b, linkVouchers, linkColumns, append(links(l.vouchers, c.NewTransactions), links(l.vouchers, changed)...))
	queue(b, insertEntries, entryColumns, c.NewEntries)
	queue(b, insertMessage, entryMessage, withMessage(c.NewEntries))
	queue(b, updateEntries, entryChanging, inOrder(c.Entries))
	if len(c.Superseded) > 0 { // before the new attempts, which count
		b.Queue(supersedeAttempts, c.Superseded)
	}
	queue(b, insertAttempts, attemptColumns, c.NewAttempts)
	queue(b, endAttempts, attemptEndColumns, pointers(c.EndedAttempts))
	queue(b, upsertAdvices, adviceColumns, lastAdvices(c.Advices))
	queue(b, insertTombstones, tombstoneColumns, c.Tombstones)
	queue(b, insertMessages, messageKeyColumns, c.MessageKeys)
	queue(b, upsertReferences, referenceColumns, lastReferences(c.References))
	queue(b, upsertDevices, deviceColumns, lastDevices(c.Devices))
	queue(b, insertTraces, traceColumns, c.Traces)
	queue(b, insertTerms, termColumns, c.Terms)
	queue(b, insertTimeline, changeColumns, c.Timeline)
	b.Queue("commit")
	return conn.SendBatch(ctx, b).Close()
}

// links are the vouchers of transactions, without those that are stored already.
func links(stored map[uuid.UUID]uuid.UUID, list []*txn) (out []*link) {
	for _, t := range list {
		if t.VoucherID != uuid.Nil && t.VoucherID != stored[t.ID] {
			out = append(out, &link{t.VoucherID, t.ID})
		}
	}
	return out
}

// withoutKnownAnswers leaves out the answers that are stored already; the rows themselves stay whole, as callers hold them.
func (l *loaded) withoutKnownAnswers(rows []*txn) []*txn {
	for i, t := range rows {
		if bytes.Equal(t.AnswerSealed, l.answers[t.ID]) {
			short := *t
			short.AnswerSealed = nil
			rows[i] = &short
		}
	}
	return rows
}

// withMessage leaves out the entries that nothing is to be sent for.
func withMessage(rows []*entry) []*entry {
	return slices.DeleteFunc(slices.Clone(rows), func(e *entry) bool { return len(e.PayloadSealed) == 0 })
}

func queue[T any](b *pgx.Batch, sql string, cols columns[T], rows []*T) {
	if len(rows) > 0 {
		b.Queue(sql, cols.arrays(rows)...)
	}
}

// inOrder gives changed rows sorted by id, the order in which every taker locks.
func inOrder[T any](rows map[uuid.UUID]*T) []*T {
	ids := slices.SortedFunc(maps.Keys(rows), func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	out := make([]*T, len(ids))
	for i, id := range ids {
		out[i] = rows[id]
	}
	return out
}

func pointers[T any](rows []T) []*T {
	out := make([]*T, len(rows))
	for i := range rows {
		out[i] = &rows[i]
	}
	return out
}

// last keeps the last of the rows under each key of a batch: one statement may not write a row twice.
func last[T any](rows []*T, key func(*T) string) []*T {
	at := map[string]int{}
	var out []*T
	for _, row := range rows {
		k := key(row)
		if i, seen := at[k]; seen {
			out[i] = row
			continue
		}
		at[k] = len(out)
		out = append(out, row)
	}
	return out
}

func lastAdvices(rows []*advice) []*advice {
	return last(rows, func(a *advice) string {
		return strings.Join([]string{a.AdviceID, a.Key.RequestID, a.Key.ClientID, string(a.Key.Service), string(a.Key.Operation), string(a.Kind)}, "\x00")
	})
}

func lastReferences(rows []*reference) []*reference {
	return last(rows, func(r *reference) string { return r.Scope + "\x00" + string(r.Kind) + "\x00" + string(r.Hash) })
}

func lastDevices(rows []*device) []*device {
	return last(rows, func(d *device) string { return d.MerchantID + "\x00" + string(d.DeviceHash) })
}
