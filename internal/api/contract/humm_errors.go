package contract

import rail "github.com/signalboxhq/signalbox/internal/humm"

// financeErrors lists every code of the rail, from the table that the service itself answers by.
func financeErrors() ErrorTable {
	t := ErrorTable{
		Key: "x_code",
		About: "`x_code` decides; `x_message` is for people. A code that is not listed: with Failed or Cancelled it is a refusal, with anything else the result is unknown. " +
			"So is an answer whose signature is wrong or missing, and no answer at all.",
	}
	for _, c := range rail.Codes() {
		means := c.Text + "."
		if c.Operation != "" {
			means = string(c.Operation) + ": " + means
		}
		t.Rows = append(t.Rows, Refusal{Type: c.Code, Status: c.Status, Means: means, Do: adviceFor(c)})
	}
	return t
}

// adviceFor tells what to do about a code.
func adviceFor(c rail.Meaning) string {
	special := map[string]string{
		rail.KeyIssued:       "Keep the key.",
		rail.TokenUnknown:    "Get a new token.",
		rail.TokenSpent:      "Get a new token.",
		rail.AuthApproved:    "Hand the goods over.",
		rail.AwaitingBuyer:   "The same message again after `retry_duration` seconds.",
		rail.CodeUsed:        "It says nothing about the first attempt: repeat that message. Else ask for a new code.",
		"FPRA03":             "Try again with a new code.",
		"FPRA07":             "Find the earlier sale; use a new reference for this one.",
		"FPRA21":             "Ask for a new code.",
		"FPRA23":             "Ask for a new code.",
		rail.CodeCancelled:   "Ask for a new code.",
		rail.SaleNotFound:    "While the authorisation is open, repeat that first.",
		rail.AdjustDuplicate: "For a repeat: the same amount and sale. For another refund: a new reference.",
		"FPSA04":             "Refund less.",
		"FPSA05":             "Call merchant services.",
		"FPSA06":             "Call collections.",
		rail.AmountNotAbove0: "Correct the amount.",
		rail.NothingToUndo:   "Done: there is nothing to undo.",
		rail.UndoneBefore:    "Done before.",
		rail.BelowMinimum:    "Take another tender: the part on finance is too small.",
		rail.Invalid:         "Mend the message; `x_message` names the member.",
		rail.NotRecognised:   "Set the device up again, or ask whether it may call from here.",
		rail.BadSignature:    "Check the key and the signed text; do not repeat.",
		rail.InternalFailure: "Send the same message again.",
	}
	if do, found := special[c.Code]; found {
		return do
	}
	if c.Class == rail.Approved {
		return "Done."
	}
	return "Tell the customer; nothing is to be undone."
}
