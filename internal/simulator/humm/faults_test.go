package humm

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
	"github.com/signalboxhq/signalbox/internal/simulator/stage/stagetest"
)

func TestTriggersAreFaults(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, g := range Triggers() {
		_, err := Faults().Parse(g.Fault)
		require.NoError(t, err, g.Digits)
		require.False(t, seen[g.Digits], g.Digits)
		require.Len(t, g.Digits, 2)
		seen[g.Digits] = true
	}
	for _, text := range []string{"777", "77704", "482904", "6199777004"} {
		f, _ := byCode(text)
		require.Empty(t, f.Name, text)
	}
	f, _ := byCode(normalise("6199777004"))
	require.Equal(t, stage.Fault{Name: "decline", Arg: "FPRA04", When: stage.InWork}, f)
}

func TestCodesThatDecline(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	for _, nn := range []string{"01", "02", "03", "04", "05", "06", "07", "08", "09", "21", "22", "23", "24", "99"} {
		require.Equal(t, "FPRA"+nn, code(k.till.pay("R-"+nn, "61997770"+nn, 10000)))
	}
	require.Equal(t, "SPRA01", code(k.till.pay("R", "777000", 10000)))
}

// TestFaultsOfAuthorisations sends each message twice: what a till sees, and what the books hold after the first.
func TestFaultsOfAuthorisations(t *testing.T) {
	t.Parallel()
	for nn, want := range map[string][3]string{
		"51": {"no answer", "SPRA01", stage.Approved},
		"52": {"no answer", "SPRA01", stage.Unprocessed},
		"53": {"no answer", "SPRA01", stage.Approved},
		"54": {"not JSON OK", "SPRA01", stage.Approved},
		"55": {"SPRA01 unverified", "SPRA01", stage.Approved},
		"58": {"SPRA01", "SPRA01", stage.Approved},
		"59": {"no answer", "SPRA01", stage.Unprocessed},
		"60": {"no answer", "no answer", stage.Approved},
		"61": {"no answer", "SPRA01", stage.Approved},
		"62": {"no answer", "no answer", stage.Unprocessed},
		"63": {"not JSON Bad Gateway", "SPRA01", stage.Unprocessed},
		"64": {"Internal Server Error", "SPRA01", stage.Unprocessed},
		"65": {"Internal Server Error", "SPRA01", stage.Approved},
		"66": {"Service Unavailable", "SPRA01", stage.Unprocessed},
		"67": {"EISE01", "SPRA01", stage.Approved},
		"68": {"SXXX77", "SPRA01", stage.Approved},
		"69": {"SPRA01", "SPRA01", stage.Approved},
		"70": {"Too Many Requests", "SPRA01", stage.Unprocessed},
		"71": {"SPRA01 unverified", "SPRA01", stage.Approved},
		"72": {"SPRA01", "SPRA01", stage.Approved},
	} {
		t.Run(nn, func(t *testing.T) {
			t.Parallel()
			k := newKit(t, "")
			var last stagetest.Reply
			send := func() string {
				last = k.till.pay("R-1", "7770"+nn, 10000)
				return k.till.outcome(last)
			}
			done := k.stands("R-1", want[2], 0)
			require.Equal(t, want[0], k.exchange(want[0], done, send))
			require.True(t, done(), "what the books say")
			switch nn {
			case "69":
				require.Nil(t, last.Body["x_purchase_number"])
			case "72":
				require.Equal(t, "Failed", last.Body["x_status"])
			}
			again := func() bool { return k.Line("R-1").Retries == 1 }
			require.Equal(t, want[1], k.exchange(want[1], again, send))
			require.True(t, again())
			require.Equal(t, 1, k.Line("R-1").Received)
		})
	}
}

