// Package layouts holds the frame around every page: the shell of the console and the bare frame of sign-in and errors.
package layouts

import (
	"github.com/signalboxhq/signalbox/web/templates/components"
)

// Mode tells how real the money is. Every page shows it in the line at the top, the plate, the title and the footer.
type Mode string

// The modes of design.md section 5: the more solid the line, the more real the money.
const (
	Sandbox    Mode = "sandbox"
	Test       Mode = "test"
	Production Mode = "production"
)

// Word is the mode as the plate shows it.
func (m Mode) Word() string {
	switch m {
	case Sandbox:
		return "Sandbox"
	case Test:
		return "Test"
	}
	return "Production"
}

// Page is what every page of one request needs besides its own values.
type Page struct {
	components.Viewer // zone and moment

	Title    string // of the window; pages set it, a handler may set another
	Mode     Mode
	ModeNote string // "simulated providers, invented people, no money moves"; none in production
	FootNote string // "seed 7"
	User     string // full name
	Role     string // "operator", "finance:approve"
	CSRF     string // token for every form
	Nav      []NavGroup
	Flash    []components.Notice
	Path     string // of the request, without query
}

// Titled gives the page with a window title, unless the handler chose one.
func (p Page) Titled(title string) Page {
	if p.Title == "" {
		p.Title = title
	}
	return p
}

// WindowTitle is the text of <title>: "Transactions · Signalbox sandbox". Production adds no word.
func (p Page) WindowTitle() string {
	name := p.ModeName()
	if p.Title == "" {
		return name
	}
	return p.Title + " · " + name
}

// ModeName is the name of the program with its mode: "Signalbox sandbox".
func (p Page) ModeName() string {
	if p.Mode == Production || p.Mode == "" {
		return "Signalbox"
	}
	return "Signalbox " + string(p.Mode)
}

func (p Page) mode() string {
	if p.Mode == "" {
		return string(Production)
	}
	return string(p.Mode)
}

// doorText is the footer of the bare frame.
func (p Page) doorText() string {
	if p.ModeNote == "" {
		return p.footText() + "."
	}
	return p.footText() + ": " + p.ModeNote + "."
}

func (p Page) footText() string {
	text := p.ModeName()
	if p.FootNote != "" {
		text += ", " + p.FootNote
	}
	return text
}
