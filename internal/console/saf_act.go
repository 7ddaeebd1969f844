package console

import (
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/web/templates/components"
)

// replayEntry sends one stored advice again now; the form's key makes a double click one replay.
func (a *App) replayEntry(c *fiber.Ctx) error {
	key, err := idempotencyKey(c)
	if err != nil {
		return a.entryPage(c, err)
	}
	return a.actOnEntry(c, done("1 advice is sent again.", "It leaves within seconds, unchanged. The answer shows among the attempts below."), func(id uuid.UUID, reason string) error {
		return a.Desk.Replay(c.UserContext(), safActor(c), id, reason, key)
	})
}

// holdEntry stops the automatic sending of one advice.
func (a *App) holdEntry(c *fiber.Ctx) error {
	until, err := a.untilField(c)
	if err != nil {
		return a.entryPage(c, err)
	}
	return a.actOnEntry(c, done("1 advice is held.", "It stays in the queue and its age keeps counting."), func(id uuid.UUID, reason string) error {
		return a.Desk.Hold(c.UserContext(), safActor(c), id, reason, until)
	})
}

// releaseEntry ends the hold of one advice.
func (a *App) releaseEntry(c *fiber.Ctx) error {
	return a.actOnEntry(c, done("1 advice is released.", "It goes on in its place in the queue."), func(id uuid.UUID, reason string) error {
		return a.Desk.Release(c.UserContext(), safActor(c), id, reason)
	})
}

// unparkEntry puts a parked advice back in line.
func (a *App) unparkEntry(c *fiber.Ctx) error {
	return a.actOnEntry(c, done("1 advice is back in line.", "It is due now; its attempts keep counting."), func(id uuid.UUID, reason string) error {
		return a.Desk.Unpark(c.UserContext(), safActor(c), id, reason)
	})
}

// actOnEntry runs an action and leads back to the entry; a refusal is shown in the form.
func (a *App) actOnEntry(c *fiber.Ctx, told components.Notice, act func(id uuid.UUID, reason string) error) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	// Who may not see the entry may not act on it either.
	if _, err := a.Advices.FindEntry(c.UserContext(), id, clientScope(operator(c))); err != nil {
		return err
	}
	switch err := act(id, c.FormValue("reason")); {
	case err == nil:
	case formError(err):
		return a.entryPage(c, err)
	default:
		return err
	}
	a.flash(c, told)
	return back(c, "/saf/entries/"+id.String())
}

// holdQueue stops the queue of a provider.
func (a *App) holdQueue(c *fiber.Ctx) error {
	until, err := a.untilField(c)
	if err != nil {
		return a.queuePage(c, err)
	}
	return a.actOnQueue(c, held(until, a.Zone), func(provider, reason string) error {
		return a.Desk.HoldQueue(c.UserContext(), safActor(c), provider, reason, until)
	})
}

func held(until time.Time, zone *time.Location) components.Notice {
	text := "Nothing is sent until it is released. New advices are still accepted and stored."
	if !until.IsZero() {
		if zone == nil {
			zone = time.UTC
		}
		text = "Nothing is sent until " + until.In(zone).Format("2 Jan 15:04") + ". New advices are still accepted and stored."
	}
	return done("The queue is held.", text)
}

// releaseQueue lets the queue of a provider flow again.
func (a *App) releaseQueue(c *fiber.Ctx) error {
	return a.actOnQueue(c, done("The queue flows again.", "What is due leaves now."), func(provider, reason string) error {
		return a.Desk.ReleaseQueue(c.UserContext(), safActor(c), provider, reason)
	})
}

func (a *App) actOnQueue(c *fiber.Ctx, told components.Notice, act func(provider, reason string) error) error {
	provider, err := ownIDParam(c, "provider", "queue")
	if err != nil {
		return err
	}
	switch err := act(provider, c.FormValue("reason")); {
	case err == nil:
	case formError(err):
		return a.queuePage(c, err)
	default:
		return err
	}
	a.flash(c, told)
	return back(c, "/saf/queues/"+url.PathEscape(provider))
}
