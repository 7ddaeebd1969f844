package humm

import (
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// Faults are the ways this interface can misbehave.
func Faults() stage.Catalogue {
	var list stage.Catalogue
	for _, k := range stage.Faults() {
		switch k.Name {
		case "unknown-state", "other-id": // voucher matters
			continue
		case "decline":
			k.Help = "refused; argument: the code, such as FPRA04"
		case "no-code":
			k.Help = "approval without the purchase number, device key answer without the key"
		case "error-500", "error-504":
			k.Help = strings.TrimPrefix(k.Name, "error-") + " without a code"
		}
		list = append(list, k)
	}
	return append(
		list,
		stage.Kind{Name: "internal-error", When: stage.InWork, Help: "EISE01; authorisations stay open for as many asks as the argument says (default 1); argument processed: decided all the same"},
		stage.Kind{Name: "pending", When: stage.InWork, Help: "authorisations of tills with buyer_confirms: SPND01 for as many asks as the argument says (default 1), then approved"},
		stage.Kind{Name: "cancelled", When: stage.InWork, Help: "the same, then FCNL01"},
		stage.Kind{Name: "deciding", When: stage.InWork, Help: "authorisations: decided after the given milliseconds (default 3000), identical calls meanwhile wait"},
		stage.Kind{Name: "contract", When: stage.InWork, Help: "authorisations: approved, but its refunds (FPSA..) or their reversals (FPAR..) are refused with the code of the argument"},
		stage.Kind{Name: "bad-signature", When: stage.AfterWork, Help: "the answer is signed with another key"},
		stage.Kind{Name: "no-signature", When: stage.AfterWork, Help: "the answer is not signed"},
		stage.Kind{Name: "unknown-code", When: stage.AfterWork, Help: "Success with a code of no list; argument: another code"},
		stage.Kind{Name: "other-status", When: stage.AfterWork, Help: "the right code with a status that contradicts it"},
	)
}

// Kinds are the names that a control script may use for messages; receipts and reversals are advices.
func Kinds() []string { return []string{"authorise", "adjust", "reverse", "receipt", "key", "invite"} }

// Trigger is one behaviour with the last two digits of the codes (777..nn, six characters or more) that ask for it.
type Trigger struct {
	Digits string
	Fault  string // for Faults().Parse
	Times  int    // strikes so many messages with that code; 0: all of them
	Help   string
}

// Triggers is the table of codes; digits that are not listed approve. A code works once, so the characters between 777
// and the digits tell one test from another.
func Triggers() []Trigger {
	list := []Trigger{
		{"30", "pending:1", 1, "SPND01 once, then approved (tills with buyer_confirms; others approve at once)"},
		{"31", "pending:2", 1, "SPND01 twice, then approved"},
		{"32", "cancelled:1", 1, "SPND01 once, then FCNL01"},
		{"33", "pending:1000000", 1, "SPND01 for ever"},
		{"41", "contract:FPSA02", 1, "approved; refunds FPSA02, contract completed"},
		{"42", "contract:FPSA05", 1, "approved; refunds FPSA05, call merchant services"},
		{"43", "contract:FPSA06", 1, "approved; refunds FPSA06, call collections"},
		{"44", "contract:FPSA07", 1, "approved; refunds FPSA07, store barred"},
		{"45", "contract:FPAR02", 1, "approved; reversals of its refunds FPAR02"},
		{"46", "contract:FPAR05", 1, "approved; reversals of its refunds FPAR05"},
		{"47", "contract:FPAR06", 1, "approved; reversals of its refunds FPAR06"},
		{"48", "contract:FPAR07", 1, "approved; reversals of its refunds FPAR07"},
		{"50", "deciding:3000", 1, "approved after 3 s; identical calls meanwhile wait for it"},
		{"51", "lost-answer", 1, "approved, no answer, once"},
		{"52", "lost-request", 1, "nothing done, no answer, once"},
		{"53", "late-answer", 1, "approved, answered after 35 s, once"},
		{"54", "malformed", 1, "approved, half a body, once"},
		{"55", "bad-signature", 1, "approved, signed with another key, once"},
		{"56", "internal-error:1", 1, "EISE01 once with the code used up, then approved"},
		{"57", "internal-error:1000000", 1, "EISE01 for ever"},
		{"58", "duplicate-answer", 1, "approved, the answer twice on the wire, once"},
		{"59", "reset", 1, "nothing done, connection reset, once"},
		{"60", "lost-answer", 0, "approved, never an answer"},
		{"61", "reset-after", 1, "approved, connection reset, once"},
		{"62", "lost-request", 0, "nothing ever done, never an answer"},
		{"63", "bad-gateway", 1, "nothing done, 502 with HTML, once"},
		{"64", "error-500", 1, "nothing done, 500, once"},
		{"65", "error-500:processed", 1, "approved, 500, once"},
		{"66", "unavailable", 1, "nothing done, 503, once"},
		{"67", "internal-error:processed", 1, "approved, EISE01, once"},
		{"68", "unknown-code", 1, "approved, answered with Success and a code of no list, once"},
		{"69", "no-code", 1, "approved, answered without the purchase number, once"},
		{"70", "http-429", 1, "nothing done, 429, once"},
		{"71", "no-signature", 1, "approved, answer not signed, once"},
		{"72", "other-status", 1, "approved, answered with the status Failed, once"},
		{"73", "lost-answer", 5, "approved, no answer to the first five messages: more than one call of a switch sends"},
		{"74", "lost-request", 5, "nothing done and no answer, five times"},
		{"75", "internal-error:5", 1, "EISE01 five times with the code used up, then approved"},
	}
	for _, nn := range []string{"01", "02", "03", "04", "05", "06", "07", "08", "09", "21", "22", "23", "24", "99"} {
		list = append(list, Trigger{nn, "decline:FPRA" + nn, 1, "FPRA" + nn})
	}
	return list
}

// byCode is the trigger of a normalised code, and how many messages it strikes (0: all).
func byCode(code string) (f stage.Fault, times int) {
	if len(code) < 6 || !strings.HasPrefix(code, "777") {
		return stage.Fault{}, 0
	}
	for _, t := range Triggers() {
		if strings.HasSuffix(code, t.Digits) {
			f, _ = Faults().Parse(t.Fault) // a test reads the table
			return f, t.Times
		}
	}
	return stage.Fault{}, 0
}

// byReference is the fault that a till's reference asks for, once or with every message (0):
// sim:[always-]fault[:argument]#rest.
func byReference(ref string) (f stage.Fault, times int) {
	script, _, _ := strings.Cut(ref, "#")
	h, err := Faults().ParseHint(script)
	switch {
	case err != nil || h == nil:
		return stage.Fault{}, 0
	case h.Always:
		return h.Fault, 0
	}
	return h.Fault, 1
}

// bend changes what an answer says.
func (a answer) bend(f stage.Fault) answer {
	switch f.Name {
	case "no-code":
		a.number, a.issued = "", ""
	case "unknown-code":
		a.code, a.status = "SXXX77", "Success"
		if f.Arg != "" {
			a.code, a.status = f.Arg, ""
		}
	case "other-status":
		if a.status = "Success"; statusOf(a.code) == "Success" {
			a.status = "Failed"
		}
	}
	return a
}

// deliver sends the answer the way the fault wants it.
func (c *call) deliver(f stage.Fault, a answer) {
	if status, header := f.Instead(); status != 0 {
		out := stage.JSON(status, map[string]string{"Message": http.StatusText(status)})
		out.Header = header
		c.Deliver(f, out)
		return
	}
	key := c.key
	switch f.Name {
	case "bad-signature":
		key += " of another device"
	case "no-signature":
		key = ""
	}
	c.Deliver(f, a.bend(f).encode(key, c.m.tracking))
}
