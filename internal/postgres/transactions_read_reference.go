package postgres

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// findReferred gives the page of a search by reference. A reference leads to few transactions whatever else is asked, so that
// everything is asked in one round trip.
func (r *Reader) findReferred(ctx context.Context, f *transactions.Filter) (monitoring.Found, error) {
	var found monitoring.Found
	var lines []monitoring.Line
	s := search{filter: f, clauses: transactionClauses(f, r.limits)}
	ask := func(b *pgx.Batch) {
		if f.EarlyReversals() {
			s.askStones(b)
		}
		if f.OnlyEarlyReversals() {
			s.counted = &reached{whole: true}
			return
		}
		sql, args := s.referredLines()
		b.Queue(sql, args).Query(func(rows pgx.Rows) (err error) {
			lines, err = pgx.CollectRows(rows, r.scanLine)
			return err
		})
	}
	err := r.lookAtOnce(ctx, "list of transactions", plansOnce, &found.Now, ask, func(tx snapshot) (err error) {
		s.tx = tx
		list := make([]place, 0, len(lines)+len(s.stones))
		for i := range lines {
			list = append(list, place{id: lines[i].ID, at: lines[i].Transaction.ReceivedAt})
		}
		list = s.merged(list, s.stones)
		turn(f, &found, &list)
		if found.Lines, err = r.arranged(ctx, tx, list, lines); err != nil {
			return err
		}
		return s.total(ctx, &found)
	})
	return found, err
}

// referredLines is the query for the lines of a page.
func (s *search) referredLines() (string, pgx.NamedArgs) {
	args, f := s.clauses.and("limit", s.filter.Rows+1), s.filter
	order := ordered("t.received_at", "t.id", upwards(f))
	from, by, conditions := "transactions t", order, slices.Concat(s.clauses.near, s.clauses.parts, beside(f, args, "t.received_at", "t.id"))
	if s.clauses.led {
		// A term has the moment of its transaction, so that it is read in the order of the list and no transaction beyond the page.
		first := ""
		// Only a range by the time of answer asks more than a term knows, and what it leaves out is the oldest.
		if len(s.clauses.parts) == 0 && (f.Basis == transactions.ByReceived || !upwards(f)) {
			first, args["reach"] = " limit @reach", s.reach()
		}
		from = "(" + ledTo(f, beside(f, args, "at", "id"), ordered("at", "id", upwards(f))+first) + ") w join transactions t on t.id = w.id"
		by = ordered("w.at", "w.id", upwards(f))
	}
	return linesOf("(select t.* from "+from+where(conditions)+by+" limit @limit) t") + order, args
}

// mostReferred is how far the total of a reference is counted: some cards and phones are used by testers.
const mostReferred = 1000

// referenceClauses adds what a reference asks for.
func referenceClauses(c *clauses, ref transactions.Reference) {
	if !ref.Given() {
		return
	}
	id, isID := ref.UUID()
	c.args["ref"], c.args["record"], c.args["hashes"] = ref.Value, id, ref.Hashes
	switch {
	case ref.Kind == transactions.RefMessage:
		c.nearby("t.request_id = @ref")
	case ref.Kind == transactions.RefTransaction && isID:
		c.nearby("t.id = @record")
	case ref.Kind == transactions.RefTransaction:
		c.nearby("false")
	default:
		c.led = true
	}
}

// ledTo is the query for what a reference leads to, as id and moment, by the ways that its kind has: each is one index look-up.
// Order and limit come last, and hold for each term as well: the index has the order of the list, so that of a card that testers
// used for years no more is read than is shown.
func ledTo(f *transactions.Filter, conditions []string, first string) string {
	var ways []string
	ref := f.Reference
	if ref.Clear(transactions.RefMessage) {
		ways = append(ways, "select id, received_at as at from transactions where request_id = @ref")
	}
	if _, isID := ref.UUID(); isID && ref.Clear(transactions.RefTransaction) {
		ways = append(ways, "select id, received_at as at from transactions where id = @record")
	}
	if ref.Clear(transactions.RefAdvice) {
		ways = append(ways, "select x.id, x.received_at as at from advices a join transactions x on x.id = a.transaction_id where a.advice_id = @ref")
	}
	if len(ref.Hashes) > 0 {
		within := []string{"value_hash = h", "began_at >= @earliest"}
		if !f.To.IsZero() {
			within = append(within, "began_at < @to")
		}
		ways = append(ways, `select n.id, n.at from unnest(@hashes::bytea[]) h cross join lateral (select id, at
  from (select transaction_id as id, began_at as at from search_terms`+where(within)+") s"+where(conditions)+first+") n")
	}
	if len(ways) == 0 {
		ways = append(ways, "select null::uuid as id, null::timestamptz as at where false")
	}
	return "select id, at from (" + strings.Join(ways, " union ") + ") w" + where(conditions) + first
}
