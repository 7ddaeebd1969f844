package simulation

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/switchcore/switchtest"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// Rows is the content of a store, table by table.
type Rows struct {
	Transactions []transactions.Transaction
	Vouchers     []vouchers.Voucher
	Entries      []saf.Entry
	Attempts     []transactions.Attempt
	Advices      []transactions.Advice
	Tombstones   []transactions.Tombstone
	Messages     []switchcore.MessageKey
	References   []switchcore.HeldReference
	Devices      []switchcore.DeviceRow
	Traces       []transactions.Trace
	Timeline     []transactions.Change
}

func rowsOf(m *switchtest.Memory) Rows {
	return Rows{
		Transactions: valuesOf(m.Transactions), Vouchers: valuesOf(m.Vouchers), Entries: valuesOf(m.Entries), Attempts: valuesOf(m.Attempts),
		Advices: values(m.Advices), Tombstones: valuesOf(m.Tombstones), Messages: valuesOf(m.Messages),
		References: valuesOf(m.References), Devices: latest(m.Devices), Traces: values(m.Traces), Timeline: values(m.Timeline),
	}
}

// latest gives the key that each device has now; the record in memory keeps the earlier ones too.
func latest(rows []*switchcore.DeviceRow) []switchcore.DeviceRow {
	byDevice := map[string]*switchcore.DeviceRow{}
	for _, d := range rows {
		byDevice[deviceOf(*d)] = d
	}
	return valuesOf(byDevice)
}

func deviceOf(d switchcore.DeviceRow) string { return d.MerchantID + string(d.DeviceHash) }

func valuesOf[K comparable, T any](rows map[K]*T) []T {
	return values(slices.Collect(maps.Values(rows)))
}

func values[T any](rows []*T) []T {
	list := make([]T, len(rows))
	for i, r := range rows {
		list[i] = *r
	}
	return list
}

func (r Rows) count() int {
	return len(r.Transactions) + len(r.Vouchers) + len(r.Entries) + len(r.Attempts) + len(r.Advices) + len(r.Tombstones) + len(r.Messages) + len(r.References) + len(r.Devices) + len(r.Traces) + len(r.Timeline)
}

// differ lists the first difference of each table.
func (r Rows) differ(theirs Rows) (found []string) {
	add := func(table, diff string) {
		if diff != "" {
			found = append(found, table+": "+diff)
		}
	}
	add("transactions", differ(r.Transactions, theirs.Transactions, func(t transactions.Transaction) string { return t.ID.String() }))
	add("vouchers", differ(r.Vouchers, theirs.Vouchers, func(v vouchers.Voucher) string { return v.ID.String() }))
	add("entries", differ(r.Entries, theirs.Entries, func(e saf.Entry) string { return e.ID.String() }))
	add("attempts", differ(r.Attempts, theirs.Attempts, func(a transactions.Attempt) string { return a.ID.String() }))
	add("advices", differ(r.Advices, theirs.Advices, func(a transactions.Advice) string { return fmt.Sprint(a.Key, a.Kind, a.AdviceID) }))
	add("tombstones", differ(r.Tombstones, theirs.Tombstones, func(t transactions.Tombstone) string { return fmt.Sprint(t.Key) }))
	add("message keys", differ(r.Messages, theirs.Messages, func(m switchcore.MessageKey) string { return fmt.Sprint(m.MessageID) }))
	add("references", differ(r.References, theirs.References, func(h switchcore.HeldReference) string { return fmt.Sprint(h.Scope, h.Kind, h.Hash) }))
	add("devices", differ(r.Devices, theirs.Devices, deviceOf))
	add("traces", differ(r.Traces, theirs.Traces, func(t transactions.Trace) string { return fmt.Sprint(t.Leg, t.AttemptID, t.ExchangeID) }))
	add("timeline", differ(r.Timeline, theirs.Timeline, func(c transactions.Change) string {
		return fmt.Sprint(c.TransactionID, c.Field, c.Old, c.New, c.Cause, c.At.UnixMicro())
	}))
	return found
}

// differ gives the first difference between two tables, in the order of their keys.
func differ[T any](ours, theirs []T, key func(T) string) string {
	sorted := func(rows []T) []T {
		return slices.SortedFunc(slices.Values(rows), func(a, b T) int { return cmp.Compare(key(a), key(b)) })
	}
	ours, theirs = sorted(ours), sorted(theirs)
	for i := range min(len(ours), len(theirs)) {
		if key(ours[i]) != key(theirs[i]) {
			return fmt.Sprintf("memory has %+v where the store has %+v", ours[i], theirs[i])
		}
		if diff := difference(reflect.ValueOf(ours[i]), reflect.ValueOf(theirs[i]), ""); diff != "" {
			return fmt.Sprintf("%s %s", key(ours[i]), diff)
		}
	}
	if len(ours) != len(theirs) {
		return fmt.Sprintf("memory has %d rows, the store %d", len(ours), len(theirs))
	}
	return ""
}
