package sandbox

import "github.com/signalboxhq/signalbox/internal/operators"

// Person is a demo operator of the console, with one grant.
type Person struct {
	Name string
	Mail string
	Role operators.Role
	Half operators.Half
}

// People gives one demo person for each role, and those who approve what finance and operators ask for: nobody holds
// both halves of a column (guarantees.md C2).
func People() []Person {
	return []Person{
		{"Vusi Dube", "viewer@sandbox.example", operators.Viewer, operators.Request},
		{"Sipho Maseko", "support@sandbox.example", operators.Support, operators.Request},
		{"Fatima Jacobs", "finance@sandbox.example", operators.Finance, operators.Request},
		{"Olivia van Wyk", "operator@sandbox.example", operators.OperatorRole, operators.Request},
		{"Anton Pillay", "admin@sandbox.example", operators.Admin, operators.Request},
		{"Ayanda Nkosi", "auditor@sandbox.example", operators.Auditor, operators.Request},
		{"Farouk Naidoo", "finance-approver@sandbox.example", operators.Finance, operators.Approve},
		{"Oupa Khumalo", "operator-approver@sandbox.example", operators.OperatorRole, operators.Approve},
	}
}
