package giftcards

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// into are the steps that bring card a into a status.
func into(is string) string {
	steps := map[string]string{
		"NEW":                 "",
		"ACTIVATED":           "activate S1 a 100 = 201 100/100",
		"ACTIVATED_CONFIRMED": "activate S1 a 100 = 201\nconfirm-activation S2 S1 = 202",
		"VOIDED":              "activate S1 a 100 = 201\nconfirm-activation S2 S1 = 202\nvoid S3 a = 201 100/100",
		"VOIDED_CONFIRMED":    "activate S1 a 100 = 201\nconfirm-activation S2 S1 = 202\nvoid S3 a = 201\nconfirm-void S4 S3 = 202",
	}
	return steps[is]
}

func statuses() []string {
	return []string{"NEW", "ACTIVATED", "ACTIVATED_CONFIRMED", "VOIDED", "VOIDED_CONFIRMED"}
}

// Table 9.1 of the rules, with the rows of transfer and replace.
func TestRequestsInEachStatus(t *testing.T) {
	t.Parallel()
	const other = "activate B1 b 50 = 201\nconfirm-activation B2 B1 = 202\n"
	table := []struct {
		step  string
		cells [5]string
		after string // status of a where the request is approved
	}{
		{"activate X a 70", [5]string{"201 70/70", "400 CARD_ACTIVATED", "400 CARD_ACTIVATED", "400 CARD_VOIDED", "400 CARD_VOIDED"}, "ACTIVATED"},
		{"load X a 30", [5]string{"400 CARD_NOT_ACTIVATED", "400 CARD_NOT_ACTIVATED", "201 130/100", "400 CARD_VOIDED", "400 CARD_VOIDED"}, "ACTIVATED_CONFIRMED"},
		{"redeem X a 30", [5]string{"400 CARD_NOT_ACTIVATED", "400 CARD_NOT_ACTIVATED", "201 70/70", "400 CARD_VOIDED", "400 CARD_VOIDED"}, "ACTIVATED_CONFIRMED"},
		{"void X a", [5]string{"400 CARD_NOT_ACTIVATED", "400 CARD_NOT_ACTIVATED", "201 100/100", "400 CARD_VOIDED", "400 CARD_VOIDED"}, "VOIDED"},
		{"lookup X a", [5]string{"201 0/0", "201 100/100", "201 100/100", "201 100/100", "201 100/100"}, ""},
		{"transfer X a b 30", [5]string{"400 CARD_NOT_ACTIVATED", "400 CARD_NOT_ACTIVATED", "201 70/70", "400 CARD_VOIDED", "400 CARD_VOIDED"}, "ACTIVATED_CONFIRMED"},
		{"transfer X b a 30", [5]string{"400 CARD_NOT_ACTIVATED", "400 CARD_NOT_ACTIVATED", "201 20/20", "400 CARD_VOIDED", "400 CARD_VOIDED"}, "ACTIVATED_CONFIRMED"},
		{"replace X a zero", [5]string{"400 CARD_NOT_ACTIVATED", "400 CARD_NOT_ACTIVATED", "201 100/0", "400 CARD_VOIDED", "400 CARD_VOIDED"}, "VOIDED"},
		{"replace X b a", [5]string{"201 50/0", "400 CARD_ACTIVATED", "400 CARD_ACTIVATED", "400 CARD_VOIDED", "400 CARD_VOIDED"}, "ACTIVATED"},
	}
	for _, row := range table {
		for n, want := range row.cells {
			is := statuses()[n]
			t.Run(row.step+" on "+is, func(t *testing.T) {
				t.Parallel()
				k := newKit(t, Config{})
				k.run(other)
				k.run(into(is))
				before := k.do("lookup before a").balances()
				k.run(row.step + " = " + want)
				if strings.HasPrefix(want, "201") {
					if row.after != "" {
						is = row.after
					}
				} else {
					require.Equal(t, before, k.do("lookup after a").balances(), "a refusal changes nothing")
				}
				require.Equal(t, is, k.statusOf("a"))
			})
		}
	}
}

