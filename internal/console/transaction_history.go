package console

import (
	"slices"
	"strings"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/web/templates/components"
)

// transactionRoute draws the stages a sale goes through, and where this one stands.
func transactionRoute(x *monitoring.Case, v components.Viewer) []components.Stage {
	t := &x.Transaction
	route := []components.Stage{{Title: "Received", Note: v.Clock(t.ReceivedAt), State: components.StageDone}, providerStage(x, v)}
	if t.Key.Operation.Informational() || t.Final == transactions.FinalDeclined {
		return append(route, closedStage(t, v))
	}
	decided := components.Stage{Title: "Confirmed or reversed", State: components.StageTodo}
	if t.Mode == transactions.Single {
		decided.Title = "Completed or reversed"
	}
	switch {
	case t.Decision == transactions.Confirm:
		decided = components.Stage{Title: "Confirmed", Note: v.Clock(eventAt(x, "decision", string(t.Decision), t.ClosedAt)), State: components.StageDone}
	case t.Decision == transactions.Reverse:
		decided = components.Stage{Title: "Reversed", Note: v.Clock(eventAt(x, "decision", string(t.Decision), t.ClosedAt)), State: components.StageDone}
	case t.Final == transactions.Completed:
		decided = components.Stage{Title: "Needs no confirmation", State: components.StageDone}
	case t.Outcome == transactions.Success && t.Mode == transactions.Dual:
		decided.State = components.StageNow
	}
	route = append(route, decided)
	if len(x.Entries) > 0 {
		route = append(route, deliveredStage(&x.Entries[len(x.Entries)-1]))
	}
	return append(route, closedStage(t, v))
}

func providerStage(x *monitoring.Case, v components.Viewer) components.Stage {
	t := &x.Transaction
	at := v.Clock(eventAt(x, "outcome", string(t.Outcome), t.RespondedAt))
	switch t.Outcome {
	case transactions.Success:
		return components.Stage{Title: "Approved", Note: at, State: components.StageDone}
	case transactions.Failed:
		return components.Stage{Title: string(t.Status(transactions.Around{Limits: x.Around.Limits})), Note: at, State: components.StageDone, Icon: "minus"}
	case transactions.Unknown:
		return components.Stage{Title: "Outcome not known", Note: components.Plural(t.AttemptCount, "attempt", "attempts"), State: components.StageCaution, Icon: "doubt"}
	}
	return components.Stage{Title: "At the provider", State: components.StageNow}
}

func deliveredStage(e *monitoring.Entry) components.Stage {
	note := components.Plural(e.Attempts, "attempt", "attempts")
	switch e.Label() {
	case saf.LabelAcknowledged:
		return components.Stage{Title: "Delivered to provider", Note: note, State: components.StageDone}
	case saf.LabelConsumed:
		if e.Attempts > 0 {
			return components.Stage{Title: "Not undone at provider", Note: note, State: components.StageDanger}
		}
		return components.Stage{Title: "Nothing to deliver", State: components.StageDone}
	case saf.LabelClosed:
		return components.Stage{Title: "Closed by hand", State: components.StageDone}
	case saf.LabelParked, saf.LabelRefused:
		return components.Stage{Title: string(e.Label()), Note: note, State: components.StageDanger}
	}
	if e.Attempts > 0 {
		return components.Stage{Title: "Delivered to provider", Note: note + ", not yet", State: components.StageCaution}
	}
	return components.Stage{Title: "Delivered to provider", Note: strings.ToLower(string(e.Label())), State: components.StageNow}
}

func closedStage(t *transactions.Transaction, v components.Viewer) components.Stage {
	if t.ClosedAt.IsZero() {
		return components.Stage{Title: "Closed", State: components.StageTodo}
	}
	return components.Stage{Title: "Closed", Note: v.Clock(t.ClosedAt), State: components.StageDone}
}

// nextActors lists who may act next, the switch first.
func nextActors(x *monitoring.Case, gate monitoring.Gate, who operators.Operator, v components.Viewer) []components.Actor {
	var list []components.Actor
	for i := range x.Entries {
		list = append(list, entryActors(&x.Entries[i], gate, who, v)...)
	}
	t := &x.Transaction
	if t.ReconRequired && x.Around.BreakOpen {
		list = append(list, components.Actor{Who: "Finance", What: "compares with the statement of " + x.Provider.String() + " and settles the difference", Tag: components.Tag{Text: "next", Tone: components.Moving}})
	}
	switch {
	case t.Final != transactions.Open:
		list = append(list, components.Actor{Who: "Nobody", What: "may change the outcome: it is closed", Tag: components.Tag{Text: "locked"}})
	case t.Decision == transactions.Confirm:
		list = append(list, components.Actor{Who: "Nobody", What: "may reverse: a confirmed sale stays confirmed", Tag: components.Tag{Text: "locked"}})
	case t.Decision == transactions.Reverse:
		list = append(list, components.Actor{Who: "Nobody", What: "may confirm: a reversed sale stays reversed", Tag: components.Tag{Text: "locked"}})
	case t.Outcome == transactions.Pending:
		list = append(list, components.Actor{Who: x.Provider.String(), What: "answers, or the time-out ends the attempt", Tag: components.Tag{Text: "next", Tone: components.Moving}})
	case t.Outcome == transactions.Unknown:
		list = append(list,
			components.Actor{Who: "The till", What: "may retry or reverse", Tag: components.Tag{Text: "next", Tone: components.Moving}},
			components.Actor{Who: "The switch", What: "reverses it at " + v.Clock(t.LastClientAt.Add(x.Around.Limits.UnknownMaxAge)) + " if the till stays silent"})
	case t.Mode == transactions.Dual:
		list = append(list, components.Actor{Who: "The till", What: "confirms or reverses", Tag: components.Tag{Text: "next", Tone: components.Moving}})
	case t.Key.Service == transactions.Humm && t.Key.Operation != transactions.Adjustment:
		list = append(list, components.Actor{Who: "The switch", What: "closes it at the cut-off; what the till gives back is an adjustment of its own", Tag: components.Tag{Text: "next", Tone: components.Moving}})
	default:
		list = append(list, components.Actor{Who: "The switch", What: "closes it at the cut-off; until then the till may reverse", Tag: components.Tag{Text: "next", Tone: components.Moving}})
	}
	return list
}

