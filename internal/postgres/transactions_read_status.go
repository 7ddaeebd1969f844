package postgres

import (
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
	openSaleSQL = `(t.mode = 'DUAL' and t.outcome = 'SUCCESS' and t.decision is null and t.final is null)`
	needsSQL    = `(` + stuckSQL + ` or ` + breakOpenSQL + `
    or t.outcome = 'UNKNOWN' and t.decision is null and t.final is null and t.received_at < now() - make_interval(secs => @unknown_age)
    or ` + openSaleSQL + ` and t.received_at < now() - make_interval(secs => @decision_age))`
	doubtSQL = `(t.closed_at is null and t.final is null and (t.outcome = 'UNKNOWN'
    or ` + openSaleSQL + ` and t.received_at < now() - make_interval(secs => @decision_age)))`
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

var statusSQL = `case when ` + needsSQL + ` then ` + quoted(transactions.ActionNeeded) + `
    when t.outcome = 'UNKNOWN' and t.decision is null and t.final is null then ` + quoted(transactions.StatusInDoubt) + `
    when t.final = 'REVERSED' then ` + quoted(transactions.StatusReversed) + `
    when t.decision = 'REVERSE' and t.final is null then ` + quoted(transactions.StatusReversing) + `
    when t.final in ('CONFIRMED', 'COMPLETED') or t.mode = 'SINGLE' and t.outcome = 'SUCCESS' and t.decision is null then ` + quoted(transactions.StatusCompleted) + `
    when t.decision = 'CONFIRM' and t.final is null then ` + quoted(transactions.StatusConfirming) + `
    when ` + openSaleSQL + ` then ` + quoted(transactions.AwaitingConfirmation) + `
    when t.final = 'DECLINED' and t.declined_by = 'SWITCH' then ` + quoted(transactions.StatusRejected) + `
    when t.final = 'DECLINED' then ` + quoted(transactions.StatusDeclined) + `
    else ` + quoted(transactions.InProgress) + ` end`

// quoted writes a status of ours as a literal.
func quoted(s transactions.Status) string {
	return "'" + strings.ReplaceAll(string(s), "'", "''") + "'"
}