func TestUnknownExpiredAndMarkedCards(t *testing.T) {
	t.Parallel()
	const active = "activate S1 a 100 = 201\nconfirm-activation S2 S1 = 202\nactivate B1 b 50 = 201\nconfirm-activation B2 B1 = 202\n"
	steps := []struct{ step, blocked, deleted string }{
		{"load X a 1", "400 CARD_BLOCKED", "400 CARD_DELETED"},
		{"redeem X a 1", "400 CARD_BLOCKED", "400 CARD_DELETED"},
		{"void X a", "400 CARD_BLOCKED", "400 CARD_DELETED"},
		{"transfer X a b 1", "400 CARD_BLOCKED", "400 CARD_DELETED"},
		{"transfer X b a 1", "400 CARD_BLOCKED", "400 CARD_DELETED"},
		{"replace X a zero", "201 100/0", "400 CARD_DELETED"},
		{"replace X b a", "400 CARD_BLOCKED", "400 CARD_DELETED"},
		{"activate X a", "400 CARD_BLOCKED", "400 CARD_DELETED"},
		{"lookup X a", "201 100/100", "201 100/100"},
	}
	for _, s := range steps {
		for is, want := range map[status]string{blocked: s.blocked, deleted: s.deleted} {
			k := newKit(t, Config{})
			k.run(active)
			k.mark("a", is, 200)
			require.Equal(t, string(is), k.statusOf("a"))
			k.run(s.step + " = " + want)
		}
	}
	for _, step := range []string{"activate X 77", "load X 77 1", "redeem X 77 1", "void X 77", "lookup X 77", "transfer X 77 a 1", "transfer X a 77 1", "replace X 77 a", "replace X a 77", "transfer X a a 1", "replace X a a"} {
		k := newKit(t, Config{})
		k.run(active)
		k.run(step + " = 400 INVALID_CARD_NUMBER")
	}
	k := newKit(t, Config{})
	k.run(active)
	k.mark("a", blocked, 200)
	k.mark("a", "", 200)
	k.mark("a", "LOST", 400)
	k.mark("77", blocked, 404)
	k.run("load X a 1 = 201 101/100")
}

// Table 9.2: advices in each state of the request.
func TestAdvicesInEachState(t *testing.T) {
	t.Parallel()
	kinds := []struct{ kind, setup, request, declined, confirmedError string }{
		{"activation", "", "activate X a 10 = 201", "activate X 77 = 400 INVALID_CARD_NUMBER", "CARD_ACTIVATED"},
		{"load", into("ACTIVATED_CONFIRMED"), "load X a 10 = 201", "load X 77 1 = 400 INVALID_CARD_NUMBER", "TRANSACTION_NOT_SUPPORTED"},
		{"redemption", into("ACTIVATED_CONFIRMED"), "redeem X a 10 = 201", "redeem X a 101 = 400 INSUFFICIENT_FUNDS", "TRANSACTION_NOT_SUPPORTED"},
		{"void", into("ACTIVATED_CONFIRMED"), "void X a = 201", "void X b = 400 CARD_NOT_ACTIVATED", "CARD_VOIDED"},
		{"transfer", into("ACTIVATED_CONFIRMED") + "\nactivate B1 b 1 = 201\nconfirm-activation B2 B1 = 202", "transfer X a b 10 = 201", "transfer X a b 101 = 400 INSUFFICIENT_FUNDS", "TRANSACTION_NOT_SUPPORTED"},
		{"replace", into("ACTIVATED_CONFIRMED"), "replace X a b = 201", "replace X b a = 400 CARD_NOT_ACTIVATED", "TRANSACTION_NOT_SUPPORTED"},
	}
	for _, c := range kinds {
		confirm, reverse := "confirm-"+c.kind, "reverse-"+c.kind
		cases := map[string]string{
			"unknown":              confirm + " V1 X = 404 UNABLE_TO_LOCATE_RECORD\n" + reverse + " V2 X = 404 UNABLE_TO_LOCATE_RECORD",
			"declined":             c.declined + "\n" + confirm + " V1 X = 400 GENERAL_ERROR\n" + reverse + " V2 X = 400 GENERAL_ERROR",
			"confirmed":            c.request + "\n" + confirm + " V1 X = 202\n" + confirm + " V2 X = 202\n" + reverse + " V3 X = 400 " + c.confirmedError,
			"reversed":             c.request + "\n" + reverse + " V1 X = 202\n" + reverse + " V2 X = 202\n" + confirm + " V3 X = 400 GENERAL_ERROR",
			"reversed before":      reverse + " V1 X = 404 UNABLE_TO_LOCATE_RECORD\n" + strings.Replace(c.request, "201", "400 GENERAL_ERROR", 1),
			"of another kind":      c.request + "\n" + map[bool]string{true: "reverse-void", false: "reverse-load"}[c.kind == "load"] + " V1 X = 404 UNABLE_TO_LOCATE_RECORD",
			"repeated, one effect": c.request + "\n" + confirm + " V1 X = 202\n" + confirm + " V1 X = 202",
		}
		for name, script := range cases {
			t.Run(c.kind+" "+name, func(t *testing.T) {
				t.Parallel()
				k := newKit(t, Config{})
				k.run(c.setup)
				k.run(script)
			})
		}
	}
}

