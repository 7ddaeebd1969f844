package postgres

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// clauses collects conditions; values travel as parameters only.
type clauses struct {
	near  []string // the range, and what leaves few of it
	parts []string // all others
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

// nearby adds a condition that an index answers well, however wide the range.
func (c *clauses) nearby(sql string) { c.near = append(c.near, sql) }

// and gives the values of the conditions with one more.
func (c *clauses) and(name string, value any) pgx.NamedArgs {
	args := maps.Clone(c.args)
	args[name] = value
	return args
}

func (c *clauses) where() string { return where(slices.Concat(c.near, c.parts)) }

func where(conditions []string) string {
	if len(conditions) == 0 {
		return ""
	}
	return " where " + strings.Join(conditions, " and ")
}

// answerLag is how long after its request an answer is still looked for when the range is tested against answers: far
// above any client's deadline, and short enough that the index on the time of receipt serves.
const answerLag = time.Hour

// transactionClauses turns a filter into conditions on transactions t.
func transactionClauses(f *transactions.Filter, l transactions.Limits) clauses {
	c := limited(l)
	rangeClauses(&c, f)
	if f.Reference.Given() {
		referenceClause(&c, f.Reference)
	}
	c.with(f.Scope != nil, "t.client_id = any(@scope)", "scope", f.Scope)
	c.with(len(f.Services) > 0, "t.service = any(@services)", "services", texts(f.Services))
	c.with(len(f.Operations) > 0, "t.operation = any(@operations)", "operations", texts(f.Operations))
	c.with(len(f.Providers) > 0, "t.provider_id = any(@providers)", "providers", f.Providers)
	c.with(len(f.Clients) > 0, "t.client_id = any(@clients)", "clients", f.Clients)
	c.with(len(f.Errors) > 0, "t.error_type = any(@errors)", "errors", f.Errors)
	c.with(f.Product != "", "t.product_id = @product", "product", f.Product)
	c.with(f.Terminal != "", "t.terminal_id = @terminal", "terminal", f.Terminal)
	c.with(f.Min != nil, amountSQL+" >= @min", "min", f.Min)
	c.with(f.Max != nil, amountSQL+" <= @max", "max", f.Max)
	if f.Doubtful {
		c.nearby("t.closed_at is null")
		c.add(true, doubtSQL)
	}
	c.add(f.Outstanding, outstandingSQL)
	if len(f.Statuses) > 0 {
		if sql, few := narrowed(f.Statuses); few {
			c.nearby(sql)
		} else {
			c.add(sql != "", sql)
		}
		c.with(true, "("+statusSQL+") = any(@statuses)", "statuses", texts(f.Statuses))
	}
	return c
}

// mostReferred bounds how many transactions a hashed reference leads to, the newest: some cards and phones are used by testers.
const mostReferred = 1000

// referredSQL has one branch for each kind of reference, so that each is one index look-up whatever is asked for.
const referredSQL = `select id from transactions where request_id = @message and @message <> ''
  union select transaction_id from advices where advice_id = @advice and @advice <> '' and transaction_id is not null
  union select id from transactions where id = @record
  union (select transaction_id from search_terms where value_hash = any(@hashes) order by began_at desc limit @referred)`

// referenceClause keeps what a reference leads to. An array is read once, so that each transaction is reached by its id.
func referenceClause(c *clauses, ref transactions.Reference) {
	id, _ := ref.UUID()
	c.args["message"] = either(ref.Clear(transactions.RefMessage), ref.Value)
	c.args["advice"] = either(ref.Clear(transactions.RefAdvice), ref.Value)
	c.args["record"] = either(ref.Clear(transactions.RefTransaction), id)
	c.args["hashes"], c.args["referred"] = ref.Hashes, mostReferred
	c.nearby("t.id = any(array(" + referredSQL + "))")
}

func either[T any](yes bool, value T) (none T) {
	if yes {
		return value
	}
	return none
}

func rangeClauses(c *clauses, f *transactions.Filter) {
	c.args["from"], c.args["to"] = f.From.UTC(), f.To.UTC()
	answered := "t.responded_at >= @from"
	if !f.To.IsZero() {
		answered += " and t.responded_at < @to"
		c.nearby("t.received_at < @to")
	}
	if f.Basis == transactions.ByReceived {
		c.nearby("t.received_at >= @from")
		return
	}
	c.args["earliest"] = f.From.Add(-answerLag).UTC()
	c.nearby("t.received_at >= @earliest")
	if f.Basis == transactions.ByResponded {
		c.nearby(answered)
		return
	}
	c.nearby("(t.received_at >= @from or " + answered + ")")
}

// narrowed is a cheap condition that every transaction with one of the statuses meets, for an index to work on; few tells that
// hardly any other transaction meets it. Empty: there is none.
func narrowed(statuses []transactions.Status) (sql string, few bool) {
	var kinds []string
	add := func(sql string) {
		if !slices.Contains(kinds, sql) {
			kinds = append(kinds, sql)
		}
	}
	few = true
	for _, s := range statuses {
		switch {
		case s == transactions.ActionNeeded:
			add("t.closed_at is null")
			add("t.recon_required")
			add("t.id = any (array" + strings.TrimPrefix(stuckSQL, "t.id in ") + ")")
		case s.OpenOnly():
			add("t.closed_at is null")
		case s == transactions.StatusReversed:
			add("t.final = 'REVERSED'")
			few = false
		case s == transactions.StatusDeclined, s == transactions.StatusRejected:
			add("t.final = 'DECLINED'")
			few = false
		default:
			return "", false
		}
	}
	return "(" + strings.Join(kinds, " or ") + ")", few
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
