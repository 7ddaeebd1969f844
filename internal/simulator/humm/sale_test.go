package humm

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

func TestReceipts(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	number := k.till.sell("R-1", "482913", 10000)
	k.till.sell("R-2", "482914", 10000)
	far := k.newTill(stranger, "x")
	far.sell("R-1", "482915", 10000)
	near := k.newTill(sibling, "y")
	for _, c := range []struct {
		name        string
		t           *till
		ref, number string
		want        string
	}{
		{"first", k.till, "R-1", "INV-1", "SSER01"},
		{"same pair", k.till, "R-1", "INV-1", "SSER01"},
		{"one more", k.till, "R-1", "INV-2", "SSER01"},
		{"of another sale", k.till, "R-2", "INV-1", "FSER02"},
		{"its own reference", k.till, "R-2", "R-2", "SSER01"},
		{"another's reference", k.till, "R-2", "R-1", "FSER02"},
		{"another's purchase number", k.till, "R-2", number, "FSER02"},
		{"by another seller of the chain", near, "R-1", "INV-3", "SSER01"},
		{"in another chain", far, "R-1", "INV-1", "SSER01"},
		{"no such sale", k.till, "R-9", "INV-9", "FSER01"},
		{"a receipt is no till reference", k.till, "INV-1", "INV-9", "FSER01"},
		{"sale of another chain", far, "R-2", "INV-9", "FSER01"},
	} {
		require.Equal(t, c.want, c.t.receipt(c.ref, c.number), c.name)
	}
	for i, ref := range []string{"R-1", "INV-1", "INV-2", "INV-3", number} {
		require.Equal(t, "SPSA01", k.till.refund(fmt.Sprint("RF-", i), ref, 100), ref)
	}
	require.Equal(t, 5, k.books()["receipt"].Entries)
}

func TestPurchaseReferences(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	number := k.till.sell("R-1", "482913", 10000)
	near, far := k.newTill(sibling, "y"), k.newTill(stranger, "x")
	farNumber := far.sell("R-2", "482914", 10000)
	require.Equal(t, "SSER01", k.till.receipt("R-1", "R-3"))
	k.till.sell("R-3", "482915", 10000) // a reference that is a receipt number already
	k.till.sell(farNumber, "482916", 10000)
	n := 0
	for _, c := range []struct {
		name, purchase string
		t              *till
		want           string
	}{
		{"till reference", "R-1", k.till, "SPSA01"},
		{"purchase number", number, k.till, "SPSA01"},
		{"in another store of the chain", "R-1", near, "SPSA01"},
		{"number in another store of the chain", number, near, "SPSA01"},
		{"in another chain", "R-1", far, "FPSA01"},
		{"number in another chain", number, far, "FPSA01"},
		{"unknown", "R-9", k.till, "FPSA01"},
		{"case counts", "r-1", k.till, "FPSA01"},
		{"two sales", "R-3", k.till, "FPSA08"},
		{"number of another chain, reference here", farNumber, k.till, "SPSA01"},
		{"number before reference", farNumber, far, "SPSA01"},
	} {
		n++
		require.Equal(t, c.want, c.t.refund(fmt.Sprint("RF-", n), c.purchase, 100), c.name)
	}
}