// entryActors lists who may act on a stored advice.
func entryActors(e *monitoring.Entry, gate monitoring.Gate, who operators.Operator, v components.Viewer) []components.Actor {
	var list []components.Actor
	switch e.Label() {
	case saf.LabelRefused:
		return []components.Actor{{Who: "Two people, role operator", What: "send it again: saf.resend, approved by operator:approve", Tag: components.Tag{Text: "second person", Tone: components.Caution}}}
	case saf.LabelParked:
		list = append(list, components.Actor{Who: "The switch", What: "has stopped sending it"})
	case saf.LabelDue, saf.LabelWaiting, saf.LabelSending:
		what := waitsFor(e, gate, v)
		if e.State == saf.Leased {
			what = "is sending it now"
		}
		list = append(list, components.Actor{Who: "The switch", What: what, Tag: components.Tag{Text: "next", Tone: components.Moving}})
	case saf.LabelHeld:
		list = append(list, components.Actor{Who: "The switch", What: waitsFor(e, gate, v)})
	default:
		return nil
	}
	if who.Can(operators.SAFReplay) {
		return append(list, components.Actor{Who: "You, role " + who.Grants.String(), What: "replay now, hold, release", Tag: components.Tag{Text: "alone"}})
	}
	return append(list,
		components.Actor{Who: "A person with role operator", What: "replays now, holds, releases", Tag: components.Tag{Text: "alone"}},
		components.Actor{Who: "You, role " + who.Grants.String(), What: "read"})
}

// caseEvents tells the history, newest first.
func caseEvents(x *monitoring.Case, v components.Viewer) []components.Event {
	t := &x.Transaction
	events := []components.Event{{At: t.ReceivedAt, Title: "Request received", Note: join(x.Client.String(), generation(t))}}
	for i := range x.Events {
		events = append(events, changeEvent(&x.Events[i]))
	}
	for _, a := range x.Advices {
		if a.AckedAt.IsZero() {
			events = append(events, components.Event{At: a.ReceivedAt, Tone: components.Caution, Title: adviceWord(a.Kind) + " refused with " + orWord(a.ErrorType, components.Number(a.HTTPStatus)), Note: "advice " + components.Short(a.AdviceID)})
		}
	}
	for _, a := range x.Attempts {
		if e, ok := attemptEvent(&a, x.Provider.String()); ok {
			events = append(events, e)
		}
	}
	slices.SortStableFunc(events, func(a, b components.Event) int { return b.At.Compare(a.At) })
	return events[:min(len(events), mostEvents)]
}

// mostEvents bounds the timeline of a page.
const mostEvents = 60

func adviceWord(d transactions.Decision) string {
	if d == transactions.Confirm {
		return "Confirmation"
	}
	return "Reversal"
}

// changeEvent words one line of the stored timeline.
func changeEvent(e *transactions.Change) components.Event {
	out := components.Event{At: e.At, Note: join(e.Cause, prefixed("by ", e.Actor))}
	from := ""
	if e.Old != "" {
		from = e.Old + " → "
	}
	switch e.Field {
	case "outcome":
		out.Title = "Outcome " + from + e.New
		out.Tone = map[string]components.Tone{"SUCCESS": components.Clear, "UNKNOWN": components.Caution}[e.New]
		if e.New == "UNKNOWN" {
			out.Icon = "doubt"
		}
	case "decision":
		out.Title, out.Tone = "Decision "+e.New, components.Moving
	case "final":
		out.Title, out.Tone = "Closed: "+e.New, components.Clear
	case "saf":
		out.Title = "Advice " + from + e.New
		out.Tone = map[string]components.Tone{"ACKED": components.Clear, "PARKED": components.Danger, "REFUSED": components.Danger}[e.New]
	case "wire_ref":
		out.Title, out.Note = "New wire reference", join(e.New, e.Cause)
	case "superseded":
		out.Title, out.Tone = "Replaced by a later use of its id", components.Caution
	case "recon_required":
		out.Title, out.Tone = "Break opened", components.Danger
	default:
		out.Title = sentenceCase(e.Field) + " " + from + e.New
	}
	return out
}

// attemptEvent tells of a send that did not succeed; the others show in what they changed.
func attemptEvent(a *transactions.Attempt, provider string) (components.Event, bool) {
	what := strings.ToLower(a.Kind.Word())
	e := components.Event{At: a.EndedAt, Tone: components.Caution, Note: "attempt " + components.Number(a.No)}
	switch {
	case found(a) && a.Result == transactions.Unknown:
		e.Tone, e.Title = "", provider+" answered the "+what
	case a.State == transactions.NoAnswer:
		e.Title = "No answer to the " + what
	case a.State == transactions.NotSent:
		e.Title = "The " + what + " was not sent"
	case a.State == transactions.Answered && a.Result == transactions.Unknown:
		e.Title = provider + " answered the " + what + " with " + components.Number(a.HTTPStatus)
	default:
		return e, false
	}
	e.Note = join(e.Note, strings.ToLower(strings.ReplaceAll(a.Detail, "_", " ")))
	return e, true
}
