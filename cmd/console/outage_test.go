package main

import (
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	outageSales   = 200
	entryOfReason = "The provider confirmed by phone that it is back"
)

// TestOutage takes a provider away, watches its queue, lets two people try to help, and brings it back (F19).
func TestOutage(t *testing.T) {
	t.Parallel()
	s := begin(t, place(t), "--fresh")
	l := newTill(s)
	sell := func() string {
		sale := l.sale("SUP-50", "90000025", "Supabets")
		l.bought(t, sale)
		return sale.id()
	}
	// Given sales at a provider that then goes down,
	sold := inParallel(outageSales, func(int) string { return sell() })
	s.control(t, "supabets", message{"down": true, "down_mode": "503"})

	// when the tills confirm, every confirmation is acknowledged at once,
	acks := inParallel(outageSales, func(i int) int {
		return l.post("/vouchers/confirmations", l.confirmation(sold[i])).status
	})
	for _, status := range acks {
		require.Equal(t, http.StatusAccepted, status)
	}
	// and they wait where people can see them, and see why.
	support := s.atDesk(t, "support")
	support.until("/saf/queues/supabets", 15*time.Second, "behind the breaker", "The breaker is open")
	support.open("/saf")
	require.Contains(t, support.text(), "200", "depth of the queue")
	entries := support.open("/saf/queues/supabets").links(`/saf/entries/[0-9a-f-]{36}`)
	require.NotEmpty(t, entries)
	entry := entries[len(entries)-1]
	require.Contains(t, support.open(entry).text(), "Breaker open until")

	t.Run("support may not replay", func(t *testing.T) { supportMayNot(t, s, support, entry) })

	// When the provider is back but the breaker still open, an operator's replay goes through at once;
	s.control(t, "supabets", nil)
	t.Run("operator replays", func(t *testing.T) { operatorReplays(t, s, entry) })

	// and all the others follow by themselves.
	s.settled(t, 60*time.Second)
	books := s.books(t, "supabets")
	require.Len(t, books, outageSales)
	for _, e := range books {
		assert.Equal(t, "CONFIRMED", e.Advice, e.Ref)
	}
	s.mustCheck(t)
}

// A support person sees no button, and asking without one names the permission that is missing.
func supportMayNot(t *testing.T, s *sandboxProcess, support *desk, entry string) {
	require.NotContains(t, support.page, entry+`/replay"`)
	before := auditCount(t, s, "saf.replay")
	status := support.post(entry+"/replay", url.Values{"reason": {entryOfReason}, "idempotency_key": {"support-1"}})
	require.Equal(t, http.StatusForbidden, status)
	require.Contains(t, support.text(), "saf.replay")
	require.Equal(t, before, auditCount(t, s, "saf.replay"))
}

func operatorReplays(t *testing.T, s *sandboxProcess, entry string) {
	operator := s.atDesk(t, "operator")
	operator.open(entry)
	// Without a good reason nothing happens.
	require.Equal(t, http.StatusBadRequest, operator.submit(entry+"/replay", map[string]string{"reason": "again"}))
	require.Contains(t, operator.text(), "at least 10 characters")
	operator.open(entry)
	action, fields := operator.form(entry + "/replay")
	fields.Set("reason", entryOfReason)
	require.Equal(t, http.StatusOK, operator.post(action, fields))
	require.Contains(t, operator.text(), "1 advice is sent again")
	operator.until(entry, 10*time.Second, "Supabets acknowledged the confirmation", "1 attempt")
	require.Equal(t, 1, auditCount(t, s, "saf.replay"))

	auditor := s.atDesk(t, "auditor").open("/audit?action=saf.replay")
	require.Contains(t, auditor.text(), "Olivia van Wyk")
	require.Contains(t, auditor.text(), entryOfReason)
}

func auditCount(t *testing.T, s *sandboxProcess, action string) (n int) {
	t.Helper()
	require.NoError(t, s.open(t).Pool.QueryRow(t.Context(), `select count(*) from audit_log where body::jsonb->>'action' = $1`, action).Scan(&n))
	return n
}

// inParallel does something n times, 16 at once, and gives the results in order.
func inParallel[T any](n int, do func(i int) T) []T {
	results, next := make([]T, n), make(chan int)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for i := range next {
				results[i] = do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
	return results
}
