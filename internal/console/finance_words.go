package console

import (
	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/web/templates/components"
)

// reconStatus is the status of an item in words.
func reconStatus(s finance.ReconStatus) components.Status {
	switch s {
	case finance.Matched:
		return components.StatusOf("Matched")
	case finance.PartiallyMatched:
		return components.StatusOf("Partially matched")
	case finance.Unmatched:
		return components.StatusOf("Unmatched")
	}
	return components.StatusOf(string(s))
}

// runStatus is the worst that a run has found, or that it has found nothing yet.
func runStatus(r finance.Run) components.Status {
	switch {
	case r.State == finance.RunFailed:
		return components.StatusOf("Failed")
	case r.State == finance.RunOpen:
		return components.StatusOf("Running now")
	case r.Summary.Unmatched.Count > 0:
		return components.StatusOf("Unmatched")
	case r.Summary.Partial.Count > 0:
		return components.StatusOf("Partially matched")
	}
	return components.StatusOf("Matched")
}

func settlementStatus(s finance.SettlementStatus) components.Status {
	word, ok := map[finance.SettlementStatus]string{
		finance.NotEligible: "Not eligible", finance.Pending: "Pending", finance.Ready: "Ready", finance.Held: "Held", finance.InCycle: "In cycle",
	}[s]
	if !ok {
		word = string(s)
	}
	return components.StatusOf(word)
}

// cycleStatus is the state of a cycle. AWAITING_APPROVAL is shown as calculated: nobody can be asked to approve it yet.
func cycleStatus(s finance.CycleState) components.Status {
	switch s {
	case finance.CycleOpen:
		return components.Status{Icon: "wait", Word: "Collecting", Tone: components.Moving}
	case finance.CycleCalculating:
		return components.StatusOf("Calculating")
	case finance.CycleAwaitingApproval:
		return components.StatusOf("Calculated")
	case finance.CycleApproved:
		return components.StatusOf("Approved")
	case finance.CyclePosted:
		return components.StatusOf("Posted")
	case finance.CycleFinalized:
		return components.StatusOf("Finalised")
	case finance.CycleRejected:
		return components.StatusOf("Rejected")
	case finance.CycleVoid:
		return components.StatusOf("Void")
	}
	return components.StatusOf(string(s))
}

func fileStatus(f finance.File) components.Status {
	switch f.State {
	case finance.FileLoaded:
		return components.StatusOf("Loaded")
	case finance.FileError:
		return components.StatusOf("Refused")
	case finance.FileRolledBack:
		return components.Status{Icon: "back", Word: "Replaced", Tone: components.Still}
	case finance.FileFinalized:
		return components.StatusOf("Finalised")
	}
	return components.StatusOf(string(f.State))
}

func kindWord(o finance.Operation) string {
	switch o {
	case finance.Provision:
		return "Sale"
	case finance.Refund:
		return "Refund of a redemption"
	}
	return transactions.Operation(o).Word()
}

// stateWord is the state of one side in words.
func stateWord(s finance.State) string {
	switch s {
	case finance.Success:
		return "success"
	case finance.Reversed:
		return "reversed"
	case finance.Declined:
		return "declined"
	case finance.Unknown:
		return "outcome unknown"
	case finance.Open:
		return "approved, no decision yet"
	}
	return string(s)
}

// reasonTags marks the reasons that money may be lost by, and those that end by themselves.
func reasonTags(list []finance.Reason) []components.Tag {
	tags := make([]components.Tag, 0, len(list))
	for _, r := range list {
		tag := components.Tag{Text: string(r)}
		switch r {
		case finance.StateDiff, finance.ReasonRefused, finance.ReasonConsumed, finance.SupersededOpen:
			tag.Tone = components.Danger
		case finance.InDoubt, finance.ReasonOutstanding:
			tag.Tone = components.Moving
		}
		tags = append(tags, tag)
	}
	return tags
}

// reasonWord names a reason in a facet.
func reasonWord(r finance.Reason, provider string) string {
	switch r {
	case finance.MissingA:
		return "Missing here"
	case finance.MissingB:
		return "Missing at " + provider
	case finance.Ambiguous:
		return "Ambiguous"
	case finance.StateDiff:
		return "State"
	case finance.AmountDiff:
		return "Amount"
	case finance.CurrencyDiff:
		return "Currency"
	case finance.KindDiff:
		return "Kind"
	case finance.InDoubt:
		return "In doubt"
	case finance.ReasonOutstanding:
		return "Advice outstanding"
	case finance.ReasonRefused:
		return "Advice refused"
	case finance.ReasonConsumed:
		return "Advice consumed"
	case finance.SupersededOpen:
		return "Superseded"
	}
	return string(r)
}

// reasonSentence explains a reason and says what ends it.
func reasonSentence(r finance.Reason, provider string) string {
	switch r {
	case finance.MissingA:
		return provider + " lists it and the switch has no record of it: ask " + provider + " for its origin before anything is paid."
	case finance.MissingB:
		return "The switch has the record and the statement of " + provider + " does not list it: it may stand in the file of a neighbouring day, else ask " + provider + "."
	case finance.Ambiguous:
		return "More than one record carries the same reference, so no pair was made: compare them by hand."
	case finance.StateDiff:
		return "One side counts it as sold and the other as reversed or declined: money stands on one side only."
	case finance.AmountDiff:
		return "Both sides know it, with different amounts: agree on one of them with " + provider + "."
	case finance.CurrencyDiff:
		return "Both sides know it, in different currencies: one of the records is wrong."
	case finance.KindDiff:
		return "Both sides know it, as different kinds of transaction: the direction of the money may differ."
	case finance.InDoubt:
		return "The switch does not know the outcome of this request: it waits until the outcome is decided."
	case finance.ReasonOutstanding:
		return "The confirmation or reversal has not reached " + provider + " yet: it ends when the advice is delivered."
	case finance.ReasonRefused:
		return provider + " refused the confirmation or reversal: a person has to settle it with " + provider + "."
	case finance.ReasonConsumed:
		return provider + " takes no reversals, so the reversal was never sent: a person has to claim the sum from " + provider + "."
	case finance.SupersededOpen:
		return "A later try of the same request took its place while this one was open: check that only one of them counts."
	}
	return "This reason has no explanation yet."
}

// holdSentence says what a line that agrees still waits for.
func holdSentence(h finance.HoldReason) string {
	switch h {
	case finance.HoldInDoubt:
		return "until its outcome is known"
	case finance.HoldAdvice:
		return "until its advice is delivered"
	case finance.HoldUndecided:
		return "until it is confirmed or reversed"
	case finance.HoldConfirmation:
		return "until its originator has confirmed it"
	}
	return ""
}