func TestFaultsOfTheOthers(t *testing.T) {
	t.Parallel()
	refund := refundOf("RF-1", "R-1", 2500)
	for _, c := range []struct {
		kind, fault, first, second string
		state                      string // of the refund after the first
		net                        int64  // after the second
	}{
		{"adjust", "lost-answer", "no answer", "SPSA01", stage.Approved, 2500},
		{"adjust", "lost-request", "no answer", "SPSA01", stage.Unprocessed, 2500},
		{"adjust", "internal-error", "EISE01", "SPSA01", "", 2500},
		{"adjust", "internal-error:processed", "EISE01", "SPSA01", stage.Approved, 2500},
		{"adjust", "decline", "FPSA05", "FPSA05", stage.Declined, 0},
		{"adjust", "decline:FPSA06", "FPSA06", "FPSA06", stage.Declined, 0},
		{"adjust", "unknown-code:SPSA77", "SPSA77", "SPSA01", stage.Approved, 2500},
		{"adjust", "bad-signature", "SPSA01 unverified", "SPSA01", stage.Approved, 2500},
		{"reverse", "lost-answer", "no answer", "SPAR01", stage.Approved, 0},
		{"reverse", "lost-request", "no answer", "SPAR01", stage.Approved, 0},
		{"reverse", "internal-error", "EISE01", "SPAR01", stage.Approved, 0},
		{"reverse", "internal-error:processed", "EISE01", "SPAR01", stage.Approved, 0},
		{"reverse", "decline", "FPAR05", "SPAR01", stage.Approved, 0},
		{"receipt", "lost-answer", "no answer", "SSER01", "", 0},
		{"receipt", "lost-request", "no answer", "SSER01", "", 0},
		{"receipt", "internal-error", "EISE01", "SSER01", "", 0},
		{"receipt", "internal-error:processed", "EISE01", "SSER01", "", 0},
		{"receipt", "decline", "FSER01", "SSER01", "", 0},
		{"advice", "decline:FSER02", "FSER02", "SSER01", "", 0},
		{"key", "lost-answer", "no answer", "FCRK02", "", 0},
		{"key", "lost-request", "no answer", "SCRK01", "", 0},
		{"key", "internal-error", "EISE01", "SCRK01", "", 0},
		{"key", "internal-error:processed", "EISE01", "FCRK02", "", 0},
		{"key", "decline", "FCRK01", "SCRK01", "", 0},
		{"key", "no-code", "SCRK01", "FCRK02", "", 0},
		{"authorise", "decline", "FPRA99", "FPRA99", "", 0},
		{"authorise", "internal-error:2", "EISE01", "EISE01", "", 0},
	} {
		t.Run(c.kind+" "+c.fault, func(t *testing.T) {
			t.Parallel()
			k := newKit(t, "")
			k.till.sell("R-1", "482913", 10000)
			if c.kind == "reverse" {
				require.Equal(t, "SPSA01", code(k.till.send("ProcessSalesAdjustment", refund)))
			}
			k.set(fmt.Sprintf(`{"script":[{"on":%q,"fault":%q}]}`, c.kind, c.fault))
			send := func() string { return k.till.outcome(k.again(c.kind, refund)) }
			arrived := k.struck
			if c.state != "" {
				stands := k.stands("RF-1", c.state, 0)
				arrived = func() bool { return k.struck() && stands() }
			}
			require.Equal(t, c.first, k.exchange(c.first, arrived, send))
			require.True(t, arrived())
			require.Equal(t, c.second, send())
			require.Equal(t, c.net, k.books()["adjustment"].NetAmount)
		})
	}
}

// again sends the message of a kind, the same at every call. A key is bought by a device of its own.
func (k *kit) again(kind string, refund object) stagetest.Reply {
	t := k.till
	switch kind {
	case "adjust":
		return t.send("ProcessSalesAdjustment", refund)
	case "reverse":
		return t.send("ProcessSalesAdjustmentReversal", object{"x_pos_transaction_ref": "RV-1", "x_adjustment_signature": t.message(refund)["signature"]})
	case "key":
		t.device, t.key = "d", "GUDID-d"
		return t.send("CreateKey", object{"x_device_token": t.key, "x_pos_vendor": "V"})
	case "authorise":
		return t.pay("R-2", "482914", 10000)
	}
	return t.send("SendReceipt", object{"x_pos_transaction_ref": "R-1", "x_receipt_number": "INV-1"})
}

func TestFaultsThatLastSomeMessages(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	for nn, want := range map[string]string{"73": "no answer", "74": "no answer", "75": "EISE01"} {
		for n := range 6 {
			if n == 5 {
				want = "SPRA01"
			}
			arrived := func() bool { return k.heard("7770"+nn) == n+1 }
			got := k.exchange(want, arrived, func() string { return k.till.outcome(k.till.pay("R-"+nn, "7770"+nn, 10000)) })
			require.Equal(t, want, got, "%s message %d", nn, n)
		}
	}
}

// heard is how many messages with a code have asked for its fault.
func (k *kit) heard(approval string) int {
	s := k.server()
	s.Lock()
	defer s.Unlock()
	if n := s.heard.Of("authorise\x00" + approval); n != nil {
		return *n
	}
	return 0
}

func TestFaultsByReference(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	k.till.sell("R-1", "482913", 10000)
	require.Equal(t, "FPRA05", code(k.till.pay("sim:decline:FPRA05#1", "482914", 10000)))
	require.Equal(t, "SPRA01", code(k.till.pay("sim:no-such-thing#1", "482915", 10000)))
	for _, want := range []string{"EISE01", "SPSA01"} {
		require.Equal(t, want, k.till.refund("sim:internal-error#2", "R-1", 100))
	}
	for range 2 {
		require.Equal(t, "EISE01", k.till.refund("sim:always-internal-error#3", "R-1", 100))
	}
	for _, want := range []string{"EISE01", "SSER01"} {
		require.Equal(t, want, k.till.receipt("R-1", "sim:internal-error:processed#4"))
	}
	for _, want := range []string{"FPAR06", "SPAR01"} {
		require.Equal(t, want, k.till.undo("sim:decline:FPAR06#5", refundOf("sim:internal-error#2", "R-1", 100)))
	}
}

