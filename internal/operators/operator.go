package operators

import (
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// State is the state of an account.
type State string

// The account's states. INVITED becomes ACTIVE by enrolment, both become DISABLED; nothing leaves DISABLED.
const (
	Invited  State = "INVITED"  // waits for its enrolment link to be used
	Active   State = "ACTIVE"   // may sign in
	Disabled State = "DISABLED" // may not; its sessions were ended
)

// Operator is a person's account. PersonID is the same for all accounts of one human being: four-eyes
// holds by person (guarantees.md C2).
type Operator struct {
	ID       uuid.UUID
	PersonID uuid.UUID
	Name     string
	Mail     string // as NormalMail gives it
	State    State
	Grants   Grants
}

// Can tells whether the operator may do the action without a second person.
func (o Operator) Can(p Permission) bool { return Can(o.Grants, p) }

// Account is what sign-in needs of an operator; PasswordHash is empty before enrolment.
type Account struct {
	Operator
	PasswordHash string
}

// Session is one signed-in browser. Its token exists in clear only in the browser's cookie.
type Session struct {
	ID        uuid.UUID
	Operator  Operator
	CreatedAt time.Time
	// StepUpAt is the moment of the last second factor; nil until second factors exist.
	StepUpAt *time.Time
}

const maxNameRunes = 120

// NormalMail gives the one form in which mail addresses are kept and compared: trimmed and in lower case.
// The error is Invalid and names the field "mail".
func NormalMail(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	addr, err := mail.ParseAddress(s)
	if err != nil || addr.Address != s || len(s) > 254 {
		return "", apperr.Field("mail", "this is not a mail address")
	}
	return s, nil
}

func checkName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > maxNameRunes {
		return "", apperr.Field("name", "a name of 1 to %d characters is needed", maxNameRunes)
	}
	return name, nil
}
