package witness

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// agreement is the journals of three sales about which everybody agrees: one confirmed and settled, one reversed, one that
// the provider declined.
func agreement() *Journals {
	d := func(text string) Digest { return DigestOf([]byte(text)) }
	j := &Journals{HashCode: func(code string) string { return "keyed " + code }}
	j.Clients = []Told{
		{ClientID: "till", RequestID: "sold", Asked: noon, Status: 201, Amount: 50, Code: "1111"},
		{ClientID: "till", RequestID: "sold", Advice: Confirm, Asked: noon, Status: 202},
		{ClientID: "till", RequestID: "back", Asked: noon, Status: 201, Amount: 70, Code: "2222"},
		{ClientID: "till", RequestID: "back", Advice: Reverse, Asked: noon, Status: 202},
		{ClientID: "till", RequestID: "no", Asked: noon, Status: 400},
		{ClientID: "till", RequestID: "gone", Asked: noon, Status: 0},
	}
	j.Books = []Line{
		{Provider: "p", Ref: "w1", Operation: "provision", CodeHash: hashCode("1111"), State: "APPROVED", Advice: "CONFIRMED", Amount: 50, FinalAmount: 50, Received: 1, Advices: 1},
		{Provider: "p", Ref: "w2", Operation: "provision", CodeHash: hashCode("2222"), State: "APPROVED", Advice: "REVERSED", Amount: 70, Received: 1, Advices: 1},
		{Provider: "p", Ref: "w3", Operation: "provision", State: "DECLINED", Received: 1},
	}
	ref := func(wire string) []Ref { return []Ref{{Wire: wire}} }
	j.Record = Record{
		Transactions: []Transaction{
			{
				ID: "1", ClientID: "till", RequestID: "sold", Provider: "p", Outcome: "SUCCESS", Decision: "CONFIRM", Final: "CONFIRMED", Approved: 50, FinalAmount: 50,
				Code: "keyed 1111", DecidedAt: noon.Add(time.Minute), Refs: ref("w1"), AdviceState: "ACKED",
			},
			{
				ID: "2", ClientID: "till", RequestID: "back", Provider: "p", Outcome: "SUCCESS", Decision: "REVERSE", Final: "REVERSED", Approved: 70,
				Code: "keyed 2222", DecidedAt: noon.Add(time.Minute), Refs: ref("w2"), AdviceState: "ACKED",
			},
			{ID: "3", ClientID: "till", RequestID: "no", Provider: "p", Outcome: "FAILED", Final: "DECLINED", Refs: ref("w3")},
		},
		Settled: []Settled{{"1", 50}},
		CutOff:  true,
	}
	for _, x := range []string{"sold", "back", "no"} {
		j.Wire = append(j.Wire, Exchange{ClientSide, "", d(x), 201, d("answer " + x)}, Exchange{ProviderSide, "", d("to " + x), 201, d("from " + x)})
		j.Record.Traces = append(j.Record.Traces, Trace{"CS", d(x), "", ""}, Trace{"SC", d("answer " + x), "", ""},
			Trace{"SP", d("to " + x), "a" + x, "ANSWERED"}, Trace{"PS", d("from " + x), "a" + x, "ANSWERED"})
	}
	// What a crash leaves: a client's message that nobody answered, an intent that may never have left, an answer that was not
	// stored, and one that was and not given.
	j.Wire = append(j.Wire, Exchange{ClientSide, "", d("gone"), 0, Digest{}}, Exchange{ProviderSide, "", d("to lost"), 200, d("from lost")}, Exchange{ClientSide, "", d("busy"), 503, d("later")})
	j.Record.Traces = append(j.Record.Traces, Trace{"SP", d("to nobody"), "b", "NO_ANSWER"}, Trace{"SP", d("to lost"), "c", "NO_ANSWER"},
		Trace{"SC", d("not given"), "", ""}, Trace{"SP", d("gate closed"), "e", "NOT_SENT"})
	return j
}

func TestWitnessesAgree(t *testing.T) {
	t.Parallel()
	require.Empty(t, Compare(agreement()))
}

