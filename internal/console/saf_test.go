package console

import (
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/saf"
)

const goodReason = "Agreed with Hollywoodbets by phone"

func form(reason string, more ...string) url.Values {
	f := url.Values{"reason": {reason}, "idempotency_key": {"k-1"}}
	for i := 0; i < len(more); i += 2 {
		f.Set(more[i], more[i+1])
	}
	return f
}

func TestEntryActions(t *testing.T) {
	t.Parallel()
	deps, _, desk := newDesk(nil)
	app, people := newConsole(t, deps)
	b := newBrowser(t, app).as(people, grant(operators.OperatorRole))
	page := "/saf/entries/" + entryID.String()
	require.Equal(t, 200, b.get(page).StatusCode)
	assert.Contains(t, text(b.last), "Stored 14:03:08 and sent 4 times; the last answer was 503. The confirmation is still queued after 4 attempts and waits for the breaker until 14:04:52.")
	for action, done := range map[string]string{"replay": "replay", "unpark": "unpark", "hold": "hold", "release": "release"} {
		b.get(page)
		res := b.post(page+"/"+action, form(goodReason, "until", "2026-03-12T15:00"))
		require.Equal(t, 303, res.StatusCode, action)
		assert.Equal(t, page, res.Header.Get("Location"))
		assert.Equal(t, done, desk.done)
		assert.Equal(t, goodReason, desk.reason)
		assert.Equal(t, entryID, desk.id)
		assert.Equal(t, "Thandi Mokoena", desk.who.Name)
		assert.NotEmpty(t, desk.who.SessionID)
		b.get(page)
		assert.Contains(t, text(b.last), "1 advice is")
	}
	assert.Equal(t, "k-1", desk.key)
	assert.True(t, desk.until.Equal(at("15:00:00")), "the end of a hold is read in the console's zone")
}

func TestEntryActionsThatAreNotTaken(t *testing.T) {
	t.Parallel()
	page := "/saf/entries/" + entryID.String()
	for name, c := range map[string]struct {
		err    error
		action string
		form   url.Values
		status int
		says   string
		calls  int
	}{
		"short reason": {apperr.Field("reason", "Say why in at least 10 characters."), "/replay", form("short"), 400, "Say why in at least 10 characters.", 1},
		"conflict":     {apperr.Errorf(apperr.Conflict, "This entry is being sent right now."), "/replay", form(goodReason), 409, "This entry is being sent right now.", 1},
		"too soon":     {apperr.Errorf(apperr.TooMany, "This entry was replayed a moment ago."), "/replay", form(goodReason), 429, "This entry was replayed a moment ago.", 1},
		"no key":       {nil, "/replay", url.Values{"reason": {goodReason}}, 400, "This form carries no key of its own.", 0},
		"broken key":   {nil, "/replay", form(goodReason, "idempotency_key", "k-\xff"), 400, "This form carries no key of its own.", 0},
		"bad until":    {nil, "/hold", form(goodReason, "until", "tomorrow"), 400, "This is not a date and time.", 0},
		"past until":   {apperr.Field("until", "The end of a hold lies in the future."), "/hold", form(goodReason, "until", "2026-03-12T01:00"), 400, "The end of a hold lies in the future.", 1},
		"our fault":    {errors.New("socket 7 is gone"), "/replay", form(goodReason), 500, "quote", 1},
	} {
		deps, _, desk := newDesk(nil)
		desk.err = c.err
		app, people := newConsole(t, deps)
		b := newBrowser(t, app).as(people, grant(operators.OperatorRole))
		b.get(page)
		assert.Equal(t, c.status, b.post(page+c.action, c.form).StatusCode, name)
		if c.status < 500 {
			assert.Contains(t, text(b.last), c.says, name)
			assert.Contains(t, b.last, `value="`+c.form.Get("reason")+`"`, "%s: what was written stays", name)
		}
		assert.NotContains(t, b.last, "socket 7")
		assert.Equal(t, c.calls, desk.calls, name)
	}
}

// TestWhoMayAct calls every action as every role; only role operator gets through, everybody else is told the permission.
func TestWhoMayAct(t *testing.T) {
	t.Parallel()
	for _, role := range operators.Roles() {
		deps, _, desk := newDesk(nil)
		app, people := newConsole(t, deps)
		b := newBrowser(t, app).as(people, grant(role))
		for path, permission := range map[string]string{
			"/saf/entries/" + entryID.String() + "/replay": "saf.replay", "/saf/entries/" + entryID.String() + "/unpark": "saf.replay",
			"/saf/entries/" + entryID.String() + "/hold": "saf.hold", "/saf/entries/" + entryID.String() + "/release": "saf.hold",
			"/saf/queues/hwb/hold": "saf.hold", "/saf/queues/hwb/release": "saf.hold",
		} {
			before := desk.calls
			b.last = ""
			token := operators.CSRFToken(b.cookies["__Host-signalbox"])
			res := b.post(path, form(goodReason, tokenField, token))
			if role == operators.OperatorRole {
				assert.Equal(t, 303, res.StatusCode, path)
				assert.Equal(t, before+1, desk.calls)
				assert.Equal(t, 403, b.post(path, form(goodReason, tokenField, "wrong")).StatusCode, "%s without its page's token", path)
				assert.Equal(t, before+1, desk.calls)
				continue
			}
			assert.Equal(t, 403, res.StatusCode, "%s as %s", path, role)
			assert.Contains(t, b.last, permission)
			assert.Equal(t, before, desk.calls)
		}
	}
}

