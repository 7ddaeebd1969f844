package switchcore_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// card sends a gift card request about one card.
func (w *world) card(op transactions.Operation, id string) said {
	r := w.request(op, id, "")
	r.Key.Service, r.CardNumber = transactions.GiftCard, "6000000000000000017"
	return w.read(w.p.Process(r))
}

func (w *world) adviseCard(kind transactions.Decision, op transactions.Operation, requestID, adviceID, content string) said {
	return w.read(w.p.Advise(&switchcore.AdviceRequest{
		Key:    transactions.Key{ClientID: w.client.ID, Service: transactions.GiftCard, Operation: op, RequestID: requestID},
		Client: w.client, Kind: kind, AdviceID: adviceID, Body: []byte(content), Render: render,
		In: switchcore.Inbound{ExchangeID: uuid.New(), Kind: transactions.TraceConfirmation, SHA256: []byte(content)},
	}))
}

func (w *world) cardTxn(op transactions.Operation, id string) *transactions.Transaction {
	w.t.Helper()
	for _, t := range w.store.Transactions {
		if t.Key.Operation == op && t.Key.RequestID == id {
			return t
		}
	}
	w.t.Fatalf("no %s %s", op, id)
	return nil
}

// One id space for all messages of a client, whatever became of them (giftcard-rules.md 12).
func TestGiftCardIDsAreUsedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provider.answers = []string{"approve", "decline"}
	require.Equal(t, 201, w.card(transactions.Load, "a").Status)
	require.Equal(t, said{400, switchcore.ErrDuplicate, "", false}, w.card(transactions.Load, "a"), "the same request again")
	require.Equal(t, said{400, switchcore.ErrDuplicate, "", false}, w.card(transactions.Void, "a"), "another kind under the same id")
	require.Equal(t, 400, w.card(transactions.Load, "b").Status)
	require.Equal(t, said{400, switchcore.ErrDuplicate, "", false}, w.card(transactions.Load, "b"), "a declined id stays used")
	require.Equal(t, 202, w.adviseCard(transactions.Confirm, transactions.Load, "a", "c", "x").Status)
	require.Equal(t, 202, w.adviseCard(transactions.Confirm, transactions.Load, "a", "c", "x").Status, "an exact repeat")
	require.Equal(t, said{400, switchcore.ErrDuplicate, "a", false}, w.adviseCard(transactions.Confirm, transactions.Load, "a", "c", "y"), "other content")
	require.Equal(t, 202, w.adviseCard(transactions.Confirm, transactions.Load, "a", "c2", "x").Status, "a repeat under a new id changes nothing")
	require.Equal(t, said{400, switchcore.ErrDuplicate, "", false}, w.card(transactions.Load, "c"), "the id of an advice")
	require.Len(t, w.provider.sent, 2)
	require.Len(t, w.store.Entries, 1)
	w.client.ID = "other"
	require.Equal(t, 201, w.card(transactions.Load, "a").Status, "another client has its own ids")
}

func TestAnUsedUpIDIsRefusedEvenBySwitch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(p *switchcore.Profile) { p.Cards = false })
	require.Equal(t, said{400, switchcore.ErrNotSupported, "", false}, w.card(transactions.Load, "a"))
	require.Equal(t, said{400, switchcore.ErrDuplicate, "", false}, w.card(transactions.Load, "a"))
	require.Equal(t, said{400, switchcore.ErrGeneral, "a", false}, w.adviseCard(transactions.Reverse, transactions.Load, "a", "r", ""), "an advice about what was declined")
	require.Empty(t, w.provider.sent)
}