// Each witness finds what is planted for it, and no other takes it for its own.
func TestWitnessesFindWhatIsPlanted(t *testing.T) {
	t.Parallel()
	txn := func(j *Journals, id string) *Transaction {
		i := slices.IndexFunc(j.Record.Transactions, func(t Transaction) bool { return t.RequestID == id })
		return &j.Record.Transactions[i]
	}
	more := DigestOf([]byte("more"))
	planted := map[string]bool{}
	for _, tt := range []struct {
		witness, what string
		plant         func(j *Journals)
	}{
		{"W1", "an approval that is not stored", func(j *Journals) {
			j.Clients = append(j.Clients, Told{ClientID: "till", RequestID: "lost", Asked: noon, Status: 201, Amount: 50})
		}},
		{"W1", "an acknowledgement that is not stored", func(j *Journals) {
			j.Clients = append(j.Clients, Told{ClientID: "till", RequestID: "lost", Advice: Reverse, Asked: noon, Status: 202})
		}},
		{"W1", "another amount", func(j *Journals) { txn(j, "back").Approved = 71 }},
		{"W1", "another code", func(j *Journals) { txn(j, "sold").Code = "keyed 3333" }},
		{"W1", "another client's", func(j *Journals) {
			j.Clients[0].ClientID, j.Clients[0].Code = "other", ""
			j.Clients = slices.Delete(j.Clients, 1, 2)
		}},
		{"W2", "an acknowledged advice that nobody decided", func(j *Journals) {
			t := txn(j, "sold")
			t.Decision, t.Final, t.AdviceState = "", "COMPLETED", ""
		}},
		{"W2", "an acknowledged advice still queued", func(j *Journals) { txn(j, "sold").AdviceState = "QUEUED" }},
		{"W2", "a delivered advice that the provider never saw", func(j *Journals) { j.Books[0].Advices = 0 }},
		{"W3", "provisioned twice", func(j *Journals) { j.Books = append(j.Books, j.Books[0]); j.Books[3].FinalAmount = 0 }},
		{"W3", "a provision without a record", func(j *Journals) {
			j.Books = append(j.Books, Line{Provider: "p", Ref: "w9", Operation: "provision", State: "APPROVED", CodeHash: hashCode("9")})
		}},
		{"W3", "declined, and standing at the provider", func(j *Journals) { j.Books[2].State = "APPROVED" }},
		{"W3", "reversed, and standing at the provider", func(j *Journals) { j.Books[1].Advice = "" }},
		{"W3", "approved, and nothing at the provider", func(j *Journals) {
			t := txn(j, "back")
			t.Decision, t.Final, t.AdviceState = "", "", ""
			j.Clients = slices.Delete(j.Clients, 3, 4)
		}},
		{"W3", "a superseded reference that stands", func(j *Journals) {
			j.Books = append(j.Books, Line{Provider: "p", Ref: "w0", Operation: "provision", State: "APPROVED", CodeHash: hashCode("0")})
			t := txn(j, "no")
			t.Refs = append(t.Refs, Ref{Wire: "w0", Superseded: true})
		}},
		{"W4", "a code that two have", func(j *Journals) { j.Books[1].CodeHash = j.Books[0].CodeHash; j.Clients[2].Code = "" }},
		{"W4", "a code given to two", func(j *Journals) {
			j.HashCode = nil
			j.Clients[2].Code = "1111"
		}},
		{"W4", "a code from nowhere", func(j *Journals) { j.HashCode = nil; j.Clients[0].Code = "7777" }},
		{"W4", "a code after its reversal", func(j *Journals) {
			late := j.Clients[2]
			late.Asked = noon.Add(time.Hour)
			j.Clients = append(j.Clients, late)
		}},
		{"W5", "sent and not traced", func(j *Journals) { j.Wire = append(j.Wire, Exchange{ProviderSide, "", more, 0, Digest{}}) }},
		{"W5", "sent twice and traced once", func(j *Journals) { j.Wire = append(j.Wire, j.Wire[1]); j.Wire[len(j.Wire)-1].Status = 0 }},
		{"W5", "proved unsent, and yet sent", func(j *Journals) {
			j.Wire = append(j.Wire, Exchange{ProviderSide, "", DigestOf([]byte("gate closed")), 0, Digest{}})
		}},
		{"W5", "an answer that came and was not traced", func(j *Journals) { j.Wire[1].Response = more; j.Record.Traces = slices.Delete(j.Record.Traces, 3, 4) }},
		{"W5", "an answer traced that never came", func(j *Journals) { j.Record.Traces = append(j.Record.Traces, Trace{"PS", more, "x", "ANSWERED"}) }},
		{"W5", "answered and not traced", func(j *Journals) { j.Record.Traces = slices.Delete(j.Record.Traces, 0, 1) }},
		{"W5", "given and not traced", func(j *Journals) { j.Record.Traces = slices.Delete(j.Record.Traces, 1, 2) }},
		{"W5", "traced and never asked", func(j *Journals) { j.Record.Traces = append(j.Record.Traces, Trace{"CS", more, "", ""}) }},
		{"W6", "another sum", func(j *Journals) { j.Record.Settled[0].Amount = 49 }},
		{"W6", "settled twice", func(j *Journals) { j.Record.Settled = append(j.Record.Settled, j.Record.Settled[0]) }},
		{"W6", "settled for nothing", func(j *Journals) { j.Record.Settled = append(j.Record.Settled, Settled{"2", 70}) }},
		{"W6", "a line of nobody", func(j *Journals) { j.Record.Settled = append(j.Record.Settled, Settled{"9", 70}) }},
		{"W6", "missing by the cut-off", func(j *Journals) { j.Record.Settled = nil }},
	} {
		planted[tt.witness] = true
		t.Run(tt.witness+" "+tt.what, func(t *testing.T) {
			t.Parallel()
			j := agreement()
			tt.plant(j)
			found := Compare(j)
			require.NotEmpty(t, found)
			for _, f := range found {
				require.Equal(t, tt.witness, f.Witness, f)
			}
		})
	}
	require.Len(t, planted, 6)
}

