package postgres

import (
	"slices"
	"strings"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// The display status as SQL, rule by rule as in transactions.Transaction.Status; TestStatusAgrees holds both to the same
// answer. now() is the start of the reading transaction. Parameters: @unknown_age and @decision_age, in seconds.
const (
	// stuckSQL reads the few parked and refused entries once, by their own index.
	stuckSQL = `t.id in (select s.transaction_id from saf_entries s where s.stuck and s.resolved_by is null)`
	// breakOpenSQL: neither a cycle nor a comparison nor a person has settled the difference.
	breakOpenSQL = `(t.recon_required
    and not exists (select 1 from settlement_lines l where l.transaction_id = t.id and l.kind = 'PRINCIPAL')
    and not exists (select 1 from recon_items_current i where i.transaction_id = t.id and (i.recon_status = 'MATCHED' or i.resolution <> 'NONE')))`
	openUnknownSQL = `(t.outcome = 'UNKNOWN' and t.decision is null and t.final is null)`
	openSaleSQL    = `(t.mode = 'DUAL' and t.outcome = 'SUCCESS' and t.decision is null and t.final is null)`
	// soleSaleSQL succeeds with its answer, whatever it ended as.
	soleSaleSQL = `(t.mode = 'SINGLE' and t.outcome = 'SUCCESS' and t.decision is null)`
	// From these moments on, a request without outcome and a sale without decision are too young to need a person.
	youngUnknownSQL = `t.received_at >= now() - make_interval(secs => @unknown_age)`
	youngSaleSQL    = `t.received_at >= now() - make_interval(secs => @decision_age)`

	needsSQL = `(` + breakOpenSQL + ` or ` + openUnknownSQL + ` and not ` + youngUnknownSQL + `
    or ` + openSaleSQL + ` and not ` + youngSaleSQL + ` or ` + stuckSQL + `)`
	doubtSQL = `(t.closed_at is null and t.final is null and (t.outcome = 'UNKNOWN' or ` + openSaleSQL + ` and not ` + youngSaleSQL + `))`
	// outstandingSQL counts every kind of stored message; each state is read by its own index.
	outstandingSQL = `t.id in (select s.transaction_id from saf_entries s where s.live or s.stuck and s.resolved_by is null)`
	amountSQL      = `coalesce(t.final_amount_minor, t.approved_amount_minor, t.request_amount_minor)`
)

// informationalSQL is transactions.Operation.Informational.
var informationalSQL = func() string {
	var list []string
	for _, o := range transactions.Operations() {
		if o.Informational() {
			list = append(list, "'"+string(o)+"'")
		}
	}
	return "t.operation in (" + strings.Join(list, ", ") + ")"
}()

// statusRules has for each status but ActionNeeded the condition that, of the transactions which need no person, exactly those
// with the status meet. A search for one of them evaluates nothing of the others.
var statusRules = []struct {
	status transactions.Status
	sql    string
}{
	{transactions.StatusInDoubt, openUnknownSQL + ` and ` + youngUnknownSQL},
	{transactions.StatusReversed, `t.final = 'REVERSED'`},
	{transactions.StatusReversing, `t.decision = 'REVERSE' and t.final is null`},
	{transactions.StatusCompleted, `(t.final in ('CONFIRMED', 'COMPLETED') or ` + soleSaleSQL + ` and t.final is distinct from 'REVERSED')`},
	{transactions.StatusConfirming, `t.decision = 'CONFIRM' and t.final is null`},
	{transactions.AwaitingConfirmation, openSaleSQL + ` and ` + youngSaleSQL},
	{transactions.StatusRejected, `t.final = 'DECLINED' and t.declined_by = 'SWITCH' and not ` + soleSaleSQL},
	{transactions.StatusDeclined, `t.final = 'DECLINED' and t.declined_by is distinct from 'SWITCH' and not ` + soleSaleSQL},
	{transactions.InProgress, `t.outcome in ('PENDING', 'FAILED') and t.decision is null and t.final is null`},
}

// statusSQL gives the status of a transaction.
var statusSQL = func() string {
	var b strings.Builder
	b.WriteString("case when " + needsSQL + " then " + quoted(transactions.ActionNeeded))
	for _, r := range statusRules {
		b.WriteString("\n    when " + r.sql + " then " + quoted(r.status))
	}
	return b.String() + " end"
}()

// hasStatus is the condition that a transaction has one of the statuses, which are at least one. What is dear stands last, and a
// case keeps it there: the planner would test the stored messages of every transaction first.
func hasStatus(statuses []transactions.Status) string {
	var rules []string
	for _, r := range statusRules {
		if slices.Contains(statuses, r.status) {
			rules = append(rules, r.sql)
		}
	}
	if slices.Contains(statuses, transactions.ActionNeeded) {
		return "(" + strings.Join(append(rules, needsSQL), " or ") + ")"
	}
	return "case when (" + strings.Join(rules, " or ") + ") then not " + breakOpenSQL + " and not " + stuckSQL + " else false end"
}

// quoted writes a status of ours as a literal.
func quoted(s transactions.Status) string {
	return "'" + strings.ReplaceAll(string(s), "'", "''") + "'"
}
