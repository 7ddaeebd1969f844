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

// One statement per table; rows travel as one array, so the text never changes and stays prepared.
var (
	insertTxns     = txnColumns.insert("transactions", "transaction_row")
	updateTxns     = txnChanging.update("transactions", "transaction_change", ", version = t.version + 1")
	insertVouchers = voucherColumns.insert("vouchers", "voucher_row")
	linkVouchers   = linkColumns.insert("voucher_transactions", "voucher_link_row").then("on conflict do nothing")
	updateVouchers = voucherChanging.update("vouchers", "voucher_change", ", updated_at = clock_timestamp()")
	insertEntries  = entryColumns.insert("saf_entries", "saf_entry_row")
	insertMessage  = entryMessage.insert("saf_messages", "saf_message_row")
	updateEntries  = entryChanging.update("saf_entries", "saf_entry_change", "")
	insertAttempts = attemptColumns.insert("attempts", "attempt_row")
	endAttempts    = attemptEndColumns.update("attempts", "attempt_end", "").then("and t.state = 'INTENT'")
	upsertAdvices  = adviceColumns.insert("advices", "advice_row").then(`on conflict (advice_id, request_id, client_id, service, operation, kind) do update set
  id = excluded.id, transaction_id = excluded.transaction_id, reason = excluded.reason, amount_minor = excluded.amount_minor, digest = excluded.digest,
  received_at = excluded.received_at, acked_at = coalesce(advices.acked_at, excluded.acked_at), answer_sealed = excluded.answer_sealed,
  http_status = excluded.http_status, error_type = excluded.error_type where advices.acked_at is null`)
	insertTombstones = tombstoneColumns.insert("tombstones", "tombstone_row").then("on conflict do nothing")
	insertMessages   = messageKeyColumns.insert("message_keys", "message_key_row").then("on conflict do nothing")
	upsertReferences = referenceColumns.insert("transaction_references", "reference_row").then(`on conflict (value_hash, scope, kind) do update set
  transaction_id = excluded.transaction_id, created_at = excluded.created_at`)
	upsertDevices = deviceColumns.insert("humm_devices", "device_row").then(`on conflict (merchant_id, device_id_hash) do update set key_sealed = excluded.key_sealed,
  generation = humm_devices.generation + 1, client_id = excluded.client_id, state = 'ACTIVE', updated_at = excluded.updated_at`)
	supersedeAttempts = `update attempts set superseded = true where transaction_id = any($1::uuid[]) and saf_id is null and kind in ('REQUEST', 'RETRY')`
	// a message that is traced stays as it was: a step that runs again after a lost commit brings its traces once more (I13)
	insertTraces   = traceColumns.insert("traces", "trace_row").then("on conflict do nothing")
	insertTerms    = termColumns.insert("search_terms", "search_term_row").then("on conflict do nothing")
	insertTimeline = changeColumns.insert("transaction_events", "event_row")
)

func empty(c *switchcore.Changes) bool {
	return len(c.NewTransactions) == 0 && len(c.Transactions) == 0 && len(c.NewVouchers) == 0 && len(c.Vouchers) == 0 && len(c.NewEntries) == 0 &&
		len(c.Entries) == 0 && len(c.NewAttempts) == 0 && len(c.EndedAttempts) == 0 && len(c.Advices) == 0 && len(c.Tombstones) == 0 &&
		len(c.MessageKeys) == 0 && len(c.References) == 0 && len(c.Devices) == 0 && len(c.Superseded) == 0 && len(c.Traces) == 0 && len(c.Terms) == 0 && len(c.Timeline) == 0
}

// save writes everything a batch changed and commits, in one round trip.
func save(ctx context.Context, conn *pgx.Conn, l *loaded) error {
	c, b := &l.set.Changes, &pgx.Batch{}
	insertTxns.queue(b, c.NewTransactions)
	changed := inOrder(c.Transactions)
	updateTxns.queue(b, l.withoutKnownAnswers(changed))
	insertVouchers.queue(b, c.NewVouchers)
	updateVouchers.queue(b, inOrder(c.Vouchers))
	linkVouchers.queue(b, append(links(l.vouchers, c.NewTransactions), links(l.vouchers, changed)...))
	insertEntries.queue(b, c.NewEntries)
	insertMessage.queue(b, withMessage(c.NewEntries))
	updateEntries.queue(b, inOrder(c.Entries))
	if len(c.Superseded) > 0 { // before the new attempts, which count
		b.Queue(supersedeAttempts, c.Superseded)
	}
	insertAttempts.queue(b, c.NewAttempts)
	endAttempts.queue(b, pointers(c.EndedAttempts))
	upsertAdvices.queue(b, lastAdvices(c.Advices))
	insertTombstones.queue(b, c.Tombstones)
	insertMessages.queue(b, c.MessageKeys)
	upsertReferences.queue(b, lastReferences(c.References))
	upsertDevices.queue(b, lastDevices(c.Devices))
	insertTraces.queue(b, c.Traces)
	insertTerms.queue(b, c.Terms)
	insertTimeline.queue(b, c.Timeline)
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