// giftcard-rules.md 9.2, row by row.
func TestGiftCardAdvicesByState(t *testing.T) {
	t.Parallel()
	kinds := map[transactions.Operation]string{
		transactions.Activation: switchcore.ErrCardActivated, transactions.Load: switchcore.ErrTranNotSupported, transactions.Redemption: switchcore.ErrTranNotSupported,
		transactions.Void: switchcore.ErrCardVoided, transactions.Transfer: switchcore.ErrTranNotSupported, transactions.Replace: switchcore.ErrTranNotSupported,
	}
	for op, confirmed := range kinds {
		t.Run(string(op), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			for _, kind := range []transactions.Decision{transactions.Confirm, transactions.Reverse} {
				require.Equal(t, said{404, switchcore.ErrNotLocated, "never", false}, w.adviseCard(kind, op, "never", "n"+string(kind), ""))
			}
			require.Equal(t, said{400, switchcore.ErrGeneral, "nREVERSE", false}, w.card(op, "never"), "a late original is refused")

			w.provider.answers = []string{"decline", "approve", "approve"}
			w.card(op, "declined")
			require.Equal(t, said{400, switchcore.ErrGeneral, "declined", false}, w.adviseCard(transactions.Confirm, op, "declined", "dc", ""))
			require.Equal(t, said{400, switchcore.ErrGeneral, "declined", false}, w.adviseCard(transactions.Reverse, op, "declined", "dr", ""))

			w.card(op, "1")
			require.Equal(t, 202, w.adviseCard(transactions.Confirm, op, "1", "1c", "").Status)
			require.Equal(t, 202, w.adviseCard(transactions.Confirm, op, "1", "1d", "").Status)
			require.Equal(t, said{400, confirmed, "1", false}, w.adviseCard(transactions.Reverse, op, "1", "1r", ""))

			w.card(op, "2")
			require.Equal(t, 202, w.adviseCard(transactions.Reverse, op, "2", "2r", "").Status)
			require.Equal(t, 202, w.adviseCard(transactions.Reverse, op, "2", "2s", "").Status)
			require.Equal(t, said{400, switchcore.ErrGeneral, "2", false}, w.adviseCard(transactions.Confirm, op, "2", "2c", ""))
			w.drain()
			require.Equal(t, transactions.Confirmed, w.cardTxn(op, "1").Final)
			require.Equal(t, transactions.Reversed, w.cardTxn(op, "2").Final)
		})
	}
}

func TestAnotherKindIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.card(transactions.Load, "1")
	require.Equal(t, said{404, switchcore.ErrNotLocated, "1", false}, w.adviseCard(transactions.Confirm, transactions.Void, "1", "c", ""))
	require.Equal(t, transactions.Undecided, w.cardTxn(transactions.Load, "1").Decision)
}

// While the outcome is unknown a confirmation is not accepted and may be sent again, a reversal is (giftcards.md 4.4).
func TestGiftCardUnknownOutcome(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provider.answers = []string{"unknown"}
	require.Equal(t, 504, w.card(transactions.Redemption, "1").Status)
	require.Equal(t, said{504, switchcore.ErrUpstream, "1", false}, w.adviseCard(transactions.Confirm, transactions.Redemption, "1", "c", ""))
	require.Equal(t, said{504, switchcore.ErrUpstream, "1", false}, w.adviseCard(transactions.Confirm, transactions.Redemption, "1", "c", ""), "its id is not used up")
	require.Equal(t, 202, w.adviseCard(transactions.Reverse, transactions.Redemption, "1", "r", "").Status)
}

// A load or redemption of a card that was voided since cannot be reversed; the money waits for a person (giftcards.md 5).
func TestReversalOnAVoidedCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.card(transactions.Load, "load")
	w.card(transactions.Void, "void")
	require.Equal(t, said{400, switchcore.ErrCardVoided, "load", false}, w.adviseCard(transactions.Reverse, transactions.Load, "load", "r1", ""))
	load := w.cardTxn(transactions.Load, "load")
	require.True(t, load.ReconRequired)
	require.Equal(t, transactions.Undecided, load.Decision)
	require.Empty(t, w.store.Entries)
	require.Equal(t, 202, w.adviseCard(transactions.Reverse, transactions.Void, "void", "r2", "").Status)
	require.Equal(t, 202, w.adviseCard(transactions.Reverse, transactions.Load, "load", "r3", "").Status, "under a new id once the void is undone")
}

// Where an issuer keeps books for each client, one client's void says nothing about another's card of the same number.
func TestVoidInTheBooksOfAnotherClient(t *testing.T) {
	t.Parallel()
	for actAsClient, want := range map[bool]int{true: 202, false: 400} {
		w := newWorld(t, func(p *switchcore.Profile) { p.ActAsClient = actAsClient })
		w.card(transactions.Load, "load")
		own := w.client.ID
		w.client.ID = "other"
		w.card(transactions.Void, "void")
		w.client.ID = own
		require.Equal(t, want, w.adviseCard(transactions.Reverse, transactions.Load, "load", "r", "").Status, actAsClient)
	}
}

// A request on a card lets its due advices go first (I11).
func TestACardRequestWaitsForDueAdvices(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	asked := make(chan switchcore.Holder, 2)
	w.store.adviceDue = func(of switchcore.Holder) bool { asked <- of; return false }
	w.card(transactions.Lookup, "l")
	require.NotEmpty(t, (<-asked).Card)
}
