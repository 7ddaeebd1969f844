package operators

import "slices"

// Permission names one thing a person may do (console-and-finance.md 5.2).
type Permission string

// The permissions. Those of later work are listed too, so that the whole rights table is one piece of data.
const (
	TransactionView    Permission = "transaction.view"
	DashboardView      Permission = "dashboard.view"
	AlertView          Permission = "alert.view"
	TraceView          Permission = "trace.view"
	VoucherReveal      Permission = "voucher.reveal"
	TransactionExport  Permission = "transaction.export"
	NoteWrite          Permission = "note.write"
	TransactionRequery Permission = "transaction.requery"
	CaseWrite          Permission = "case.write"
	TransactionReverse Permission = "transaction.reverse"
	TransactionResolve Permission = "transaction.resolve"
	VoucherAdjust      Permission = "voucher.adjust"
	SAFClose           Permission = "saf.close"
	VoucherHold        Permission = "voucher.hold"
	SAFView            Permission = "saf.view"
	SAFReplay          Permission = "saf.replay"
	SAFHold            Permission = "saf.hold"
	SAFReplayBulk      Permission = "saf.replay.bulk"
	SAFResend          Permission = "saf.resend"
	BreakerForce       Permission = "breaker.force"
	FinanceView        Permission = "finance.view"
	FinanceFileUpload  Permission = "finance.file.upload"
	FinanceResolve     Permission = "finance.resolve"
	CycleRelease       Permission = "finance.cycle.release"
	FinanceAdjust      Permission = "finance.adjust"
	FinanceConfigEdit  Permission = "finance.config.edit"
	ConfigView         Permission = "config.view"
	RoutingEdit        Permission = "routing.edit"
	MapEdit            Permission = "map.edit"
	ProductEdit        Permission = "product.edit"
	ProviderEdit       Permission = "provider.edit"
	ClientManage       Permission = "client.manage"
	AlertRuleEdit      Permission = "alert.rule.edit"
	SettingManage      Permission = "setting.manage"
	OperatorView       Permission = "operator.view"
	OperatorManage     Permission = "operator.manage"
	SessionRevoke      Permission = "session.revoke"
	RoleGrant          Permission = "role.grant"
	ApprovalView       Permission = "approval.view"
	AuditView          Permission = "audit.view"
	AuditExport        Permission = "audit.export"
)

// Right says how far a grant reaches for one permission.
type Right int

// The rights, weakest first.
const (
	Denied     Right = iota
	WithSecond       // may be asked for; somebody with the approving half of the column decides
	Alone            // may be done at once
)

// rule is one line of the rights table. Every role in none of the lists is denied.
type rule struct {
	permission Permission
	// read marks what only looks: the approving half of a column reads what its column reads.
	read       bool
	alone      []Role
	withSecond []Role
}

// rules is the table of console-and-finance.md 5.2, line by line; the rights themselves are guarantees.md C2.
func rules() []rule {
	all := Roles()
	return []rule{
		{permission: TransactionView, read: true, alone: all},
		{permission: DashboardView, read: true, alone: all},
		{permission: AlertView, read: true, alone: all},
		{permission: TraceView, read: true, alone: []Role{Support, OperatorRole, Auditor}},
		{permission: VoucherReveal, withSecond: []Role{Support}},
		{permission: TransactionExport, alone: []Role{Support, OperatorRole, Auditor}},
		{permission: NoteWrite, alone: []Role{Support, OperatorRole, Auditor}},
		{permission: TransactionRequery, alone: []Role{Support, Finance, OperatorRole}},
		{permission: CaseWrite, alone: []Role{Support, Finance, OperatorRole}},
		{permission: TransactionReverse, withSecond: []Role{Finance, OperatorRole}},
		{permission: TransactionResolve, withSecond: []Role{Finance, OperatorRole}},
		{permission: VoucherAdjust, withSecond: []Role{Finance, OperatorRole}},
		{permission: SAFClose, withSecond: []Role{Finance, OperatorRole}},
		{permission: VoucherHold, alone: []Role{OperatorRole}},
		{permission: SAFView, read: true, alone: []Role{Viewer, Support, OperatorRole, Admin, Auditor}},
		{permission: SAFReplay, alone: []Role{OperatorRole}},
		{permission: SAFHold, alone: []Role{OperatorRole}},
		{permission: SAFReplayBulk, withSecond: []Role{OperatorRole}},
		{permission: SAFResend, withSecond: []Role{OperatorRole}},
		{permission: BreakerForce, withSecond: []Role{OperatorRole}},
		{permission: FinanceView, read: true, alone: []Role{Finance, Auditor}},
		{permission: FinanceFileUpload, alone: []Role{Finance}},
		{permission: FinanceResolve, alone: []Role{Finance}},
		{permission: CycleRelease, withSecond: []Role{Finance}},
		{permission: FinanceAdjust, withSecond: []Role{Finance}},
		{permission: FinanceConfigEdit, withSecond: []Role{Finance}},
		{permission: ConfigView, read: true, alone: []Role{OperatorRole, Admin, Auditor}},
		{permission: RoutingEdit, withSecond: []Role{Admin}},
		{permission: MapEdit, withSecond: []Role{Admin}},
		{permission: ProductEdit, withSecond: []Role{Admin}},
		{permission: ProviderEdit, withSecond: []Role{Admin}},
		{permission: ClientManage, withSecond: []Role{Admin}},
		{permission: AlertRuleEdit, withSecond: []Role{Admin}},
		{permission: SettingManage, withSecond: []Role{Admin}},
		{permission: OperatorView, read: true, alone: []Role{Admin, Auditor}},
		{permission: OperatorManage, alone: []Role{Admin}},
		{permission: SessionRevoke, alone: []Role{Admin}},
		{permission: RoleGrant, withSecond: []Role{Admin}},
		{permission: ApprovalView, read: true, alone: all},
		{permission: AuditView, read: true, alone: []Role{Admin, Auditor}},
		{permission: AuditExport, alone: []Role{Auditor}},
	}
}

// rightsTable is the table by permission and grant, worked out once and never written to.
var rightsTable = func() map[Permission]map[Grant]Right {
	table := map[Permission]map[Grant]Right{}
	for _, r := range rules() {
		line := map[Grant]Right{}
		for _, role := range r.withSecond {
			line[Grant{role, Request}] = WithSecond
		}
		for _, role := range r.alone {
			line[Grant{role, Request}] = Alone
			if r.read && role.HasApproveHalf() {
				line[Grant{role, Approve}] = Alone
			}
		}
		table[r.permission] = line
	}
	return table
}()

// RightOf gives the widest right any of the grants gives. An unknown permission is denied.
func RightOf(grants Grants, p Permission) Right {
	right := Denied
	for _, g := range grants {
		right = max(right, rightsTable[p][g])
	}
	return right
}

// Can tells whether the grants allow the action without a second person.
func Can(grants Grants, p Permission) bool { return RightOf(grants, p) == Alone }

// Permissions lists every permission of the table in its order.
func Permissions() []Permission {
	out := make([]Permission, 0, len(rightsTable))
	for _, r := range rules() {
		out = append(out, r.permission)
	}
	return slices.Clip(out)
}