// Table 9.3, every cell.
func TestReversalAgainstCardStatus(t *testing.T) {
	t.Parallel()
	table := map[operation][5]string{
		activation: {"", "", errActive, errVoided, errVoided},
		load:       {"", "", "", errVoided, errVoided},
		redemption: {"", "", "", errVoided, errVoided},
		void:       {"", "", "", "", errVoided},
		transfer:   {"", "", "", errVoided, errVoided},
		replace:    {"", "", "", "", ""},
	}
	for op, cells := range table {
		for n, want := range cells {
			require.Equal(t, want, reversalError(op, status(statuses()[n])), "%s on %s", op, statuses()[n])
		}
	}
	for _, kind := range []string{"load", "redeem"} {
		k := newKit(t, Config{})
		k.run(into("ACTIVATED_CONFIRMED"))
		name := map[string]string{"load": "load", "redeem": "redemption"}[kind]
		k.run(kind + " X a 10 = 201\nvoid V a = 201")
		after := k.do("lookup Y1 a").balances()
		k.run("reverse-" + name + " R1 X = 400 CARD_VOIDED\nlookup Y2 a = 201 " + after + `
			reverse-void R2 V = 202
			reverse-` + name + ` R1 X = 400 DUPLICATE_RECORD
			reverse-` + name + ` R3 X = 202
			lookup Y3 a = 201 100/100`)
	}
	k := newKit(t, Config{})
	k.run(into("ACTIVATED_CONFIRMED"))
	k.run(`load X a 10 = 201 110/100
		void V a = 201 110/100
		confirm-load C X = 202
		lookup Y a = 201 110/110`)
	k = newKit(t, Config{})
	k.run(into("ACTIVATED_CONFIRMED"))
	k.run(`activate B1 b = 201
		confirm-activation B2 B1 = 202
		transfer T a b 10 = 201 90/90
		void V b = 201 10/0
		reverse-transfer R1 T = 400 CARD_VOIDED
		confirm-transfer C1 T = 202
		lookup Y b = 201 10/10`)
}

