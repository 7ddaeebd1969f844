package switchcore_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// authorise sends an authorisation of a code with a signature.
func (w *world) authorise(code, signature string) said {
	return w.read(w.p.Retry(w.finance(transactions.Authorisation, code, signature,
		switchcore.Reference{Scope: "*", Kind: switchcore.RefApprovalCode, Value: code}, switchcore.Reference{Scope: w.client.ID, Kind: switchcore.RefSale, Value: "sale-" + code})))
}

// adjust sends a refund; content is what makes it the same refund.
func (w *world) adjust(ref, content, signature string) said {
	return w.read(w.p.Retry(w.finance(transactions.Adjustment, ref, content, switchcore.Reference{Scope: w.client.ID, Kind: switchcore.RefSignature, Value: signature})))
}

func (w *world) finance(op transactions.Operation, id, print string, refs ...switchcore.Reference) *switchcore.Request {
	return &switchcore.Request{
		Key:    transactions.Key{ClientID: w.client.ID, Service: transactions.Humm, Operation: op, RequestID: id},
		Client: w.client, Body: []byte("bytes of " + print), Exact: true, Fingerprint: []byte(print), References: refs, Render: render,
		In: switchcore.Inbound{ExchangeID: uuid.New(), Kind: transactions.TraceRequest, Start: time.Now()},
	}
}

func (w *world) undo(signature, ref string) said {
	return w.read(w.p.Advise(&switchcore.AdviceRequest{
		Key:    transactions.Key{ClientID: w.client.ID, Service: transactions.Humm, Operation: transactions.Adjustment},
		Client: w.client, Kind: transactions.Reverse, Signature: signature, AdviceID: ref, Body: []byte(`{}`), Render: render,
		In: switchcore.Inbound{ExchangeID: uuid.New(), Kind: transactions.TraceReversal, Start: time.Now()},
	}))
}

func (w *world) theOnly(op transactions.Operation) *transactions.Transaction {
	w.t.Helper()
	var found *transactions.Transaction
	for _, t := range w.store.Transactions {
		if t.Key.Operation == op && t.Generation > 0 {
			require.Nil(w.t, found, "one transaction only")
			found = t
		}
	}
	require.NotNil(w.t, found)
	return found
}

// humm.md 6.1: the identity is the code and the signature.
func TestAuthorisationIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(p *switchcore.Profile) { p.Retry = false })
	require.Equal(t, 201, w.authorise("c1", "sig").Status)
	require.Equal(t, 201, w.authorise("c1", "sig").Status, "the stored answer")
	require.Equal(t, said{400, switchcore.ErrDuplicate, "", false}, w.authorise("c1", "other"))
	w.client.ID = "another chain"
	require.Equal(t, said{400, switchcore.ErrDuplicate, "", false}, w.authorise("c1", "third"), "a code is used for everybody (A10)")
	require.Len(t, w.provider.sent, 1)
	w.client.ID = "till"
	require.Equal(t, transactions.Single, w.theOnly(transactions.Authorisation).Mode)
}

func TestFiftyIdenticalAuthorisationsAtOnceCreateOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	var wg sync.WaitGroup
	answers := make([]said, 50)
	for i := range answers {
		wg.Go(func() { answers[i] = w.authorise("c1", "sig") })
	}
	wg.Wait()
	for _, a := range answers {
		require.Equal(t, 201, a.Status)
	}
	require.Len(t, w.provider.sent, 1)
}

// An unknown authorisation is asked again with the stored bytes, not with those of the repeat.
func TestAnUnknownAuthorisationIsRepeatedAsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provider.answers = []string{"unknown", "approve"}
	require.Equal(t, 504, w.authorise("c1", "sig").Status)
	var asked []byte
	w.provider.reading = func(c switchcore.Call, r switchcore.Result) switchcore.Result { asked = c.Request.Body; return r }
	require.Equal(t, 201, w.authorise("c1", "sig").Status)
	require.Equal(t, "bytes of sig", string(asked))
	require.Equal(t, transactions.Success, w.theOnly(transactions.Authorisation).Outcome)
}

// Nothing ever left: the code is not used, so that another message may take its place (humm.md 8.4).
func TestACodeThatWasNeverSentIsFree(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provider.answers = []string{"unsent", "approve"}
	require.Equal(t, 503, w.authorise("c1", "sig").Status)
	require.Equal(t, 201, w.authorise("c1", "other").Status)
	generations := map[int]transactions.Outcome{}
	for _, x := range w.store.Transactions {
		generations[x.Generation] = x.Outcome
	}
	require.Equal(t, map[int]transactions.Outcome{1: transactions.Failed, 2: transactions.Success}, generations)
	require.Equal(t, said{400, switchcore.ErrDuplicate, "", false}, w.authorise("c1", "sig"), "now it is used")
}

// humm.md 6.3: the identity is the reference; the signature may differ.
func TestAdjustmentIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	require.Equal(t, 201, w.adjust("R1", "25 of S", "s1").Status)
	require.Equal(t, 201, w.adjust("R1", "25 of S", "s2").Status, "a retry by another cashier")
	require.Equal(t, said{400, switchcore.ErrDuplicate, "", false}, w.adjust("R1", "30 of S", "s3"))
	require.Equal(t, 201, w.adjust("R2", "25 of S", "s4").Status, "a new reference is a new refund")
	require.Len(t, w.provider.sent, 2)
	require.Equal(t, 202, w.undo("s2", "V1").Status, "found by any signature it was sent with (J7)")
	require.Equal(t, 202, w.undo("s2", "V1").Status)
	require.Equal(t, said{400, switchcore.ErrVoucherReversed, "R1", false}, w.undo("s1", "V2"), "undone under another reference before")
	require.Equal(t, said{400, switchcore.ErrVoucherReversed, "V1", false}, w.adjust("R1", "25 of S", "s1"))
	w.drain()
	require.Len(t, w.provider.sent, 3)
}