func TestRefunds(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	number := k.till.sell("R-1", "482913", 10000)
	near, far := k.newTill(sibling, "y"), k.newTill(stranger, "x")
	far.sell("R-1", "482914", 10000)
	for _, c := range []struct {
		name          string
		t             *till
		ref, purchase string
		cents         int
		want          string
	}{
		{"first", k.till, "RF-1", "R-1", 2500, "SPSA01"},
		{"again", k.till, "RF-1", "R-1", 2500, "SPSA01"},
		{"again, the sale named otherwise", k.till, "RF-1", number, 2500, "SPSA01"},
		{"again, by another store", near, "RF-1", "R-1", 2500, "SPSA01"},
		{"same reference, other amount", k.till, "RF-1", "R-1", 2600, "FPSA08"},
		{"same reference, other sale", k.till, "RF-1", "R-9", 2500, "FPSA08"},
		{"same reference in another chain", far, "RF-1", "R-1", 2500, "SPSA01"},
		{"equal, but another", k.till, "RF-2", "R-1", 2500, "SPSA01"},
		{"reference of the sale itself", k.till, "R-1", "R-1", 100, "SPSA01"},
		{"nothing", k.till, "RF-3", "R-1", 0, "FPSA09"},
		{"nothing, of nothing", k.till, "RF-4", "R-9", 0, "FPSA09"},
		{"too much", k.till, "RF-5", "R-1", 4901, "FPSA04"},
		{"a refusal is kept", k.till, "RF-5", "R-1", 4901, "FPSA04"},
		{"the rest", k.till, "RF-6", "R-1", 4900, "SPSA01"},
		{"again after the end", k.till, "RF-6", "R-1", 4900, "SPSA01"},
		{"more", k.till, "RF-7", "R-1", 1, "FPSA03"},
	} {
		require.Equal(t, c.want, c.t.refund(c.ref, c.purchase, c.cents), c.name)
	}
	total := k.books()["adjustment"]
	require.EqualValues(t, 12500, total.NetAmount)
	require.Equal(t, 4, total.Declined)
	l := k.Lines("RF-1")[0]
	require.Equal(t, []any{"RF-1", stage.Approved, 5}, []any{l.ProviderRef, l.State, l.Retries})
}

func TestConcurrentRefundsStayBelowTheCeiling(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	k.till.sell("R-1", "482913", 10000)
	codes := make(chan string, 30)
	var all sync.WaitGroup
	for i := range cap(codes) {
		all.Go(func() { codes <- k.till.refund(fmt.Sprint("RF-", i%15), "R-1", 1500) }) // each of them twice
	}
	all.Wait()
	count := map[string]int{}
	for range cap(codes) {
		count[<-codes]++
	}
	require.Equal(t, map[string]int{"SPSA01": 12, "FPSA04": 18}, count)
	require.EqualValues(t, 9000, k.books()["adjustment"].NetAmount)
}

func TestContracts(t *testing.T) {
	t.Parallel()
	for nn, want := range map[string][2]string{
		"41": {"FPSA02", "FPAR01"}, "42": {"FPSA05", "FPAR01"}, "43": {"FPSA06", "FPAR01"}, "44": {"FPSA07", "FPAR01"},
		"45": {"SPSA01", "FPAR02"}, "46": {"SPSA01", "FPAR05"}, "47": {"SPSA01", "FPAR06"}, "48": {"SPSA01", "FPAR07"},
	} {
		k := newKit(t, "")
		k.till.sell("R-1", "7770"+nn, 10000)
		require.Equal(t, want[0], k.till.refund("RF-1", "R-1", 100), nn)
		require.Equal(t, want[1], k.till.undo("RV-1", refundOf("RF-1", "R-1", 100)), nn)
	}
}

