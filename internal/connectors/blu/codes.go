package blu

import (
	"net/http"
	"slices"
	"strings"

	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// verdict is what a status and a message say about a request.
type verdict struct {
	class     switchcore.Class
	errorType string // of a decline
	// ours says that the refusal is about our account or credentials: people must act, and it proves nothing about a
	// message before.
	ours bool
}

// statusRow is one line of the status table; the message decides where it says so.
type statusRow struct {
	status  string // one status, or a hundred ("5xx")
	class   switchcore.Class
	message bool
	ours    bool
}

// statusTable is the reading of statuses (7). What it does not list is unknown.
func statusTable() []statusRow {
	return []statusRow{
		{status: "200", class: switchcore.ClassApproved},
		{status: "201", class: switchcore.ClassApproved},
		{status: "400", class: switchcore.ClassDeclined, message: true},
		{status: "404", class: switchcore.ClassDeclined, message: true},
		{status: "401", class: switchcore.ClassDeclined, ours: true},
		{status: "403", class: switchcore.ClassDeclined, ours: true},
		{status: "409", class: switchcore.ClassUnknown}, // the request id was seen before
		{status: "429", class: switchcore.ClassUnknown},
		{status: "5xx", class: switchcore.ClassUnknown},
	}
}

// messageRow is one line of the message table: the first one of which any text fits counts. A text of several words must
// occur as it stands; a single word must occur as a word; words joined by "…" must occur in that order.
type messageRow struct {
	texts []string
	verdict
}

// messageTable is the reading of the message of a 400 or 404 (7). The two rows before the refusals keep apart what they
// would misread: an id that was used before is no used voucher.
func messageTable() []messageRow {
	no := func(errorType string) verdict {
		return verdict{class: switchcore.ClassDeclined, errorType: errorType}
	}
	return []messageRow{
		{[]string{"duplicate", "requestid", "request id"}, verdict{class: switchcore.ClassUnknown}},
		{[]string{"permission", "permissions", "permitted", "unauthorised", "unauthorized", "forbidden", "not authorised", "not authorized"}, denied()},
		{[]string{"redeemed", "used"}, no(switchcore.ErrAlreadyRedeemed)},
		{[]string{"expired", "inactive"}, no(switchcore.ErrNotRedeemable)},
		{[]string{"not found", "invalid…token"}, no(switchcore.ErrNotLocated)},
		{[]string{"amount", "balance"}, no(switchcore.ErrAmount)},
	}
}

// denied is the refusal of our account: it says nothing about the client's request.
func denied() verdict {
	return verdict{class: switchcore.ClassDeclined, errorType: switchcore.ErrGeneral, ours: true}
}

// judge reads status and message by the two tables.
func judge(status int, message string) verdict {
	for _, row := range statusTable() {
		switch {
		case !row.fits(status):
		case row.ours:
			return denied()
		case row.message:
			return judgeMessage(message)
		default:
			return verdict{class: row.class}
		}
	}
	return verdict{class: switchcore.ClassUnknown}
}

func (r statusRow) fits(status int) bool {
	text := strings.ToLower(r.status)
	digits := []byte{byte('0' + status/100%10), byte('0' + status/10%10), byte('0' + status%10)}
	return status >= 100 && status <= 599 && (text == string(digits) || text == string(digits[:1])+"xx")
}

func judgeMessage(message string) verdict {
	for _, row := range messageTable() {
		if slices.ContainsFunc(row.texts, func(text string) bool { return says(message, text) }) {
			return row.verdict
		}
	}
	return verdict{class: switchcore.ClassDeclined, errorType: switchcore.ErrDoNotHonor}
}

// says tells whether a message holds a text of the table.
func says(message, text string) bool {
	words := strings.FieldsFunc(strings.ToLower(message), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	if before, after, ordered := strings.Cut(text, "…"); ordered {
		at := slices.Index(words, before)
		return at >= 0 && slices.Contains(words[at:], after)
	}
	return strings.Contains(" "+strings.Join(words, " ")+" ", " "+text+" ")
}

// Voucher states, as a look-up names them.
type voucherState byte

const (
	stateOther   voucherState = iota // a word we do not know
	stateActive                      // can be spent
	stateUsed                        // spent
	stateExpired                     // can no longer be spent
)

// stateOf reads the word for a voucher's state (7).
func stateOf(word string) voucherState {
	switch strings.ToUpper(strings.TrimSpace(word)) {
	case "ACTIVE", "VALID":
		return stateActive
	case "USED", "REDEEMED":
		return stateUsed
	case "EXPIRED":
		return stateExpired
	}
	return stateOther
}

// notFound tells whether an answer says that something is not there, and not merely that no such address is.
func notFound(status int, message string) bool {
	return status == http.StatusNotFound && says(message, "not found")
}
