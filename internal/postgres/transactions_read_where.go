package postgres

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// clauses collects conditions; values travel as parameters only.
type clauses struct {
	parts []string
	args  pgx.NamedArgs
}

// limited starts a set of conditions that may ask for ages.
func limited(l transactions.Limits) clauses {
	return clauses{args: pgx.NamedArgs{"unknown_age": l.UnknownMaxAge.Seconds(), "decision_age": l.DecisionMaxAge.Seconds()}}
}

func (c *clauses) add(wanted bool, sql string) {
	if wanted {
		c.parts = append(c.parts, sql)
	}
}

func (c *clauses) with(wanted bool, sql, name string, value any) {
	if wanted {
		c.parts, c.args[name] = append(c.parts, sql), value
	}
}

func (c *clauses) where() string {
	if len(c.parts) == 0 {
		return ""
	}
	return " where " + strings.Join(c.parts, " and ")
}

// answerLag is how long after its request an answer is still looked for when the range is tested against answers: far
// above any client's deadline, and short enough that the index on the time of receipt serves.
const answerLag = time.Hour

// transactionClauses turns a filter into conditions on transactions t. ids are what a reference led to.
func transactionClauses(f *transactions.Filter, l transactions.Limits, ids []uuid.UUID) clauses {
	c := limited(l)
	rangeClauses(&c, f)
	c.with(f.Scope != nil, "t.client_id = any(@scope)", "scope", f.Scope)
	c.with(f.Reference.Given(), "t.id = any(@ids)", "ids", ids)
	c.with(len(f.Services) > 0, "t.service = any(@services)", "services", texts(f.Services))
	c.with(len(f.Operations) > 0, "t.operation = any(@operations)", "operations", texts(f.Operations))
	c.with(len(f.Providers) > 0, "t.provider_id = any(@providers)", "providers", f.Providers)
	c.with(len(f.Clients) > 0, "t.client_id = any(@clients)", "clients", f.Clients)
	c.with(len(f.Errors) > 0, "t.error_type = any(@errors)", "errors", f.Errors)
	c.with(f.Product != "", "t.product_id = @product", "product", f.Product)
	c.with(f.Terminal != "", "t.terminal_id = @terminal", "terminal", f.Terminal)
	c.with(f.Min != nil, amountSQL+" >= @min", "min", f.Min)
	c.with(f.Max != nil, amountSQL+" <= @max", "max", f.Max)
	c.add(f.Doubtful, doubtSQL)
	c.add(f.Outstanding, outstandingSQL)
	if len(f.Statuses) > 0 {
		c.add(true, narrowed(f.Statuses))
		c.with(true, "("+statusSQL+") = any(@statuses)", "statuses", texts(f.Statuses))
	}
	return c
}

func rangeClauses(c *clauses, f *transactions.Filter) {
	c.args["from"], c.args["to"] = f.From.UTC(), f.To.UTC()
	answered := "t.responded_at >= @from"
	if !f.To.IsZero() {
		answered += " and t.responded_at < @to"
		c.add(true, "t.received_at < @to")
	}
	if f.Basis == transactions.ByReceived {
		c.add(true, "t.received_at >= @from")
		return
	}
	c.with(true, "t.received_at >= @earliest", "earliest", f.From.Add(-answerLag).UTC())
	if f.Basis == transactions.ByResponded {
		c.add(true, answered)
		return
	}
	c.add(true, "(t.received_at >= @from or "+answered+")")
}

// narrowed is a cheap condition that every transaction with one of the statuses meets, for the index to work on.
func narrowed(statuses []transactions.Status) string {
	needs := false
	for _, s := range statuses {
		switch {
		case s == transactions.ActionNeeded:
			needs = true
		case !s.OpenOnly():
			return "true"
		}
	}
	if needs {
		return "(t.closed_at is null or t.recon_required or " + stuckSQL + ")"
	}
	return "t.closed_at is null"
}

// tombstoneClauses turns a filter into conditions on tombstones s.
func tombstoneClauses(f *transactions.Filter) clauses {
	c := clauses{args: pgx.NamedArgs{}}
	c.with(true, "s.created_at >= @from", "from", f.From.UTC())
	c.with(!f.To.IsZero(), "s.created_at < @to", "to", f.To.UTC())
	c.with(f.Scope != nil, "s.client_id = any(@scope)", "scope", f.Scope)
	c.with(len(f.Services) > 0, "s.service = any(@services)", "services", texts(f.Services))
	c.with(len(f.Operations) > 0, "s.operation = any(@operations)", "operations", texts(f.Operations))
	c.with(len(f.Clients) > 0, "s.client_id = any(@clients)", "clients", f.Clients)
	if r := f.Reference; r.Given() {
		c.args["ref"] = r.Value
		switch {
		case r.Value != "" && r.Kind == transactions.RefAny:
			c.add(true, "(s.request_id = @ref or s.advice_id = @ref)")
		case r.Clear(transactions.RefMessage):
			c.add(true, "s.request_id = @ref")
		case r.Clear(transactions.RefAdvice):
			c.add(true, "s.advice_id = @ref")
		default:
			c.add(true, "false")
		}
	}
	c.add(true, `not exists (select 1 from transactions x where x.request_id = s.request_id and x.client_id = s.client_id
    and x.service = s.service and x.operation = s.operation)`)
	return c
}
