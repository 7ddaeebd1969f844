package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// applyTimeout bounds one commit, waits for locks included; resolveTimeout bounds the search for the fate of a commit
// whose answer was lost.
const (
	applyTimeout   = 10 * time.Second
	resolveTimeout = 20 * time.Second
)

// errStale says that a row changed hands between two statements of the load; the batch is tried again.
var errStale = errors.New("a row appeared while its locks were taken")

// wanted is the union of what the events of a batch need.
type wanted struct {
	locks                      []int64 // advisory
	keys                       []*transactions.Key
	transactions, entries      []uuid.UUID
	codes                      [][]byte
	messageIDs, messageClients []string
	references, voids          [][]byte
	light                      bool // no event reads vouchers or what is sealed in a transaction
}

func want(batch []*job) wanted {
	w := wanted{light: true}
	for _, j := range batch {
		n := j.event.Needs()
		w.light = w.light && n.Light
		for _, k := range n.Keys {
			w.locks, w.keys = append(w.locks, advisory(k)), append(w.keys, &k)
		}
		w.transactions, w.entries = append(w.transactions, n.Transactions...), append(w.entries, n.Entries...)
		w.codes = append(w.codes, n.Codes...)
		w.voids = append(w.voids, n.Voids...)
		for _, m := range n.MessageIDs {
			w.locks = append(w.locks, lockNumber("message", m.ClientID, m.ID))
			w.messageIDs, w.messageClients = append(w.messageIDs, m.ID), append(w.messageClients, m.ClientID)
		}
		for _, r := range n.References {
			w.locks = append(w.locks, lockNumber("reference", r.Scope, string(r.Kind), string(r.Hash)))
			w.references = append(w.references, r.Hash)
		}
	}
	slices.Sort(w.locks)
	w.locks = slices.Compact(w.locks)
	return w
}

// requestIDs are the request ids of the keys.
func (w *wanted) requestIDs() packed {
	a := newArray(pgtype.TextOID, len(w.keys))
	for _, k := range w.keys {
		a = a.text(k.RequestID)
	}
	return a
}

// advisory is the lock number of a request key.
func advisory(k transactions.Key) int64 {
	return lockNumber(k.ClientID, string(k.Service), string(k.Operation), k.RequestID)
}

