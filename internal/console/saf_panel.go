package console

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// entryPanel shows a stored advice: why it waits, what was tried, and what the person may do.
func entryPanel(e *monitoring.Entry, attempts []transactions.Attempt, gate monitoring.Gate, who operators.Operator, v components.Viewer) pages.EntryPanel {
	label := e.Label()
	p := pages.EntryPanel{ID: e.ID.String(), Status: components.StatusOf(string(label)), Since: since(e, label), Kind: e.Kind.Word(), Form: entryForm(e, gate, who)}
	parts := []string{}
	if e.Position > 0 {
		parts = append(parts, "position "+components.Number(e.Position))
	}
	if e.Opening != "" {
		parts = append(parts, "begins with "+withArticle(strings.ToLower(e.Opening.Word())))
	}
	if e.Outstanding() {
		parts = append(parts, "age "+v.Age(e.CreatedAt))
		p.Gates = entryGates(e, gate, v)
	}
	p.Position = join(parts...)
	for i := len(attempts) - 1; i >= 0; i-- {
		row := attemptRow(&attempts[i])
		if k := attempts[i].Kind; k != transactions.AttemptKind(e.Kind) {
			row.Kind = strings.ToLower(k.Word())
		}
		p.Attempts = append(p.Attempts, row)
	}
	return p
}

// since is when the entry came to stand where it stands.
func since(e *monitoring.Entry, label saf.Label) time.Time {
	switch label {
	case saf.LabelDue:
		return e.NextAt
	case saf.LabelHeld:
		if e.Entry.Held(e.Now) {
			return e.HeldAt
		}
		if e.ProviderHold.On(e.Now) {
			return e.ProviderHold.At
		}
		return e.ClientHold.At
	case saf.LabelParked:
		return e.ParkedAt
	case saf.LabelSending:
		return e.LastAttemptAt
	}
	return e.UpdatedAt
}

func attemptRow(a *transactions.Attempt) pages.Attempt {
	row := pages.Attempt{No: a.No, At: a.StartedAt, Trigger: trigger(a)}
	if !a.EndedAt.IsZero() {
		row.Elapsed = a.EndedAt.Sub(a.StartedAt)
	}
	switch a.State {
	case transactions.Intent:
		row.Answer, row.Running = "–", true
	case transactions.NotSent:
		row.Answer, row.Tone, row.Detail = "not sent", components.Caution, words(a.Detail)
	case transactions.NoAnswer:
		row.Answer, row.Tone, row.Detail = "no answer", components.Caution, words(a.Detail)
	default:
		row.Answer, row.Detail = components.Number(a.HTTPStatus), words(a.Detail)
		if a.Result != transactions.Success && !found(a) {
			row.Tone = components.Danger
		}
	}
	return row
}

// found tells whether an attempt was a question that got its answer, whatever the answer leads to.
func found(a *transactions.Attempt) bool {
	asks := a.Kind == transactions.AttemptLookup || a.Kind == transactions.AttemptResolve
	return asks && a.State == transactions.Answered && a.HTTPStatus < 300
}

func trigger(a *transactions.Attempt) string {
	switch a.Trigger {
	case transactions.TriggerManual:
		return orWord(a.Actor, "by hand")
	case transactions.TriggerClient:
		return "client"
	}
	return "automatic"
}

// words turns a code of ours into plain words: "HTTP_5XX" becomes "http 5xx".
func words(code string) string { return strings.ToLower(strings.ReplaceAll(code, "_", " ")) }

// entryGates lists everything that must be so before the entry is sent; the shut ones are what it waits for.
func entryGates(e *monitoring.Entry, gate monitoring.Gate, v components.Viewer) []components.Gate {
	return []components.Gate{breakerGate(gate, v), requestGate(e), backoffGate(e, v), holdGate(e, v), slotGate(gate), serviceGate(e)}
}

func breakerGate(gate monitoring.Gate, v components.Viewer) components.Gate {
	switch gate.Advices {
	case "open":
		return components.Gate{Name: "Breaker", Text: "open" + until(gate.AdvicesUntil, v) + ", then one probe", Shut: true}
	case "half-open":
		return components.Gate{Name: "Breaker", Text: "half-open: one advice at a time goes as a probe"}
	}
	return components.Gate{Name: "Breaker", Text: "closed"}
}

func requestGate(e *monitoring.Entry) components.Gate {
	if e.Waits() {
		return components.Gate{Name: "Request attempts", Text: "one is still running; the advice may not overtake it", Shut: true}
	}
	if e.RequestRunning {
		return components.Gate{Name: "Request attempts", Text: "one is still running", Shut: true}
	}
	return components.Gate{Name: "Request attempts", Text: "all ended"}
}

