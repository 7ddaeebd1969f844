package postgres

import (
	"context"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/monitoring"
)

// reach is how many transactions a search looks at in the order of the list, which costs some 10 ms. Counts go no further. A
// filter that does not fill its page within it is rare, and is looked for by other indexes.
const reach = monitoring.MaxTotal + 1

// within gives, as table t, the first transactions that meet the conditions in the order of the list, as far as reach.
func within(near []string, order string) string {
	return "(select * from transactions t" + where(near) + order + " limit @reach) t"
}

// reached is what the transactions within reach hold.
type reached struct {
	sums  []monitoring.Sum
	fit   int  // how many fit the filter
	whole bool // the range goes no further
}

// counting is the query for what is within reach: by currency, what fits the filter, and how many were looked at. These are counted
// apart, by the index alone, so that of what does not fit nothing but the filter is evaluated.
func (s *search) counting() (string, pgx.NamedArgs) {
	near, order := s.clauses.near, ordered("t.received_at", "t.id", s.filter.Ascending)
	if s.clauses.led {
		near = append([]string{"t.id = any(array(select id from (" + ledTo(s.filter, nil, ordered("at", "id", false)+" limit @reach") + ") w))"}, near...)
	}
	looked := "select null::int as seen" // all fit
	if len(s.clauses.parts) > 0 {
		looked = "select count(*)::int as seen from (select 1 from transactions t" + where(near) + order + " limit @reach) y"
	}
	return `select coalesce(f.currency, ''), coalesce(f.minor, 0), coalesce(f.fit, 0), r.seen from (` + looked + `) r left join (
  select currency, sum(minor)::bigint as minor, count(*)::int as fit from (
    select t.currency, case when ` + informationalSQL + ` then 0 else coalesce(` + amountSQL + `, 0) end as minor from ` + within(near, order) + where(s.clauses.parts) + `) x
  group by currency) f on true order by 3 desc`, s.clauses.and("reach", s.reach())
}

// tally adds up what counting finds.
func (s *search) tally(rows pgx.Rows) error {
	var one monitoring.Sum
	var seen *int
	s.counted = &reached{}
	_, err := pgx.ForEachRow(rows, []any{&one.Currency, &one.Minor, &one.Count, &seen}, func() error {
		s.counted.fit += one.Count
		if one.Currency != "" && one.Minor != 0 {
			s.counted.sums = append(s.counted.sums, one)
		}
		return nil
	})
	if seen == nil {
		seen = &s.counted.fit
	}
	s.counted.whole = *seen < s.reach()
	return err
}

// count looks at what is within reach, after the lines of a page maybe, whose plans are made once.
func (s *search) count(ctx context.Context) error {
	plans := plansByValue
	if s.filter.Reference.Given() {
		plans = plansOnce
	}
	b := &pgx.Batch{}
	b.Queue(plansSQL, plans)
	sql, args := s.counting()
	b.Queue(sql, args).Query(s.tally)
	return s.tx.SendBatch(ctx, b).Close()
}

// reach is how many transactions are looked at for the total.
func (s *search) reach() int {
	if s.clauses.led {
		return mostReferred
	}
	return reach
}

// total tells how many match and what they are worth: by the lines of the page when they are all, else by what was counted.
func (s *search) total(ctx context.Context, found *monitoring.Found) error {
	if s.filter.Cursor.IsZero() && found.Older.IsZero() {
		found.Total, found.Sums = len(found.Lines), worth(found.Lines)
		return nil
	}
	if s.counted == nil {
		if err := s.count(ctx); err != nil {
			return err
		}
	}
	found.Total, found.Sums = s.counted.fit, s.counted.sums
	if s.filter.EarlyReversals() && found.Total <= monitoring.MaxTotal {
		stones := tombstoneClauses(s.filter)
		var n int
		err := s.tx.QueryRow(ctx, "select count(*) from (select 1 from tombstones s"+stones.where()+" limit @most) x", stones.and("most", monitoring.MaxTotal+1-found.Total)).Scan(&n)
		if err != nil {
			return err
		}
		found.Total += n
	}
	found.AtLeast = !s.counted.whole && found.Total <= monitoring.MaxTotal
	found.Total = max(found.Total, len(found.Lines))
	if found.AtLeast || found.Total > monitoring.MaxTotal {
		found.Sums = nil
	}
	return nil
}

// worth adds up lines by currency, the most frequent first.
func worth(lines []monitoring.Line) (out []monitoring.Sum) {
	sums := map[string]monitoring.Sum{}
	for i := range lines {
		t := &lines[i].Transaction
		sum := sums[t.Currency]
		sum.Currency = t.Currency
		sum.Count++
		for _, amount := range []*int64{t.FinalAmount, t.ApprovedAmount, t.RequestAmount} {
			if amount != nil {
				if !t.Key.Operation.Informational() {
					sum.Minor += *amount
				}
				break
			}
		}
		sums[t.Currency] = sum
	}
	for sum := range maps.Values(sums) {
		if sum.Currency != "" && sum.Minor != 0 {
			out = append(out, sum)
		}
	}
	slices.SortFunc(out, func(a, b monitoring.Sum) int { return b.Count - a.Count })
	return out
}
