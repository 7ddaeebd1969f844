package postgres_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func (b *switchBench) card(op transactions.Operation, id string) switchcore.Outbound {
	return b.processor.Process(&switchcore.Request{
		Key:    transactions.Key{ClientID: "till", Service: transactions.GiftCard, Operation: op, RequestID: id},
		Client: switchcore.Client{ID: "till", Mode: transactions.Dual}, In: b.inbound(transactions.TraceRequest, op),
		Body: []byte(`{}`), Fingerprint: []byte(id), CardNumber: "6000000000000000017", Render: echo,
	})
}

func (b *switchBench) adviseCard(kind transactions.Decision, op transactions.Operation, request, advice string) switchcore.Outbound {
	return b.processor.Advise(&switchcore.AdviceRequest{
		Key:    transactions.Key{ClientID: "till", Service: transactions.GiftCard, Operation: op, RequestID: request},
		Client: switchcore.Client{ID: "till"}, In: b.inbound(transactions.TraceConfirmation, op),
		Kind: kind, AdviceID: advice, Body: []byte(`{}`), Render: echo,
	})
}

func TestSwitchGiftCardIDSpace(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	var wg sync.WaitGroup
	statuses := make([]int, 20)
	for i := range statuses {
		op := []transactions.Operation{transactions.Load, transactions.Void}[i%2]
		wg.Go(func() { statuses[i] = b.card(op, "a").Status })
	}
	wg.Wait()
	created := 0
	for _, status := range statuses {
		if status == 201 {
			created++
		}
	}
	require.Equal(t, 1, created, "one id, one message, whatever its kind")
	require.Equal(t, 1, b.provider.sends)
	require.Equal(t, 201, b.card(transactions.Load, "b").Status)
	require.Equal(t, 202, b.adviseCard(transactions.Confirm, transactions.Load, "b", "b-c").Status)
	require.Equal(t, 202, b.adviseCard(transactions.Confirm, transactions.Load, "b", "b-c").Status)
	require.Equal(t, "DUPLICATE_RECORD", string(b.card(transactions.Load, "b-c").Body))
	require.Equal(t, 404, b.adviseCard(transactions.Reverse, transactions.Load, "never", "r").Status)
	require.Equal(t, "GENERAL_ERROR", string(b.card(transactions.Load, "never").Body))
	b.provider.answer(switchcore.ClassDone, 202)
	b.deliver()
	b.clean()
}

func TestSwitchReversalOnAVoidedCard(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	require.Equal(t, 201, b.card(transactions.Load, "load").Status)
	require.Equal(t, 201, b.card(transactions.Void, "void").Status)
	require.Equal(t, "CARD_VOIDED", string(b.adviseCard(transactions.Reverse, transactions.Load, "load", "r1").Body))
	require.Equal(t, 202, b.adviseCard(transactions.Reverse, transactions.Void, "void", "r2").Status)
	require.Equal(t, 202, b.adviseCard(transactions.Reverse, transactions.Load, "load", "r3").Status)
	b.provider.answer(switchcore.ClassDone, 202)
	b.deliver()
	b.clean()
}

// A card's due advice goes before the next request on it (I11).
func TestSwitchAdviceOfACardIsDue(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	b.card(transactions.Activation, "a")
	b.adviseCard(transactions.Confirm, transactions.Activation, "a", "c")
	hash := b.processor.Core.Vault.Hash("CARD", "6000000000000000017")
	due, err := b.store.AdviceDue(t.Context(), switchcore.Holder{Card: hash})
	require.NoError(t, err)
	require.True(t, due)
	b.provider.answer(switchcore.ClassDone, 202)
	b.deliver()
	due, err = b.store.AdviceDue(t.Context(), switchcore.Holder{Card: hash})
	require.NoError(t, err)
	require.False(t, due)
}

func (b *switchBench) authorise(client, code, signature string) switchcore.Outbound {
	return b.processor.Retry(&switchcore.Request{
		Key:    transactions.Key{ClientID: client, Service: transactions.Humm, Operation: transactions.Authorisation, RequestID: code},
		Client: switchcore.Client{ID: client}, In: b.inbound(transactions.TraceRequest, transactions.Authorisation),
		Body: []byte(signature), Exact: true, Fingerprint: []byte(signature), Render: answered,
		References: []switchcore.Reference{{Scope: "*", Kind: switchcore.RefApprovalCode, Value: code}},
	})
}