// A reversal that comes first is remembered by the signature (I7).
func TestAnUndoBeforeItsAdjustment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	require.Equal(t, 404, w.undo("s1", "V1").Status)
	require.Equal(t, said{400, switchcore.ErrVoucherReversed, "V1", false}, w.adjust("R1", "25", "s1"))
	require.Empty(t, w.provider.sent)
}

// What was approved but told to nobody is undone by the switch itself (I4).
func TestAnUntoldApprovalIsReversed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.authorise("c1", "sig")
	txn := w.theOnly(transactions.Authorisation)
	decide := func() {
		_, err := w.store.Apply(t.Context(), switchcore.OwnWord(w.p.Core, txn.ID, switchcore.UndecidedQuery{Untold: true, Age: -time.Hour}))
		require.NoError(t, err)
	}
	decide()
	require.Equal(t, transactions.Undecided, w.theOnly(transactions.Authorisation).Decision, "the till was told")
	w.store.Transactions[txn.ID].Told = false
	decide()
	require.Equal(t, transactions.Reverse, w.theOnly(transactions.Authorisation).Decision)
}

// An unknown authorisation is resolved first and compensated second (humm.md 8.4); a declined one leaves nothing to do.
func TestAnUnknownAuthorisationIsResolvedThenCompensated(t *testing.T) {
	t.Parallel()
	for _, proved := range []switchcore.Class{switchcore.ClassApproved, switchcore.ClassDeclined} {
		w := newWorld(t, nil)
		w.provider.answers = []string{"unknown"}
		w.authorise("c1", "sig")
		txn := w.theOnly(transactions.Authorisation)
		_, err := w.store.Apply(t.Context(), switchcore.OwnWord(w.p.Core, txn.ID, switchcore.UndecidedQuery{Unknown: true, Age: -time.Hour}))
		require.NoError(t, err)
		w.provider.reading = func(c switchcore.Call, _ switchcore.Result) switchcore.Result {
			switch {
			case c.Step != "":
				return switchcore.Result{Class: switchcore.ClassDone, Detail: "ACK"}
			case proved == switchcore.ClassApproved:
				return switchcore.Result{Class: switchcore.ClassRepeat, Proved: proved, Follow: &switchcore.Follow{Step: "adjust", Kind: transactions.AttemptReverse, Message: switchcore.Message{Body: []byte("refund")}}}
			}
			return switchcore.Result{Class: switchcore.ClassDone, Proved: proved, Detail: "DECLINED"}
		}
		w.drain()
		txn = w.theOnly(transactions.Authorisation)
		require.Equal(t, transactions.Reversed, txn.Final)
		require.False(t, txn.ReconRequired)
		for _, e := range w.store.Entries {
			if proved == switchcore.ClassApproved {
				require.Equal(t, transactions.Success, txn.Outcome)
				require.Equal(t, saf.Acked, e.State)
			} else {
				require.Equal(t, transactions.Failed, txn.Outcome)
				require.Equal(t, saf.Consumed, e.State)
			}
		}
	}
}

// A receipt that got no answer is delivered by the switch (humm.md 8.3); a definite answer is passed on.
func TestReceipts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	receipt := func(id string) said { return w.read(w.p.Retry(w.finance(transactions.Receipt, id, "sig-"+id))) }
	w.provider.answers = []string{"approve", "decline", "unknown"}
	require.Equal(t, 201, receipt("1").Status)
	require.Equal(t, 400, receipt("2").Status)
	require.Empty(t, w.store.Entries)
	require.Equal(t, 202, receipt("3").Status)
	require.Len(t, w.store.Entries, 1)
	for _, e := range w.store.Entries {
		require.Equal(t, saf.Receipt, e.Kind)
	}
	require.Equal(t, 202, receipt("3").Status, "the same answer again")
	w.provider.reading = func(_ switchcore.Call, _ switchcore.Result) switchcore.Result {
		return switchcore.Result{Class: switchcore.ClassDone, Detail: "ACK"}
	}
	w.drain()
	for _, e := range w.store.Entries {
		require.Equal(t, saf.Acked, e.State)
	}
}

// A signing key is kept in the commit of the answer that brought it, its request body nowhere.
func TestALearnedKeyIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provider.reading = func(_ switchcore.Call, r switchcore.Result) switchcore.Result {
		r.DeviceKey = &switchcore.DeviceKey{MerchantID: "m", DeviceID: "d", Key: "k"}
		return r
	}
	r := w.finance(transactions.CreateKey, "k1", "")
	r.Transient, r.Fingerprint = true, nil
	require.Equal(t, 200, w.read(w.p.Process(r)).Status)
	require.Len(t, w.store.Devices, 1)
	require.Equal(t, "k", string(w.store.Devices[0].KeySealed))
	for _, x := range w.store.Transactions {
		require.Empty(t, x.RequestSealed)
		require.Empty(t, x.AnswerSealed, "the answer holds the key")
		require.Equal(t, transactions.Completed, x.Final)
	}
}