func TestReversals(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	k.till.sell("R-1", "482913", 10000)
	full, near, far := refundOf("RF-1", "R-1", 10000), k.newTill(sibling, "y"), k.newTill(stranger, "x")
	require.Equal(t, "FPAR01", k.till.undo("RV-1", full), "not there yet")
	require.Equal(t, "SPSA01", code(k.till.send("ProcessSalesAdjustment", full)))
	alias := refundOf("RF-1", "R-1", 10000)
	alias["x_operator_id"] = "op-18"
	require.Equal(t, "SPSA01", code(k.till.send("ProcessSalesAdjustment", alias)), "a retry by someone else")
	require.Equal(t, "FPSA03", k.till.refund("RF-1b", "R-1", 20000), "a refusal")

	named := func(t *till, ref string, m object, shape func(string) string) string {
		return code(t.send("ProcessSalesAdjustmentReversal", object{
			"x_pos_transaction_ref": ref, "x_adjustment_signature": shape(k.till.message(m)["signature"].(string)),
		}))
	}
	same := func(s string) string { return s }
	for _, c := range []struct {
		name  string
		t     *till
		ref   string
		m     object
		shape func(string) string
		want  string
	}{
		{"another chain", far, "RV-1", full, same, "FPAR01"},
		{"no such signature", k.till, "RV-1", refundOf("RF-9", "R-1", 1), same, "FPAR01"},
		{"of a declined refund", k.till, "RV-1", refundOf("RF-1b", "R-1", 20000), same, "FPAR01"},
		{"by the retry's signature, in upper case", near, "RV-1", alias, strings.ToUpper, "SPAR01"},
		{"again", k.till, "RV-1", full, same, "SPAR01"},
		{"by another reference", k.till, "RV-2", full, same, "FPAR08"},
	} {
		require.Equal(t, c.want, named(c.t, c.ref, c.m, c.shape), c.name)
	}
	require.Equal(t, "SPSA01", code(k.till.send("ProcessSalesAdjustment", full)), "the old result, and no money")
	require.EqualValues(t, 0, k.books()["adjustment"].NetAmount)
	l := k.Line("RF-1")
	require.Equal(t, []any{stage.Reversed, "RV-1", 3, int64(0)}, []any{l.Advice, l.AdviceID, l.Advices, l.FinalAmount})
	require.Equal(t, "SPSA01", k.till.refund("RF-2", "R-1", 10000), "the whole sum can be given back again")
	strays := k.House.Strays(stage.Window{})
	require.Len(t, strays, 3, "one for each signature that named nothing")
	require.Len(t, strays[0].Ref, 16, "no more of it than identifies it")
}

// newTillAgain gives the till a new key.
func (k *kit) newTillAgain() *till {
	t := *k.till
	t.key = "GUDID-again"
	r := t.send("CreateKey", object{"x_device_token": t.key, "x_pos_vendor": "V"})
	require.Equal(k.T, "SCRK01", code(r))
	t.key = r.Body["x_key"].(string)
	return &t
}

func TestAReversalQuotesTheOldKeysSignature(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	k.till.sell("R-1", "482913", 10000)
	m := k.till.message(refundOf("RF-1", "R-1", 100))
	require.Equal(t, "SPSA01", code(k.till.send("ProcessSalesAdjustment", m)))
	k.till = k.newTillAgain()
	require.Equal(t, "SPAR01", code(k.till.send("ProcessSalesAdjustmentReversal", object{"x_pos_transaction_ref": "RV-1", "x_adjustment_signature": m["signature"]})))
}

func TestStatement(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	number := k.till.sell("R-1", "482913", 10000)
	require.Equal(t, "SSER01", k.till.receipt("R-1", "INV-1"))
	require.Equal(t, "FPRA04", code(k.till.pay("R-2", "777004", 10000)))
	require.Equal(t, "SPSA01", k.till.refund("RF-1", "R-1", 2500))
	require.Equal(t, "SPSA01", k.till.refund("RF-2", "R-1", 500))
	require.Equal(t, "SPAR01", k.till.undo("RV-1", refundOf("RF-2", "R-1", 500)))
	w := httptest.NewRecorder()
	k.server().ServeStatements(w, httptest.NewRequest(http.MethodGet, "/?date=2031-05-06", nil), "")
	require.Equal(t, strings.Join([]string{
		"provider_ref,switch_ref,serial,product,kind,state,amount_minor,currency,at",
		number + ",R-1,,,AUTHORISATION,SUCCESS,10000,036,2031-05-06T07:08:09Z",
		"RF-1,RF-1,,,ADJUSTMENT,SUCCESS,2500,036,2031-05-06T07:08:09Z",
		"RF-2,RF-2,,,ADJUSTMENT,REVERSED,500,036,2031-05-06T07:08:09Z",
		"TRAILER,3,13000", "",
	}, "\n"), w.Body.String())
}