// lockNumber names an advisory lock. Two names that share a number only wait for each other.
func lockNumber(parts ...string) int64 {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// requestKeyType is the row type of the keys of requests.
const requestKeyType = "request_key"

var keyColumns = columns[transactions.Key]{
	word("client_id", func(k *transactions.Key) *string { return &k.ClientID }),
	word("service", func(k *transactions.Key) *transactions.Service { return &k.Service }),
	word("operation", func(k *transactions.Key) *transactions.Operation { return &k.Operation }),
	word("request_id", func(k *transactions.Key) *string { return &k.RequestID }),
}

// keyed is what a row t of any table has to do with the keys. Parameters: keys, and their request ids alone.
const keyed = ` join unnest($1::` + requestKeyType + `[]) k using (request_id, client_id, service, operation) where t.request_id = any($2::text[])`

// named are the transactions that a batch touches, by key and by id. Parameters: those of keyed and an array of ids; entry ids
// as a fourth for the entries, code hashes as a fourth for the vouchers. Every table is reached by "= any(array)" on the column of an index, never by a bare
// join with the arrays: such a plan stays good however small the table was when it was made (switch_plans.go).
const named = `with named as materialized (
  select t.id, t.voucher_id, t.change_voucher_id from transactions t` + keyed + ` and t.generation is not null
  union all select t.id, t.voucher_id, t.change_voucher_id from transactions t where t.id = any($3::uuid[]))`

var (
	lockKeys     = `select pg_advisory_xact_lock(k) from unnest($1::bigint[]) k`
	lockVouchers = named + ` select ` + voucherColumns.selected("v") + ` from vouchers v where v.id = any(array(
  select voucher_id from named where voucher_id is not null union select change_voucher_id from named where change_voucher_id is not null union select c.id from vouchers c where c.code_hash = any($4::bytea[])))
  order by v.id for no key update of v`
	lockTxns = named + ` select ` + txnColumns.selected("t") + ` from transactions t where t.id = any(array(select id from named)) order by t.id for no key update of t`
	lockSAF  = named + ` select ` + entryColumns.selected("s") + ` from saf_entries s where s.id = any(array(
  select s2.id from saf_entries s2 where s2.transaction_id = any(array(select id from named)) and s2.kind in ('CONFIRM', 'REVERSE')
  union select unnest($4::uuid[]))) order by s.id for no key update of s`
	lockLightTxns = `select ` + txnLight.selected("t") + ` from transactions t where t.id = any($1::uuid[]) order by t.id for no key update of t`
	lockLightSAF  = `select ` + entryColumns.selected("s") + ` from saf_entries s where s.id = any(array(
  select s2.id from saf_entries s2 where s2.transaction_id = any($1::uuid[]) and s2.kind in ('CONFIRM', 'REVERSE')
  union select unnest($2::uuid[]))) order by s.id for no key update of s`
	readTombstones = `select ` + tombstoneColumns.selected("t") + ` from tombstones t` + keyed
	readAdvices    = `select ` + adviceColumns.selected("a") + ` from advices a where a.acked_at is not null and a.transaction_id = any(array(
  select t.id from transactions t` + keyed + `))`
	readMessages = `select ` + messageKeyColumns.selected("m") + ` from message_keys m join unnest($1::text[], $2::text[]) k(message_id, client_id)
  using (message_id, client_id) where m.message_id = any($1)`
	readReferences = `select ` + referenceColumns.selected("r") + ` from transaction_references r where r.value_hash = any($1::bytea[])`
	readVoids      = `select distinct t.card_hash from transactions t where t.card_hash = any($1::bytea[]) and t.operation = 'VOID'
  and t.outcome = 'SUCCESS' and t.decision is distinct from 'REVERSE'`
	readClock = `select clock_timestamp(), pg_current_xact_id()::text::bigint`
)

// loaded is what a batch works on.
type loaded struct {
	set      *switchcore.Set
	xid      uint64                  // of the writing transaction
	answers  map[uuid.UUID][]byte    // as they are stored, by transaction
	vouchers map[uuid.UUID]uuid.UUID // as they are stored, by transaction
}

// load takes the locks in their fixed class order (keys, vouchers, transactions, SAF entries; A3), each class in a
// statement of its own before those that read what it protects, all in one round trip.
func load(ctx context.Context, conn *pgx.Conn, batch []*job) (*loaded, error) {
	w := want(batch)
	keys := []any{records[transactions.Key]{keyColumns, w.keys}, w.requestIDs()}
	transactionIDs, entryIDs := idArray(w.transactions), idArray(w.entries)
	ids := append(slices.Clone(keys), transactionIDs)
	b := &pgx.Batch{}
	b.Queue("begin")
	set := switchcore.NewSet(time.Time{})
	l := &loaded{set: set, answers: map[uuid.UUID][]byte{}, vouchers: map[uuid.UUID]uuid.UUID{}}
	if len(w.locks) > 0 {
		b.Queue(lockKeys, w.locks)
	}
	rows := len(w.keys)+len(w.transactions)+len(w.entries) > 0
	if (rows || len(w.codes) > 0) && !w.light {
		b.Queue(lockVouchers, append(slices.Clone(ids), w.codes)...).Query(scanEach(voucherColumns, set.LoadVoucher))
	}
	var found []*txn
	switch {
	case w.light:
		b.Queue(lockLightTxns, transactionIDs).Query(scanEach(txnLight, func(t *txn) {
			l.vouchers[t.ID] = t.VoucherID
			set.LoadTransaction(t)
		}))
		b.Queue(lockLightSAF, transactionIDs, entryIDs).Query(scanEach(entryColumns, set.LoadEntry))
	case rows:
		b.Queue(lockTxns, ids...).Query(scanEach(txnColumns, func(t *txn) {
			found = append(found, t)
			l.answers[t.ID], l.vouchers[t.ID] = t.AnswerSealed, t.VoucherID
			set.LoadTransaction(t)
		}))
		b.Queue(lockSAF, append(slices.Clone(ids), entryIDs)...).Query(scanEach(entryColumns, set.LoadEntry))
	}
	if len(w.keys) > 0 {
		b.Queue(readTombstones, keys...).Query(scanEach(tombstoneColumns, set.LoadTombstone))
		b.Queue(readAdvices, keys...).Query(scanEach(adviceColumns, set.LoadAdvice))
	}
	w.queueRails(b, set)
	b.Queue(readClock).QueryRow(func(row pgx.Row) error { return row.Scan(&set.Now, &l.xid) })
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	for _, t := range found {
		if t.VoucherID != uuid.Nil && !set.HasVoucher(t.VoucherID) {
			return nil, errStale
		}
	}
	return l, nil
}

// queueRails reads what only gift cards and consumer finance ask for.
func (w *wanted) queueRails(b *pgx.Batch, set *switchcore.Set) {
	if len(w.messageIDs) > 0 {
		b.Queue(readMessages, w.messageIDs, w.messageClients).Query(scanEach(messageKeyColumns, set.LoadMessageKey))
	}
	if len(w.references) > 0 {
		b.Queue(readReferences, w.references).Query(scanEach(referenceColumns, set.LoadReference))
	}
	if len(w.voids) > 0 {
		b.Queue(readVoids, w.voids).Query(func(rows pgx.Rows) error {
			defer rows.Close()
			for rows.Next() {
				var card []byte
				if err := rows.Scan(&card); err != nil {
					return err
				}
				set.LoadVoid(card)
			}
			return rows.Err()
		})
	}
}

// scanEach reads every row of a query into a fresh value.
func scanEach[T any](cols columns[T], keep func(*T)) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		defer rows.Close()
		for rows.Next() {
			row := new(T)
			if err := rows.Scan(cols.targets(row)...); err != nil {
				return err
			}
			keep(row)
		}
		return rows.Err()
	}
}

func pause(ctx context.Context) {
	timer := time.NewTimer(200 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
