package sandbox

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	created  = " Created"
	accepted = " Accepted"
	refusal  = " Bad Request"
	gone     = " Gateway Timeout"

	provisionOf    = "POST /vouchers"
	retryOf        = "POST /vouchers/-/retry"
	confirmationOf = "POST /vouchers/confirmations"
	reversalOf     = "POST /vouchers/reversals"
)

// planned draws a plan whose free choices suit the case.
func planned(t *testing.T, of story, provider, clientID string) plan {
	t.Helper()
	for seq := range 1000 {
		p := draw(1, seq, of, provider)
		if p.Client.ID == clientID && (of != exhausted || p.Fault == "always-lost-answer") {
			return p
		}
	}
	t.Fatal("no such plan")
	return plan{}
}

func TestStories(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		of               story
		provider, client string
		want             []string
	}{
		"sale":                    {sale, "flash", retailerID, []string{provisionOf + created, confirmationOf + accepted}},
		"sale, single messaging":  {sale, "ott", forecourtsID, []string{provisionOf + created}},
		"sale by default route":   {sale, "demo", channelID, []string{provisionOf + created, confirmationOf + accepted}},
		"cancel":                  {cancel, "ott", channelID, []string{provisionOf + created, reversalOf + accepted}},
		"decline":                 {decline, "betway", retailerID, []string{provisionOf + refusal}},
		"success on the repeat":   {lostAnswer, "betway", retailerID, []string{provisionOf + gone, retryOf + created, confirmationOf + accepted}},
		"repeats in vain":         {exhausted, "betway", retailerID, []string{provisionOf + gone, retryOf + gone, retryOf + gone, retryOf + gone, reversalOf + accepted}},
		"repeats refused":         {refusedRetry, "netcare", retailerID, []string{provisionOf + gone, retryOf + refusal, reversalOf + accepted}},
		"sent twice":              {duplicate, "yoyo", retailerID, []string{provisionOf + created, provisionOf + refusal, confirmationOf + accepted}},
		"reversal before request": {early, "demo", retailerID, []string{reversalOf + " Not Found", provisionOf + refusal}},
		"bad format":              {badFormat, "ott", retailerID, []string{provisionOf + refusal}},
		"catalogue":               {catalogue, "ott", retailerID, []string{"GET /products OK"}},
		"refund": {refund, "netcare", retailerID, []string{
			provisionOf + created, confirmationOf + accepted, "GET /vouchers OK", "POST /redemptions" + created,
			"POST /redemptions/confirmations" + accepted, "POST /refunds" + created, "POST /refunds/confirmations" + accepted,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFront(t)
			f.world(t).play(t.Context(), planned(t, tc.of, tc.provider, tc.client))
			require.Equal(t, tc.want, f.story())
		})
	}
}

// Every message of many stories must satisfy the strict checks of the stand-ins.
func TestMessagesAreWellFormed(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	w := f.world(t)
	for seq := range 150 {
		w.play(t.Context(), draw(3, seq, []story{sale, redemption, cancel}[seq%3], ""))
	}
	for _, s := range f.seen {
		if s.Status == http.StatusBadRequest || s.Status == http.StatusUnauthorized {
			require.Contains(t, s.Path, "/vouchers/", "%s %s %d %s", s.Method, s.Path, s.Status, s.Body)
			require.Contains(t, string(s.Body), `"requestId"`) // Stellr takes no advices; the switch does that for it
		}
	}
	require.Contains(t, f.story(), "POST /redemptions/reversals"+accepted)
}

func TestRepeatsAreTheSameMessage(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	advices := 0
	f.before = func(s sent) int {
		switch s.Path {
		case "/vouchers/reversals":
			if advices++; advices <= 5 {
				return []int{500, 503, 504, 429, 502}[advices-1]
			}
			return 404 // final, though not what was hoped for
		default:
			return 503
		}
	}
	f.world(t).play(t.Context(), planned(t, sale, "flash", retailerID))

	require.Len(t, f.seen, 4+6)
	var asked, undone struct{ ID, RequestID, ReversalReason string }
	require.NoError(t, json.Unmarshal(f.seen[0].Body, &asked))
	for _, s := range f.seen[1:4] {
		require.Equal(t, "/vouchers/"+asked.ID+"/retry", s.Path)
		require.Equal(t, string(f.seen[0].Body), string(s.Body))
	}
	require.NoError(t, json.Unmarshal(f.seen[4].Body, &undone))
	require.Equal(t, asked.ID, undone.RequestID)
	require.Equal(t, timedOut, undone.ReversalReason)
	require.NotEqual(t, asked.ID, undone.ID)
	for _, s := range f.seen[5:] {
		require.Equal(t, string(f.seen[4].Body), string(s.Body))
	}
}

// A redemption without an answer is reversed, never repeated.
func TestRedemptionWithoutOutcome(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	f.before = func(s sent) int {
		if s.Path == "/redemptions" {
			return 504
		}
		return 0
	}
	f.world(t).play(t.Context(), planned(t, redemption, "ott", retailerID))
	require.Equal(t, []string{
		provisionOf + created, confirmationOf + accepted, "GET /vouchers OK",
		"POST /redemptions" + gone, "POST /redemptions/reversals Not Found",
	}, f.story())
}
