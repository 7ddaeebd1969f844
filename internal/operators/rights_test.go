package operators_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
)

// rightsTable is console-and-finance.md 5.2 as printed there: viewer, support, finance, operator, admin, auditor.
const rightsTable = `
transaction.view     x x x x x x
dashboard.view       x x x x x x
alert.view           x x x x x x
trace.view           . x . x . x
voucher.reveal       . 2 . . . .
transaction.export   . x . x . x
note.write           . x . x . x
transaction.requery  . x x x . .
case.write           . x x x . .
transaction.reverse  . . 2 2 . .
transaction.resolve  . . 2 2 . .
voucher.adjust       . . 2 2 . .
saf.close            . . 2 2 . .
voucher.hold         . . . x . .
saf.view             x x . x x x
saf.replay           . . . x . .
saf.hold             . . . x . .
saf.replay.bulk      . . . 2 . .
saf.resend           . . . 2 . .
breaker.force        . . . 2 . .
finance.view         . . x . . x
finance.file.upload  . . x . . .
finance.resolve      . . x . . .
finance.cycle.release . . 2 . . .
finance.adjust       . . 2 . . .
finance.config.edit  . . 2 . . .
config.view          . . . x x x
routing.edit         . . . . 2 .
map.edit             . . . . 2 .
product.edit         . . . . 2 .
provider.edit        . . . . 2 .
client.manage        . . . . 2 .
alert.rule.edit      . . . . 2 .
setting.manage       . . . . 2 .
operator.view        . . . . x x
operator.manage      . . . . x .
session.revoke       . . . . x .
role.grant           . . . . 2 .
approval.view        x x x x x x
audit.view           . . . . x x
audit.export         . . . . . x
`

func TestRightsAreThePrintedTable(t *testing.T) {
	t.Parallel()
	words := map[string]operators.Right{".": operators.Denied, "2": operators.WithSecond, "x": operators.Alone}
	var printed []operators.Permission
	for line := range strings.Lines(strings.TrimSpace(rightsTable)) {
		fields := strings.Fields(line)
		permission := operators.Permission(fields[0])
		printed = append(printed, permission)
		require.Len(t, fields, 7, line)
		for i, role := range operators.Roles() {
			asks := operators.Grants{{Role: role, Half: operators.Request}}
			want := words[fields[i+1]]
			assert.Equal(t, want, operators.RightOf(asks, permission), "%s %s", role, permission)
			assert.Equal(t, want == operators.Alone, operators.Can(asks, permission), "%s %s", role, permission)

			approves := operators.Grants{{Role: role, Half: operators.Approve}}
			reads := want == operators.Alone && strings.HasSuffix(fields[0], ".view") && role.HasApproveHalf()
			assert.Equal(t, reads, operators.Can(approves, permission), "%s:approve only reads: %s", role, permission)
		}
	}
	assert.Equal(t, printed, operators.Permissions())
}

func TestSeveralGrantsGiveTheWidestRight(t *testing.T) {
	t.Parallel()
	desk := operators.Grants{{Role: operators.Support, Half: operators.Request}, {Role: operators.Finance, Half: operators.Approve}}
	assert.True(t, operators.Can(desk, operators.TraceView))
	assert.True(t, operators.Can(desk, operators.FinanceView))
	assert.False(t, operators.Can(desk, operators.FinanceResolve))
	assert.Equal(t, operators.WithSecond, operators.RightOf(desk, operators.VoucherReveal))
	assert.Equal(t, operators.Denied, operators.RightOf(desk, "no.such.right"))
	assert.Equal(t, operators.Denied, operators.RightOf(nil, operators.TransactionView))
}

func TestGrantsAreReadAndWritten(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"viewer", "support", "support:approve", "finance:approve", "operator:approve", "admin:approve", "auditor"} {
		g, err := operators.ParseGrant(text)
		require.NoError(t, err)
		assert.Equal(t, text, g.String())
	}
	for _, text := range []string{"", "root", "Viewer", "viewer:approve", "auditor:approve", "admin:", "admin:request", "admin:approve:approve"} {
		_, err := operators.ParseGrant(text)
		assert.Equal(t, "role", apperr.FieldOf(err), text)
	}
}

func TestGrantsOfOnePersonAreChecked(t *testing.T) {
	t.Parallel()
	request, approve := operators.Grant{Role: operators.Finance, Half: operators.Request}, operators.Grant{Role: operators.Finance, Half: operators.Approve}
	assert.NoError(t, operators.Grants{request, {Role: operators.Support, Half: operators.Approve}}.Validate())
	for name, bad := range map[string]operators.Grants{
		"none": {}, "both halves": {request, approve}, "twice": {request, request},
		"no such half": {{Role: operators.Finance, Half: "BOTH"}}, "no half to approve": {{Role: operators.Viewer, Half: operators.Approve}},
	} {
		assert.Equal(t, apperr.Invalid, apperr.CodeOf(bad.Validate()), name)
	}
}