func TestBalances(t *testing.T) {
	t.Parallel()
	scripts := map[string]string{
		"activation": `
			lookup K0 a = 201 0/0
			activate A1 a 100 P500 = 201 600/600
			lookup K1 a = 201 600/600
			redeem R0 a 1 = 400 CARD_NOT_ACTIVATED
			confirm-activation C1 A1 = 202
			lookup K2 a = 201 600/600`,
		"activation without amount": `
			activate A1 a = 201 0/0
			reverse-activation C1 A1 = 202
			activate A2 a 70 P500 = 201 570/570`,
		"old reversal, new activation": `
			activate A1 a 100 = 201 100/100
			reverse-activation R1 A1 = 202
			lookup K1 a = 201 0/0
			activate A2 a 40 P500 = 201 540/540
			reverse-activation R2 A1 = 202
			lookup K2 a = 201 540/540
			confirm-activation C2 A2 = 202
			reverse-activation R3 A1 = 202
			lookup K3 a = 201 540/540`,
		"declined second activation": `
			activate A1 a 100 P500 = 201 600/600
			activate A2 a 7 = 400 CARD_ACTIVATED
			lookup K1 a = 201 600/600`,
		"load": `
			activate A1 a 100 = 201
			confirm-activation C1 A1 = 202
			load L1 a 30 = 201 130/100
			redeem R1 a 101 = 400 INSUFFICIENT_FUNDS
			lookup K1 a = 201 130/100
			confirm-load C2 L1 = 202
			confirm-load C3 L1 = 202
			lookup K2 a = 201 130/130
			load L2 a 5 = 201 135/130
			reverse-load V1 L2 = 202
			reverse-load V2 L2 = 202
			lookup K3 a = 201 130/130`,
		"redemption": `
			activate A1 a 100 = 201
			confirm-activation C1 A1 = 202
			redeem R1 a 100 = 201 0/0
			redeem R2 a 1 = 400 INSUFFICIENT_FUNDS
			reverse-redemption V1 R1 = 202
			reverse-redemption V2 R1 = 202
			lookup K1 a = 201 100/100
			redeem R3 a 60 = 201 40/40
			confirm-redemption C2 R3 = 202
			lookup K2 a = 201 40/40
			redeem R4 a 0 = 201 40/40`,
		"void": `
			activate A1 a 100 P500 = 201
			confirm-activation C1 A1 = 202
			void V1 a = 201 600/600
			reverse-void X1 V1 = 202
			void V2 a = 201 600/600
			reverse-void X2 V1 = 202
			load L1 a 1 = 400 CARD_VOIDED
			confirm-void C2 V2 = 202
			confirm-activation C3 A1 = 202
			load L2 a 1 = 400 CARD_VOIDED
			activate A2 a = 400 CARD_VOIDED
			lookup K1 a = 201 600/600`,
		"transfer": `
			activate A1 a 100 = 201
			confirm-activation C1 A1 = 202
			activate A2 b 10 = 201
			confirm-activation C2 A2 = 202
			transfer T1 a b 30 = 201 70/70
			lookup K1 b = 201 40/10
			confirm-transfer C3 T1 = 202
			lookup K2 b = 201 40/40
			transfer T2 b a 40 = 201 0/0
			reverse-transfer V1 T2 = 202
			lookup K3 b = 201 40/40
			lookup K4 a = 201 70/70
			transfer T3 a b 71 = 400 INSUFFICIENT_FUNDS`,
		"replace": `
			activate A1 a 100 P500 = 201 600/600
			confirm-activation C1 A1 = 202
			load L1 a 50 = 201 650/600
			replace E1 a b = 201 650/0
			lookup K1 a = 201 650/0
			redeem R1 b 1 = 400 CARD_NOT_ACTIVATED
			confirm-replace C2 E1 = 202
			lookup K2 a = 201 0/0
			lookup K3 b = 201 650/600
			confirm-load C3 L1 = 202
			lookup K4 b = 201 650/650
			lookup K5 a = 201 0/0
			redeem R2 b 650 = 201 0/0
			void V1 b = 201 0/0
			reverse-void X1 V1 = 202`,
		"replace reversed": `
			activate A1 a 100 = 201
			confirm-activation C1 A1 = 202
			load L1 a 50 = 201 150/100
			replace E1 a b = 201 150/0
			confirm-load C2 L1 = 202
			reverse-replace V1 E1 = 202
			lookup K1 a = 201 150/150
			lookup K2 b = 201 0/0
			activate A2 b 5 = 201 5/5
			redeem R1 a 150 = 201 0/0`,
		"replace confirmed after a load": `
			activate A1 a 100 = 201
			confirm-activation C1 A1 = 202
			load L1 a 50 = 201 150/100
			replace E1 a b = 201 150/0
			confirm-load C2 L1 = 202
			confirm-replace C3 E1 = 202
			lookup K1 b = 201 150/150`,
	}
	for name, script := range scripts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newKit(t, Config{}).run(script)
		})
	}
}

func TestSmallerLoadConfirmed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amount, currency, want, after string
	}{
		{"20", "710", "202", "120/120"},
		{"50", "710", "202", "150/150"},
		{"0", "710", "202", "100/100"},
		{"51", "710", "400", "150/100"},
		{"-1", "710", "400", "150/100"},
		{"20", "840", "400", "150/100"},
	} {
		k := newKit(t, Config{})
		k.run(into("ACTIVATED_CONFIRMED"))
		k.run("load L a 50 = 201 150/100")
		path, m := k.advice([]string{"confirm-load", "C", "L"})
		n, _ := strconv.Atoi(c.amount)
		m["amounts"] = object{"approvedAmount": object{"amount": n, "currency": c.currency}}
		r := k.post(path, m)
		require.Equal(t, c.want, strconv.Itoa(r.status), r.text)
		k.run("lookup Y a = 201 " + c.after)
	}
}