// answered is echo with a body that can be stored and repeated.
func answered(r switchcore.Reply) switchcore.Outbound {
	out := echo(r)
	if r.Kind == switchcore.ReplyStored {
		out.Body = r.Body
	} else if len(out.Body) == 0 {
		out.Body = []byte("approved")
	}
	return out
}

func TestSwitchCodesBelongToOneAuthorisation(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	var wg sync.WaitGroup
	statuses := make([]int, 50)
	for i := range statuses {
		wg.Go(func() { statuses[i] = b.authorise("till", "c1", "sig").Status })
	}
	wg.Wait()
	for _, status := range statuses {
		require.Equal(t, 201, status)
	}
	require.Equal(t, 1, b.provider.sends)
	require.Equal(t, "DUPLICATE_RECORD", string(b.authorise("till", "c1", "other").Body))
	require.Equal(t, "DUPLICATE_RECORD", string(b.authorise("another", "c1", "third").Body))
	b.clean()
}

func TestSwitchFollowsAndSupersedes(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	check := &switchcore.Follow{Step: "check", Kind: transactions.AttemptLookup, Message: switchcore.Message{Method: "POST", Path: "/check", Masked: "check"}}
	b.provider.follow = func(c switchcore.Call) *switchcore.Follow {
		if c.Step == "" && c.Kind == transactions.AttemptRequest {
			return check
		}
		return nil
	}
	require.Equal(t, 201, b.process(transactions.Provision, "1", "").Status)
	require.Equal(t, "REQUEST UNKNOWN, LOOKUP SUCCESS", b.one(`select string_agg(kind || ' ' || result, ', ' order by attempt_no) from attempts`))
	b.clean()

	b.provider.follow = nil
	b.provider.answer(switchcore.ClassUnknown, 0)
	require.Equal(t, 504, b.process(transactions.Provision, "2", "").Status)
	b.provider.answer(switchcore.ClassApproved, 200)
	b.provider.follow = func(c switchcore.Call) *switchcore.Follow {
		if c.Step != "" {
			return nil
		}
		return &switchcore.Follow{
			Step: "again", Kind: transactions.AttemptRequest, NewWireRef: true, Message: switchcore.Message{Method: "POST", Path: "/", Body: []byte("x"), Masked: "x"},
			Cleanup: &switchcore.Message{Method: "POST", Path: "/reject", Body: []byte("y"), Masked: "y"},
		}
	}
	retried := b.processor.Retry(&switchcore.Request{
		Key: b.key(transactions.Provision, "2"), Client: switchcore.Client{ID: "till", Mode: transactions.Dual}, In: b.inbound(transactions.TraceRetry, transactions.Provision),
		Body: []byte(`{}`), Fingerprint: []byte("2"), Render: echo,
	})
	require.Equal(t, 201, retried.Status)
	require.Equal(t, "REQUEST true, RETRY true, REQUEST false", b.one(`select string_agg(kind || ' ' || superseded, ', ' order by attempt_no) from attempts
  where transaction_id = (select id from transactions where request_id = '2')`))
	b.provider.follow = nil
	b.provider.answer(switchcore.ClassDone, 200)
	require.Equal(t, 1, b.deliver(), "the old reference is rejected")
	require.Equal(t, "CLEANUP ACKED", b.one(`select kind || ' ' || state from saf_entries`))
	b.clean()
}

