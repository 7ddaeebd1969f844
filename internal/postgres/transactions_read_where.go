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
	// few tells that near leaves no more than a small index holds, so that nothing needs to be counted to know how rare they are.
	few bool
	// led tells that only what a reference leads to is looked for, see ledTo.
	led bool
	// sorted is how many of parts an index answers in the order of the list.
	sorted int
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

// among keeps what has one of the values. One value is asked for as such: an array, even of one, hides from the planner the order
// that an index has behind the value.
func among[T ~string](c *clauses, column, name string, values []T) {
	if len(values) == 1 {
		c.with(true, column+" = @"+name, name, string(values[0]))
		return
	}
	c.with(len(values) > 0, column+" = any(@"+name+")", name, texts(values))
}

// amongSorted is among for a column by which an index has the list in order for each value.
func amongSorted(c *clauses, column, name string, values []string) {
	among(c, column, name, values)
	if len(values) == 1 {
		c.sorted++
	}
}

// nearby adds a condition that an index answers well, however wide the range.
func (c *clauses) nearby(sql string) { c.near = append(c.near, sql) }

// onlyFew is nearby for a condition of which hardly any transaction is left.
func (c *clauses) onlyFew(sql string) {
	c.nearby(sql)
	c.few = true
}

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
	referenceClauses(&c, f.Reference)
	c.with(f.Scope != nil, "t.client_id = any(@scope)", "scope", f.Scope)
	among(&c, "t.service", "services", f.Services)
	among(&c, "t.operation", "operations", f.Operations)
	amongSorted(&c, "t.provider_id", "providers", f.Providers)
	among(&c, "t.client_id", "clients", f.Clients)
	amongSorted(&c, "t.error_type", "errors", f.Errors)
	c.with(f.Product != "", "t.product_id = @product", "product", f.Product)
	c.with(f.Terminal != "", "t.terminal_id = @terminal", "terminal", f.Terminal)
	c.with(f.Min != nil, amountSQL+" >= @min", "min", f.Min)
	c.with(f.Max != nil, amountSQL+" <= @max", "max", f.Max)
	if f.Doubtful {
		c.onlyFew("t.closed_at is null")
		c.add(true, doubtSQL)
	}
	c.add(f.Outstanding, outstandingSQL)
	if len(f.Statuses) > 0 {
		statusClauses(&c, f.Statuses)
	}
	return c
}

func rangeClauses(c *clauses, f *transactions.Filter) {
	c.args["from"], c.args["to"] = f.From.UTC(), f.To.UTC()
	answered := "t.responded_at >= @from"
	if !f.To.IsZero() {
		answered += " and t.responded_at < @to"
		c.nearby("t.received_at < @to")
	}
	if f.Basis == transactions.ByReceived {
		c.args["earliest"] = c.args["from"]
		c.nearby("t.received_at >= @from")
		return
	}
	c.args["earliest"] = f.From.Add(-answerLag).UTC() // no transaction that is looked for came before
	c.nearby("t.received_at >= @earliest")
	if f.Basis == transactions.ByResponded {
		c.nearby(answered)
		return
	}
	c.nearby("(t.received_at >= @from or " + answered + ")")
}

// statusClauses keeps transactions with one of the statuses, and tells which small indexes hold all of them, if any do.
func statusClauses(c *clauses, statuses []transactions.Status) {
	ended := func(status transactions.Status) (final string) {
		switch status {
		case transactions.StatusReversed:
			return "REVERSED"
		case transactions.StatusDeclined, transactions.StatusRejected:
			return "DECLINED"
		}
		return ""
	}
	statuses = slices.DeleteFunc(slices.Clone(statuses), func(s transactions.Status) bool { return s == transactions.EarlyReversal })
	if len(statuses) == 0 { // no transaction is one
		c.add(true, "false")
		return
	}
	has, final, few := hasStatus(statuses), ended(statuses[0]), true
	var held []string
	for _, s := range statuses {
		switch {
		case s == transactions.ActionNeeded:
			held = append(held, "t.recon_required", "t.id = any (array"+strings.TrimPrefix(stuckSQL, "t.id in ")+")", "t.closed_at is null")
		case s.OpenOnly():
			held = append(held, "t.closed_at is null")
		default:
			few = false
		}
		if ended(s) != final {
			final = ""
		}
	}
	switch {
	case few:
		slices.Sort(held)
		c.onlyFew("(" + strings.Join(slices.Compact(held), " or ") + ")")
		c.add(true, has)
	case final != "": // an index on it has the order of the list
		c.with(true, "t.final = @final and "+has, "final", final)
		c.sorted++
	default:
		c.add(true, has)
	}
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