func TestEntryThatIsNotThere(t *testing.T) {
	t.Parallel()
	deps, _, desk := newDesk(nil)
	app, people := newConsole(t, deps)
	b := newBrowser(t, app).as(people, grant(operators.OperatorRole))
	b.get("/saf/entries/" + entryID.String())
	token := b.token()
	for _, id := range []string{uuid.NewString(), "x"} {
		assert.Equal(t, 404, b.get("/saf/entries/"+id).StatusCode)
		assert.Equal(t, 404, b.post("/saf/entries/"+id+"/replay", form(goodReason, tokenField, token)).StatusCode)
	}
	assert.Zero(t, desk.calls)
}

func TestEntryFormFollowsTheState(t *testing.T) {
	t.Parallel()
	operator := operators.Operator{Grants: operators.Grants{grant(operators.OperatorRole)}}
	gate := monitoring.Gate{Advices: "closed"}
	for name, c := range map[string]struct {
		change  func(*monitoring.Entry)
		buttons []string
	}{
		"queued":   {func(*monitoring.Entry) {}, []string{"Replay 1 confirmation", "Hold"}},
		"parked":   {func(e *monitoring.Entry) { e.State = saf.Parked }, []string{"Replay 1 confirmation", "Put back in line", "Hold"}},
		"held":     {func(e *monitoring.Entry) { e.HeldAt = e.Now }, []string{"Release"}},
		"sending":  {func(e *monitoring.Entry) { e.State = saf.Leased }, []string{"Hold"}},
		"waiting":  {func(e *monitoring.Entry) { e.NextAt = saf.Never }, []string{"Hold"}},
		"refused":  {func(e *monitoring.Entry) { e.State = saf.Refused }, nil},
		"finished": {func(e *monitoring.Entry) { e.State = saf.Acked }, nil},
	} {
		e := queuedEntry()
		c.change(&e)
		f := entryForm(&e, gate, operator)
		var got []string
		for _, b := range f.Buttons {
			got = append(got, b.Text)
		}
		assert.Equal(t, c.buttons, got, name)
		if name == "refused" {
			require.Len(t, f.Refused, 1)
			assert.Contains(t, f.Refused[0], "saf.resend")
			assert.Contains(t, f.Refused[0], "operator:approve")
		}
	}
}

func TestQueuePages(t *testing.T) {
	t.Parallel()
	deps, reader, desk := newDesk(nil)
	var asked monitoring.EntryFilter
	place := monitoring.EntryCursor{NextAt: at("14:03:29"), ID: entryID, Position: 3}
	reader.entries = func(f monitoring.EntryFilter) (monitoring.EntryPage, error) {
		asked = f
		return monitoring.EntryPage{Entries: []monitoring.Entry{queuedEntry()}, Total: 23, Worth: []monitoring.Sum{{Currency: "710", Minor: 221600, Count: 23}}, Older: place}, nil
	}
	app, people := newConsole(t, deps)
	b := newBrowser(t, app).as(people, grant(operators.OperatorRole))
	require.Equal(t, 200, b.get("/saf").StatusCode)
	page := text(b.last)
	assert.Contains(t, page, "23 advices wait for a provider")
	assert.Contains(t, page, "Backing off")
	assert.Contains(t, b.last, `href="/saf/queues/hwb"`)

	require.Equal(t, 200, b.get("/saf/queues/hwb?label=due&kind=confirmation&age=5&attempts=2&error=X&id=y&nonsense=1").StatusCode)
	assert.Equal(t, monitoring.EntryFilter{ProviderID: "hwb", Label: saf.LabelDue, Kind: saf.Confirm, OlderThan: 5 * time.Minute, Attempts: 2, ErrorType: "X", Text: "y", Rows: 50}, asked)
	page = text(b.last)
	assert.Contains(t, page, "23 entries, R 2 216.00")
	assert.Contains(t, page, "waits for the breaker until 14:04:52")
	assert.Contains(t, page, "The breaker is open until 14:04:52.")
	assert.Contains(t, page, "Hold 23 advices")
	b.get("/saf/queues/hwb?after=" + writePlace(place))
	assert.Equal(t, place, asked.After)
	b.get("/saf/queues/hwb?after=zz-1-2&label=nonsense&age=-3")
	assert.Equal(t, monitoring.EntryFilter{ProviderID: "hwb", Rows: 50}, asked, "what cannot be read is left out")
	for slug, kind := range map[string]saf.Kind{"reversal": saf.Reverse, "receipt": saf.Receipt, "clean-up": saf.Cleanup} {
		require.Equal(t, 200, b.get("/saf/queues/hwb?kind="+slug).StatusCode)
		assert.Equal(t, kind, asked.Kind)
		assert.Contains(t, text(b.last), "Kind: "+kind.Word())
	}

	require.Equal(t, 303, b.post("/saf/queues/hwb/hold", form(goodReason, "until", "")).StatusCode)
	assert.Equal(t, "hold queue hwb", desk.done+" "+desk.provider)
	assert.True(t, desk.until.IsZero())
	reader.queues.Queues[0].Hold = monitoring.Hold{At: at("14:00:00"), Reason: "Maintenance", By: "Thandi Mokoena"}
	b.get("/saf/queues/hwb")
	assert.Contains(t, text(b.last), "Release 23 advices")
	desk.err = apperr.Errorf(apperr.Conflict, "This queue is not held.")
	assert.Equal(t, 409, b.post("/saf/queues/hwb/release", form(goodReason)).StatusCode)
	assert.Contains(t, text(b.last), "This queue is not held.")
	assert.Equal(t, 404, b.get("/saf/queues/nobody").StatusCode)

	s := newBrowser(t, app).as(people, grant(operators.Support))
	require.Equal(t, 200, s.get("/saf/queues/hwb").StatusCode)
	assert.Contains(t, text(s.last), "Hold and release need permission saf.hold. Role support does not have it")
}