// No two attempts of a transaction overlap (I9): the rejection of an old reference waits while a client's repeat may still
// come, and it and an advice go one after the other.
func TestSwitchCleansUpAlone(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	retry := func(class switchcore.Class, status int) int {
		b.provider.answer(class, status)
		return b.processor.Retry(&switchcore.Request{
			Key: b.key(transactions.Provision, "1"), Client: switchcore.Client{ID: "till", Mode: transactions.Dual},
			In: b.inbound(transactions.TraceRetry, transactions.Provision), Body: []byte(`{}`), Fingerprint: []byte("1"), Render: echo,
		}).Status
	}
	b.provider.answer(switchcore.ClassUnknown, 0)
	require.Equal(t, 504, b.process(transactions.Provision, "1", "").Status)
	b.provider.follow = func(c switchcore.Call) *switchcore.Follow {
		if c.Step != "" {
			return nil
		}
		return &switchcore.Follow{
			Step: "again", Kind: transactions.AttemptRequest, NewWireRef: true, Message: switchcore.Message{Method: "POST", Path: "/", Body: []byte("x"), Masked: "x"},
			Cleanup: &switchcore.Message{Method: "POST", Path: "/reject", Body: []byte("y"), Masked: "y"},
		}
	}
	require.Equal(t, 504, retry(switchcore.ClassUnknown, 0))
	require.Empty(t, b.claim(9), "the client may still repeat it")
	require.Equal(t, 201, retry(switchcore.ClassApproved, 200))
	require.Equal(t, 202, b.advise(transactions.Confirm, transactions.Provision, "1", "c").Status)
	b.provider.follow = nil
	b.provider.answer(switchcore.ClassDone, 200)
	for range 3 { // two old references and the confirmation
		list := b.claim(9)
		require.Len(t, list, 1)
		require.Empty(t, b.claim(9), "one at a time")
		b.deliverer.Deliver(t.Context(), list[0])()
	}
	require.Equal(t, "CLEANUP ACKED, CLEANUP ACKED, CONFIRM ACKED", b.one(`select string_agg(kind || ' ' || state, ', ' order by kind) from saf_entries`))
	b.clean()
}

func TestSwitchDeliversInTwoMessages(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	b.process(transactions.Provision, "1", "")
	b.advise(transactions.Reverse, transactions.Provision, "1", "r")
	b.provider.answer(switchcore.ClassDone, 200)
	b.provider.follow = func(c switchcore.Call) *switchcore.Follow {
		if c.Step == "" {
			return &switchcore.Follow{Step: "delete", Kind: transactions.AttemptReverse, Message: switchcore.Message{Method: "DELETE", Path: "/1", Masked: ""}}
		}
		return nil
	}
	require.Equal(t, 1, b.deliver())
	require.Equal(t, "REVERSED ACKED", b.one(`select t.final || ' ' || s.state from transactions t join saf_entries s on s.transaction_id = t.id`))
	b.clean()
}

func TestSwitchKeepsALearnedKey(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	for i, key := range []string{"first key", "second key"} {
		b.provider.device = &switchcore.DeviceKey{MerchantID: "30477001", DeviceID: "lane-04", Key: key}
		out := b.processor.Process(&switchcore.Request{
			Key:    transactions.Key{ClientID: "till", Service: transactions.Humm, Operation: transactions.CreateKey, RequestID: key},
			Client: switchcore.Client{ID: "till"}, In: b.inbound(transactions.TraceRequest, transactions.CreateKey), Body: []byte("token"), Transient: true, Render: echo,
		})
		require.Equal(t, 200, out.Status)
		require.Equal(t, []string{"1", "2"}[i], b.one(`select generation::text from humm_devices where merchant_id = '30477001'`))
	}
	require.Equal(t, "0", b.one(`select count(*)::text from transactions where request_sealed is not null or answer_sealed is not null`))
	b.clean()
}

// An approval that nobody was told of is found by the sweep (I4).
func TestSwitchFindsUntoldApprovals(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	b.authorise("till", "c1", "sig")
	q := switchcore.UndecidedQuery{Untold: true, Age: time.Minute, Limit: 10}
	ids, err := b.store.Undecided(t.Context(), q)
	require.NoError(t, err)
	require.Empty(t, ids)
	b.run(`update transactions set told = false, last_client_at = last_client_at - interval '1 hour'`)
	ids, err = b.store.Undecided(t.Context(), q)
	require.NoError(t, err)
	require.Len(t, ids, 1)
	n, err := (&switchcore.Sweep{Core: b.processor.Core}).Decide(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, "REVERSE system", b.one(`select decision || ' ' || decision_origin from transactions`))
}

// A message may have no body at all; it must not keep its queue from being worked.
func TestSwitchDeliversAMessageWithoutBody(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	b.process(transactions.Provision, "1", "")
	b.provider.bare = true
	require.Equal(t, 202, b.advise(transactions.Reverse, transactions.Provision, "1", "r").Status)
	b.provider.answer(switchcore.ClassDone, 200)
	require.Equal(t, 1, b.deliver())
	b.clean()
}
