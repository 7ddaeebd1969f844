package console

import (
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/setup"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// endsSoon is how long before its end a certificate is shown as one to renew.
const endsSoon = 30 * 24 * time.Hour

// listClients shows every client of the channel API.
func (a *App) listClients(c *fiber.Ctx) error {
	page := a.page(c)
	list, err := a.Config.Clients(c.UserContext(), clientScope(operator(c)))
	if err != nil {
		return err
	}
	props := pages.ClientsProps{
		Lede: clientsSentence(list), Note: components.Plural(len(list), "client", "clients"),
		Empty: components.Blank{
			Kind: components.BlankBroken, Title: "No clients", Text: "Nobody may call the channel API. Add one on the shell of the server: console client add --id ID --name NAME --password-stdin",
		},
	}
	for _, x := range list {
		props.Rows = append(props.Rows, clientRow(x))
	}
	return render(c, pages.Clients(page, props))
}

func clientRow(x setup.ClientView) pages.ClientRow {
	row := pages.ClientRow{
		ID: x.ID, Name: x.Name, Href: clientHref(x.ID), Status: clientStatus(x), Messaging: x.Mode, SignIn: signInWords(x), Certificate: certificateWords(x.CertificateUse),
		From: fromWords(x), Rate: rateWords(x),
	}
	for _, tag := range []struct {
		on   bool
		text string
	}{
		{x.SettleRequiresConfirmation, "settles when confirmed"},
		{x.StrictIDs, "strict ids"},
		{!x.PreviousUntil.IsZero(), "password being changed"},
	} {
		if tag.on {
			row.Tags = append(row.Tags, components.Tag{Text: tag.text})
		}
	}
	if !x.Password && x.CertificateUse != "alone" {
		row.Tags = append(row.Tags, components.Tag{Text: "no password set", Tone: components.Caution})
	}
	return row
}

func clientStatus(x setup.ClientView) components.Status {
	if x.Disabled {
		return components.StatusOf("Disabled")
	}
	return components.StatusOf("Enabled")
}

func signInWords(x setup.ClientView) string {
	if x.CertificateUse == "alone" {
		return "certificate, " + signInMethod(x.Auth)
	}
	return signInMethod(x.Auth)
}

func signInMethod(auth string) string {
	switch auth {
	case "basic":
		return "password"
	case "oauth2":
		return "token"
	}
	return "password or token"
}

func certificateWords(use string) string {
	switch use {
	case "also":
		return "required as well"
	case "alone":
		return "enough alone"
	}
	return ""
}

func fromWords(x setup.ClientView) string {
	if len(x.Addresses) == 0 {
		return "anywhere"
	}
	return components.Plural(len(x.Addresses), "network", "networks")
}

func rateWords(x setup.ClientView) string {
	if x.Rate == nil || *x.Rate == 0 {
		return "no limit"
	}
	text := components.Number(*x.Rate) + "/s"
	if x.Burst != nil {
		text += ", burst " + components.Number(*x.Burst)
	}
	return text
}

func clientsSentence(list []setup.ClientView) components.Sentence {
	off, silent := 0, 0
	for _, x := range list {
		if x.Disabled {
			off++
		} else if !x.Password && x.CertificateUse != "alone" {
			silent++
		}
	}
	if len(list) == 0 {
		return components.Say("", "Nobody may call the channel API", ".")
	}
	rest := "."
	if off > 0 {
		rest += " " + components.Plural(off, "is disabled", "are disabled") + "."
	}
	if silent > 0 {
		rest += " " + components.Plural(silent, "has no password yet and cannot", "have no password yet and cannot") + " sign in."
	}
	return components.Say("", components.Number(len(list)-off)+" of "+components.Plural(len(list), "client", "clients")+" may call the channel API", rest)
}

// showClient shows one client: how it signs in, from where, and within which limits.
func (a *App) showClient(c *fiber.Ctx) error {
	id, err := ownIDParam(c, "client", "client")
	if err != nil {
		return err
	}
	page := a.page(c)
	x, err := a.Config.Client(c.UserContext(), id, clientScope(operator(c)))
	if err != nil {
		return err
	}
	props := pages.ClientProps{
		Name: x.Name, Lede: clientSentence(x, page.Viewer), Notices: clientNotices(x, page.Viewer), Identity: clientIdentity(x, page.Viewer), SignIn: clientSignIn(x, page.Viewer),
		Limits: clientLimits(x), Networks: x.Addresses,
		Links: []components.Link{{Text: "Its transactions", Href: "/transactions?client=" + url.QueryEscape(x.ID)}},
	}
	if x.Merchants > 0 {
		props.Links = append(props.Links, components.Link{Text: "Its sellers", Href: "/config/finance"})
	}
	for _, pin := range x.Pins {
		props.Certificates = append(props.Certificates, pages.CertificateRow{
			Name: pin.Name, Fingerprint: pin.Fingerprint, NotAfter: pin.NotAfter, Added: pin.AddedAt, Status: pinStatus(pin, page.Now),
		})
	}
	return render(c, pages.ClientPage(page, props))
}

func pinStatus(pin setup.Pin, now time.Time) components.Status {
	switch left := pin.NotAfter.Sub(now); {
	case left <= 0:
		return components.StatusOf("Expired")
	case left < endsSoon:
		return components.StatusOf("Ends soon")
	}
	return components.StatusOf("Valid")
}

func clientSentence(x setup.ClientView, v components.Viewer) components.Sentence {
	if x.Disabled {
		return components.Say("", "Disabled", ": every call is refused with 401, and its access tokens are worthless.")
	}
	seen := "no request within the last hour."
	if !x.LastSeen.IsZero() {
		seen = "last request at " + v.Clock(x.LastSeen) + "."
	}
	return components.Say("", "Enabled", ", "+x.Mode+" messaging; "+seen)
}

func clientNotices(x setup.ClientView, v components.Viewer) []components.Notice {
	var list []components.Notice
	if !x.Password && x.CertificateUse != "alone" {
		list = append(list, components.Notice{
			Tone: components.Caution, Title: "No password is set, so it cannot sign in.", Text: "Set one on the shell of the server: console client rotate --id " + x.ID + " --password-stdin",
		})
	}
	if !x.PreviousUntil.IsZero() {
		list = append(list, components.Notice{Tone: components.Moving, Title: "Its password is being changed.", Text: "The one before is valid until " + v.Full(x.PreviousUntil) + "."})
	}
	live := 0
	for _, pin := range x.Pins {
		if pinStatus(pin, v.Now).Word != "Expired" {
			live++
		}
	}
	if x.CertificateUse != "none" && x.CertificateUse != "" && live == 0 {
		list = append(list, components.Notice{Tone: components.Danger, Title: "It must show a certificate, but none that is pinned is valid.", Text: "Every call is refused until one is pinned."})
	}
	return list
}

func clientIdentity(x setup.ClientView, v components.Viewer) []components.Fact {
	return []components.Fact{
		{Label: "Id", ID: x.ID, What: "client id", Note: "user name of its sign-in"},
		{Label: "State", Status: clientStatus(x)},
		{Label: "Messaging", Text: x.Mode, Note: either(x.Mode == "single", "final with the answer", "confirmed or reversed afterwards")},
		{Label: "Added", Text: shownDay(v, x.CreatedAt)},
		{Label: "Last change", Text: shownDay(v, x.UpdatedAt)},
	}
}

func clientSignIn(x setup.ClientView, v components.Viewer) []components.Fact {
	facts := []components.Fact{
		{Label: "With", Text: signInWords(x)},
		{Label: "Password", Text: either(x.Password, "set", "none"), Note: "stored as a hash; never shown"},
		{Label: "Certificate", Text: orWord(certificateWords(x.CertificateUse), "not looked at")},
		{Label: "From", Text: fromWords(x)},
	}
	if !x.PreviousUntil.IsZero() {
		facts = append(facts, components.Fact{Label: "Password before", Text: "valid until " + v.Clock(x.PreviousUntil)})
	}
	return facts
}

func clientLimits(x setup.ClientView) []components.Fact {
	return []components.Fact{
		{Label: "Calls", Text: rateWords(x)},
		{Label: "Calls at once", Text: either(x.MaxInFlight == 0, "no limit", components.Number(x.MaxInFlight)), Note: "on each node"},
		{Label: "Settlement", Text: either(x.SettleRequiresConfirmation, "only what it confirmed itself", "what is final")},
		{Label: "Used ids", Text: either(x.StrictIDs, "refused for ever", "free again after a decline or reversal")},
	}
}
