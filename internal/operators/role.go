// Package operators owns the people who use the console: their accounts, roles and rights, sign-in,
// sessions, one-time links, and the audit chain that records what they did (guarantees.md C2, C3, C5).
//
// The package holds rules and no I/O: the store it needs is declared in store.go and every age, lock
// and expiry is judged by the database's clock (guarantees.md A5).
package operators

import (
	"slices"
	"strings"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Role is one column of the rights table (guarantees.md C2). "Role operator" is not the same thing as
// an operator: every person with an account is an operator.
type Role string

// The six roles; they are fixed, only grants of them change.
const (
	Viewer       Role = "viewer"
	Support      Role = "support"
	Finance      Role = "finance"
	OperatorRole Role = "operator"
	Admin        Role = "admin"
	Auditor      Role = "auditor"
)

// Roles gives all roles in the order of the rights table.
func Roles() []Role {
	return []Role{Viewer, Support, Finance, OperatorRole, Admin, Auditor}
}

// HasApproveHalf tells whether the role's column holds an action that needs a second person.
func (r Role) HasApproveHalf() bool {
	return r == Support || r == Finance || r == OperatorRole || r == Admin
}

// Half says which side of four-eyes a grant gives: asking for an action or approving it.
type Half string

// The halves of a role's column. A person holds one half of a column, never both.
const (
	Request Half = "REQUEST"
	Approve Half = "APPROVE"
)

// Grant gives one half of one role to an operator.
type Grant struct {
	Role Role
	Half Half
}

// String writes the grant as people do: "finance", or "finance:approve" for the approving half.
func (g Grant) String() string {
	if g.Half == Approve {
		return string(g.Role) + ":approve"
	}
	return string(g.Role)
}

// ParseGrant reads what String writes. The error is Invalid and names the field "role".
func ParseGrant(s string) (Grant, error) {
	name, half, found := strings.Cut(strings.TrimSpace(s), ":")
	g := Grant{Role: Role(name), Half: Request}
	if !slices.Contains(Roles(), g.Role) {
		return Grant{}, apperr.Field("role", "unknown role %q: use one of %s", name, roleList())
	}
	if !found {
		return g, nil
	}
	g.Half = Approve
	if half != "approve" || !g.Role.HasApproveHalf() {
		return Grant{}, apperr.Field("role", "role %s has no %q half: only support, finance, operator and admin can be followed by :approve", name, half)
	}
	return g, nil
}

// Grants are all grants of one person.
type Grants []Grant

// String lists the grants, comma separated.
func (gs Grants) String() string {
	out := make([]string, len(gs))
	for i, g := range gs {
		out[i] = g.String()
	}
	return strings.Join(out, ", ")
}

// Validate refuses an unknown grant, a repeated one, and both halves of one column in one hand.
func (gs Grants) Validate() error {
	if len(gs) == 0 {
		return apperr.Field("role", "at least one role is needed: one of %s", roleList())
	}
	seen := map[Role]Half{}
	for _, g := range gs {
		if _, err := ParseGrant(g.String()); err != nil {
			return err
		}
		if g.Half != Request && g.Half != Approve {
			return apperr.Field("role", "unknown half %q of role %s", g.Half, g.Role)
		}
		held, repeated := seen[g.Role]
		if repeated && held != g.Half {
			return apperr.Field("role", "nobody holds both halves of role %s", g.Role)
		}
		if repeated {
			return apperr.Field("role", "role %s is given twice", g)
		}
		seen[g.Role] = g.Half
	}
	return nil
}

func roleList() string {
	names := make([]string, 0, len(Roles()))
	for _, r := range Roles() {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}