// What a rule excuses is no difference.
func TestWitnessesExcuse(t *testing.T) {
	t.Parallel()
	for what, plant := range map[string]func(j *Journals){
		"a parked confirmation": func(j *Journals) {
			j.Record.Transactions[0].AdviceState, j.Record.Transactions[0].Final = "PARKED", ""
			j.Books[0].Advices = 0
		},
		"a reversal that only found a stranger": func(j *Journals) {
			j.Books = slices.Delete(j.Books, 1, 2)
			j.Strays = []Stray{{Provider: "p", Ref: "w2", Action: "reverse"}}
			j.Clients[2].Code = ""
		},
		"what reconciliation has to settle": func(j *Journals) { j.Books[2].State, j.Record.Transactions[2].ReconRequired = "APPROVED", true },
		"a code repeated as duplicate": func(j *Journals) {
			late := j.Clients[2]
			late.Asked, late.Duplicate, late.Status = noon.Add(time.Hour), true, 400
			j.Clients = append(j.Clients, late)
		},
		"a line that a break holds": func(j *Journals) { j.Record.Settled, j.Record.Transactions[0].Broken = nil, true },
		"answers that are alike": func(j *Journals) {
			// Two messages were sent twice each and answered alike at first; one of the first answers was lost.
			d := func(text string) Digest { return DigestOf([]byte(text)) }
			for _, sent := range []string{"a", "b"} {
				j.Wire = append(j.Wire, Exchange{ProviderSide, "", d(sent), 200, d("ok")}, Exchange{ProviderSide, "", d(sent), 200, d("done " + sent)})
			}
			j.Record.Traces = append(j.Record.Traces, Trace{"SP", d("a"), "1", "NO_ANSWER"}, Trace{"SP", d("a"), "2", "ANSWERED"}, Trace{"PS", d("done a"), "2", "ANSWERED"},
				Trace{"SP", d("b"), "3", "ANSWERED"}, Trace{"PS", d("ok"), "3", "ANSWERED"}, Trace{"SP", d("b"), "4", "ANSWERED"}, Trace{"PS", d("done b"), "4", "ANSWERED"})
		},
		"nobody kept a journal": func(j *Journals) { *j = Journals{Record: j.Record} },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			j := agreement()
			plant(j)
			require.Empty(t, Compare(j))
		})
	}
}