func backoffGate(e *monitoring.Entry, v components.Viewer) components.Gate {
	switch {
	case e.State == saf.Parked:
		return components.Gate{Name: "Automatic sending", Text: "stopped " + v.Clock(e.ParkedAt) + ": " + e.ParkedReason, Shut: true}
	case e.State == saf.Refused:
		return components.Gate{Name: "Provider's word", Text: "refused" + because(e.LastErrorType) + "; two people may send it again", Shut: true}
	case e.State == saf.Leased:
		return components.Gate{Name: "Back-off", Text: "over, it is on the wire"}
	case e.Waits():
		return components.Gate{Name: "Back-off", Text: "begins when the request ends"}
	case e.NextAt.After(e.Now):
		return components.Gate{Name: "Back-off", Text: "until " + v.Clock(e.NextAt), Shut: true}
	}
	return components.Gate{Name: "Back-off", Text: "over since " + v.Clock(e.NextAt)}
}

func holdGate(e *monitoring.Entry, v components.Viewer) components.Gate {
	switch {
	case e.Entry.Held(e.Now):
		return components.Gate{Name: "Holds", Text: "this entry" + until(e.HeldUntil, v) + ": " + e.HoldReason, Shut: true}
	case e.ProviderHold.On(e.Now):
		return components.Gate{Name: "Holds", Text: "the queue" + until(e.ProviderHold.Until, v) + ": " + e.ProviderHold.Reason, Shut: true}
	case e.ClientHold.On(e.Now):
		return components.Gate{Name: "Holds", Text: "the client" + until(e.ClientHold.Until, v) + ": " + e.ClientHold.Reason, Shut: true}
	}
	return components.Gate{Name: "Holds", Text: "none on provider, client or entry"}
}

func slotGate(gate monitoring.Gate) components.Gate {
	if gate.Parallel == 0 {
		return components.Gate{Name: "Sending slots", Text: components.Number(gate.Sending) + " in use"}
	}
	return components.Gate{Name: "Sending slots", Text: components.Number(gate.Sending) + " of " + components.Number(gate.Parallel) + " in use", Shut: gate.Sending >= gate.Parallel}
}

func serviceGate(e *monitoring.Entry) components.Gate {
	if !e.Enabled {
		return components.Gate{Name: "Provider", Text: "out of service", Shut: true}
	}
	return components.Gate{Name: "Provider", Text: "in service"}
}

// entryForm offers what the entry allows and the person may do, and says what it would need otherwise.
func entryForm(e *monitoring.Entry, gate monitoring.Gate, who operators.Operator) components.ActionForm {
	path := "/saf/entries/" + e.ID.String()
	name := strings.ToLower(e.Kind.Word())
	f := components.ActionForm{ID: "e-" + components.Short(e.ID.String()), Action: path + "/replay", IdempotencyKey: uuid.NewString(), Label: "Reason"}
	held := e.Entry.Held(e.Now)
	live := e.State == saf.Queued || e.State == saf.Parked
	var replay, hold []components.Button
	switch {
	case live && !held && !e.Waits():
		replay = append(replay, components.Button{Text: "Replay 1 " + name, Action: path + "/replay"})
		if e.State == saf.Parked {
			replay = append(replay, components.Button{Text: "Put back in line", Action: path + "/unpark"})
		}
	case e.State == saf.Refused && e.ResolvedBy == uuid.Nil:
		f.Refused = append(f.Refused, "A refused advice goes out again only by two people: one asks with permission saf.resend, one with operator:approve agrees.")
	}
	switch {
	case held:
		hold = append(hold, components.Button{Text: "Release", Action: path + "/release"})
	case live || e.State == saf.Leased:
		hold = append(hold, components.Button{Text: "Hold", Action: path + "/hold"})
		f.Fields = []components.Field{{Name: "until", Label: "Hold until", Kind: components.KindDateTime, Hint: "For Hold only. Empty: until a person releases it."}}
	}
	if !who.Can(operators.SAFHold) {
		f.Fields = nil
	}
	f.Buttons, f.Refused = granted(who, replay, hold, f.Refused)
	if len(replay) > 0 {
		f.Hint = "Sends the stored " + name + " once more, unchanged, to " + e.Provider.String() + "."
		if e.Opening != "" {
			f.Hint += " It begins with " + withArticle(strings.ToLower(e.Opening.Word())) + "."
		}
		if gate.Open() {
			f.Hint += " The breaker stays open: the provider will probably not take it."
		}
	}
	return f
}

// granted keeps the buttons that the person's role covers, and says in one sentence what is missing.
func granted(who operators.Operator, replay, hold []components.Button, refused []string) ([]components.Button, []string) {
	var buttons []components.Button
	mayReplay, mayHold := who.Can(operators.SAFReplay), who.Can(operators.SAFHold)
	if mayReplay {
		buttons = append(buttons, replay...)
	}
	if mayHold {
		buttons = append(buttons, hold...)
	}
	role := "Role " + who.Grants.String()
	switch {
	case len(replay) > 0 && len(hold) > 0 && !mayReplay && !mayHold:
		refused = append(refused, "Replay needs permission saf.replay and hold needs saf.hold. "+role+" has neither; a person with role operator can do both.")
	case len(replay) > 0 && !mayReplay:
		refused = append(refused, "Replay needs permission saf.replay. "+role+" does not have it; a person with role operator does.")
	case len(hold) > 0 && !mayHold:
		refused = append(refused, "Hold and release need permission saf.hold. "+role+" does not have it; a person with role operator does.")
	}
	return buttons, refused
}