func TestOutages(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	k.set(`{"down":true}`)
	require.Equal(t, "no answer", k.till.pay("R-1", "482913", 10000).Outcome())
	k.set(`{"down":true,"down_mode":"503"}`)
	require.Equal(t, 503, k.till.pay("R-1", "482913", 10000).Status)
	k.set(`{"faults":{"decline":1,"advice-decline:FSER02":1},"delay":{"ms":1}}`)
	require.Equal(t, "FPRA99", code(k.till.pay("R-1", "482914", 10000)))
	require.Equal(t, "FSER02", k.till.receipt("R-1", "INV-1"))
	require.Equal(t, "SINV01", code(k.till.send("Invite", object{"x_mobile": "04", "x_purchase_amount": 1})), "no chance there")
	k.set(`{}`)
	k.till.sell("R-1", "482913", 10000)
}

// TestADecisionUnderWay asks again while the first call is being decided, gives up, and asks once more after a crash.
func TestADecisionUnderWay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	k := newKit(t, dir)
	k.set(`{"script":[{"on":"authorise","fault":"deciding:60000"}]}`)
	ask := func() string { return k.till.outcome(k.till.pay("R-1", "482913", 10000)) }
	for n := range 2 {
		require.Equal(t, "no answer", k.exchange("no answer", k.stands("R-1", stage.Unprocessed, n), ask))
	}

	crashed := t.TempDir()
	require.NoError(t, os.CopyFS(crashed, os.DirFS(dir)))
	after := start(t, crashed)
	require.Equal(t, stage.Unprocessed, after.Line("R-1").State)
	(&till{after, seller, "lane-04", k.till.key}).sell("R-1", "482913", 10000)
	require.Equal(t, stage.Approved, after.Line("R-1").State)
	require.Equal(t, 2, after.Line("R-1").Retries)
}

func TestAFailureLeavesWhatIsKnown(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	number := k.till.sell("R-1", "482913", 10000)
	k.set(`{"script":[{"on":"authorise","fault":"internal-error"}]}`)
	require.Equal(t, "EISE01", code(k.till.pay("R-1", "482913", 10000)))
	require.Equal(t, number, k.till.sell("R-1", "482913", 10000))
}

func TestReset(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	k.till.sell("R-1", "482913", 10000)
	require.Equal(t, "SPSA01", k.till.refund("RF-1", "R-1", 100))
	k.server().Reset()
	require.Equal(t, "EAUT01", code(k.till.pay("R-1", "482913", 10000)))
	k.till = k.newTill(seller, "lane-04")
	require.Equal(t, "FPAR01", k.till.undo("RV-1", refundOf("RF-1", "R-1", 100)))
	k.till.sell("R-1", "482913", 10000)
}

func TestRestartForgetsNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	k := newKit(t, dir)
	number := k.till.sell("R-1", "6199482913", 10000)
	require.Equal(t, "SSER01", k.till.receipt("R-1", "INV-1"))
	require.Equal(t, "SPSA01", k.till.refund("RF-1", "INV-1", 4000))
	require.Equal(t, "EISE01", code(k.till.pay("R-2", "777056", 10000)))
	require.Equal(t, "EISE01", k.till.refund("sim:internal-error#1", "R-1", 100))
	before := k.Lines("")
	k.Restart()
	require.Equal(t, before, k.Lines(""))
	require.Equal(t, number, k.till.sell("R-1", "6199482913", 10000), "the same authorisation, signed with the same key")
	require.Equal(t, "SPRA01", code(k.till.pay("R-2", "777056", 10000)), "open, then as it was to be")
	require.Equal(t, "SPSA01", k.till.refund("sim:internal-error#1", "R-1", 100), "once was before")
	require.Equal(t, "SPSA01", k.till.refund("RF-1", "INV-1", 4000))
	require.Equal(t, "FPSA04", k.till.refund("RF-2", number, 6000))
	require.Equal(t, "FPRA07", code(k.till.pay("R-1", "482914", 10000)))
	require.Equal(t, "SPAR01", k.till.undo("RV-1", refundOf("RF-1", "INV-1", 4000)))
	spent := &till{k: k, merchant: seller, device: "lane-09", key: "GUDID-" + seller + "lane-04"}
	require.Equal(t, "FCRK02", code(spent.send("CreateKey", object{"x_device_token": spent.key, "x_pos_vendor": "V"})))
	k.Restart()
	require.Equal(t, "FPAR08", k.till.undo("RV-2", refundOf("RF-1", "INV-1", 4000)))
	require.NotEqual(t, number, k.till.sell("R-3", "482915", 10000))

	raw, err := os.ReadFile(filepath.Join(dir, "books"))
	require.NoError(t, err)
	for _, secret := range []string{k.till.key, "482913", "GUDID-", "R-1"} {
		require.NotContains(t, string(raw), secret)
	}
}
