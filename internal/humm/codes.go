package humm

import (
	"strings"
	"sync"
)

// Class is what an answer says about the outcome (spec/humm.md 5).
type Class int

// The classes.
const (
	Unknown  Class = iota // not established: ask again with the identical message
	Approved              // final success
	Declined              // final refusal; nothing to undo
	Client                // the message or the set-up is wrong; do not send it again unchanged
)

// Words of x_status.
const (
	Success   = "Success"
	Failed    = "Failed"
	Error     = "Error"
	Pending   = "Pending"
	Cancelled = "Cancelled"
)

// Codes that the switch itself answers with, or that mean more than their class.
const (
	KeyIssued       = "SCRK01"
	TokenUnknown    = "FCRK01"
	TokenSpent      = "FCRK02"
	Invited         = "SINV01"
	AuthApproved    = "SPRA01"
	AwaitingBuyer   = "SPND01"
	CodeUsed        = "FPRA22"
	CodeCancelled   = "FPRA24"
	ReceiptAttached = "SSER01"
	SaleNotFound    = "FSER01"
	ReceiptInUse    = "FSER02"
	Adjusted        = "SPSA01"
	FullyRefunded   = "FPSA03"
	AdjustDuplicate = "FPSA08"
	AmountNotAbove0 = "FPSA09"
	AdjustReversed  = "SPAR01"
	NothingToUndo   = "FPAR01"
	UndoneBefore    = "FPAR08"
	Invalid         = "EVAL01"
	BelowMinimum    = "EVAL02"
	NotRecognised   = "EAUT01"
	BadSignature    = "ESIG01"
	InternalFailure = "EISE01"
)

// Meaning is one line of the code table.
type Meaning struct {
	Code      string
	Status    string
	Operation Operation // empty: every operation
	Text      string    // short, for people
	Class     Class
}

// Codes gives the whole table of spec/humm.md 5, in its order. Nobody may change it.
func Codes() []Meaning { return codes() }

//nolint:gochecknoglobals // a constant table
var codes = sync.OnceValue(buildCodes)

func buildCodes() []Meaning {
	const key, inv, auth, rec, adj, rev = CreateKey, Invite, ProcessAuthorisation, SendReceipt, ProcessAdjustment, ReverseAdjustment
	return []Meaning{
		{KeyIssued, Success, key, "Key issued", Approved},
		{TokenUnknown, Failed, key, "Device token not known", Client},
		{TokenSpent, Failed, key, "Device token already used", Client},

		{Invited, Success, inv, "Invitation accepted", Approved},

		{AuthApproved, Success, auth, "Approved", Approved},
		{AwaitingBuyer, Pending, auth, "Waiting for the buyer", Unknown},
		{"FCNL01", Cancelled, auth, "Cancelled by the buyer", Declined},
		{"FPRA01", Failed, auth, "Declined after risk assessment", Declined},
		{"FPRA02", Failed, auth, "Deposit declined: insufficient funds", Declined},
		{"FPRA03", Failed, auth, "Bank not reachable; try again with a new code", Declined},
		{"FPRA04", Failed, auth, "Customer limit exceeded", Declined},
		{"FPRA05", Failed, auth, "Declined on repayment history", Declined},
		{"FPRA06", Failed, auth, "Deposit card expired", Declined},
		{"FPRA07", Failed, auth, "Reference already processed", Declined},
		{"FPRA08", Failed, auth, "Instalment below the minimum", Declined},
		{"FPRA09", Failed, auth, "Purchase above the approved sum", Declined},
		{"FPRA21", Failed, auth, "Code not found", Declined},
		{CodeUsed, Failed, auth, "Code already used", Declined},
		{"FPRA23", Failed, auth, "Code expired", Declined},
		{CodeCancelled, Failed, auth, "Code cancelled", Declined},
		{"FPRA99", Failed, auth, "Declined", Declined},

		{ReceiptAttached, Success, rec, "Receipt attached", Approved},
		{SaleNotFound, Failed, rec, "Sale not found", Declined},
		{ReceiptInUse, Failed, rec, "Receipt number already in use", Declined},

		{Adjusted, Success, adj, "Refund done", Approved},
		{"FPSA01", Failed, adj, "Original sale not found", Declined},
		{"FPSA02", Failed, adj, "Contract already completed", Declined},
		{FullyRefunded, Failed, adj, "Contract already refunded in full", Declined},
		{"FPSA04", Failed, adj, "Amount not acceptable", Declined},
		{"FPSA05", Failed, adj, "Not possible; call merchant services", Declined},
		{"FPSA06", Failed, adj, "Not possible; call collections", Declined},
		{"FPSA07", Failed, adj, "Not allowed at this store", Declined},
		{AdjustDuplicate, Failed, adj, "Reference already used", Declined},
		{AmountNotAbove0, Failed, adj, "Amount must be positive", Client},

		{AdjustReversed, Success, rev, "Adjustment undone", Approved},
		{NothingToUndo, Failed, rev, "No such adjustment", Declined},
		{"FPAR02", Failed, rev, "Contract already completed", Declined},
		{"FPAR03", Failed, rev, "Contract cancelled and refunded", Declined},
		{"FPAR05", Failed, rev, "Not possible for this contract", Declined},
		{"FPAR06", Failed, rev, "Not possible; call collections", Declined},
		{"FPAR07", Failed, rev, "Not allowed at this store", Declined},
		{UndoneBefore, Failed, rev, "Already undone", Declined},

		{Invalid, Error, "", "Message not valid", Client},
		{BelowMinimum, Error, auth, "Finance amount below the minimum", Client},
		{NotRecognised, Error, "", "Merchant or device not recognised", Client},
		{BadSignature, Error, "", "Signature does not match", Client},
		{InternalFailure, Error, "", "No result yet; please repeat the same request", Unknown},
	}
}

// MeaningOf gives the line of a code for an operation; ok is false when the operation has no such code.
func MeaningOf(op Operation, code string) (m Meaning, ok bool) {
	for _, m := range codes() {
		if m.Code == code && (m.Operation == op || m.Operation == "") {
			return m, true
		}
	}
	return Meaning{Code: code}, false
}

// Read gives the class of an answer whose signature was verified. The code decides, and the status must agree with it: a
// contradiction proves nothing. Of a code that the table lacks, only a refusal is believed.
func Read(op Operation, code, status string) Class {
	if status == "Failure" { // the word of the published field tables
		status = Failed
	}
	code = ListedCode(op, code)
	m, listed := MeaningOf(op, code)
	switch {
	case code == "":
		return Unknown
	case listed && m.Status == status:
		return m.Class
	case !listed && (status == Failed || status == Cancelled):
		return Declined
	}
	return Unknown
}

// ListedCode gives the code under which the table knows a refused reversal: a published sample answers one with the code of a
// refused adjustment. Any other code stays as it is.
func ListedCode(op Operation, code string) string {
	if rest, found := strings.CutPrefix(code, "FPSA"); found && op == ReverseAdjustment {
		return "FPAR" + rest
	}
	return code
}
