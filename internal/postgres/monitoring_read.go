package postgres

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Overview gives the figures of the first page. midnight is when today began in the console's zone; scope limits the clients
// (nil: all).
func (r *Reader) Overview(ctx context.Context, midnight time.Time, scope []string) (monitoring.Overview, error) {
	var out monitoring.Overview
	err := r.look(ctx, "overview", func(tx pgx.Tx) (err error) {
		if out.Queues, err = readQueues(ctx, tx, scope); err != nil {
			return err
		}
		out.Now = out.Queues.Now
		o := overview{Overview: &out, scope: scope, midnight: midnight.UTC(), limits: r.limits, byID: map[string]*monitoring.ProviderHealth{}}
		for _, q := range out.Queues.Queues {
			out.Providers = append(out.Providers, monitoring.ProviderHealth{Provider: q.Provider, Enabled: q.Enabled, Service: q.Service, Queue: q.Depth, Consumes: q.Consumes, PerMinute: make([]int, 60)})
		}
		for i := range out.Providers {
			o.byID[out.Providers[i].Provider.ID] = &out.Providers[i]
		}
		for _, read := range []func(context.Context, pgx.Tx) error{o.traffic, o.today, o.doubt, o.latency, o.needs, o.timetable} {
			if err := read(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// overview fills the figures from several reads on one snapshot.
type overview struct {
	*monitoring.Overview
	scope    []string
	midnight time.Time
	limits   transactions.Limits
	byID     map[string]*monitoring.ProviderHealth
}

// gatewayTimeout is the status a client gets when no answer came in time.
const gatewayTimeout = 504

// traffic counts the answers of the last hour by minute, provider and class.
func (o *overview) traffic(ctx context.Context, tx pgx.Tx) error {
	begin := o.Now.Truncate(time.Minute).Add(-59 * time.Minute)
	o.Minutes = make([]monitoring.Minute, 60)
	for i := range o.Minutes {
		o.Minutes[i].At = begin.Add(time.Duration(i) * time.Minute)
	}
	rows, err := tx.Query(ctx, `select (extract(epoch from date_trunc('minute', received_at) - $1) / 60)::int, received_at >= now() - interval '15 min', received_at >= now() - interval '5 min',
    coalesce(provider_id, ''), coalesce(error_type, ''), coalesce(http_status, 0), outcome = 'PENDING', count(*)::int
  from transactions where received_at >= $1 and ($2::text[] is null or client_id = any($2)) group by 1, 2, 3, 4, 5, 6, 7`, begin, o.scope)
	if err != nil {
		return err
	}
	var minute, status, n int
	var in15, in5, pending bool
	var provider, errorType string
	_, err = pgx.ForEachRow(rows, []any{&minute, &in15, &in5, &provider, &errorType, &status, &pending, &n}, func() error {
		if minute < 0 || minute > 59 {
			return nil
		}
		health := o.byID[provider]
		if health != nil {
			health.PerMinute[minute] += n
		}
		if pending {
			return nil // not answered yet: nothing to judge
		}
		class := monitoring.ClassOf(errorType, status, status == gatewayTimeout)
		o.Minutes[minute].Counts.Add(class, n)
		if in15 {
			o.Last15.Add(class, n)
		}
		if in5 && health != nil {
			health.Last5.Add(class, n)
		}
		return nil
	})
	return err
}

func (o *overview) today(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `select t.service, coalesce(t.currency, ''), coalesce(sum(t.request_amount_minor) filter (where not `+informationalSQL+`), 0)::bigint, count(*)::int
  from transactions t where t.received_at >= $1 and ($2::text[] is null or t.client_id = any($2)) group by 1, 2 order by 4 desc`, o.midnight, o.scope)
	if err != nil {
		return err
	}
	var service transactions.Service
	var sum monitoring.Sum
	services := map[transactions.Service]int{}
	_, err = pgx.ForEachRow(rows, []any{&service, &sum.Currency, &sum.Minor, &sum.Count}, func() error {
		o.Today += sum.Count
		services[service] += sum.Count
		o.TodaySums = addSum(o.TodaySums, sum)
		return nil
	})
	for _, s := range transactions.Services() {
		if n := services[s]; n > 0 {
			o.Services = append(o.Services, monitoring.ServiceCount{Service: s, Count: n})
		}
	}
	slices.SortStableFunc(o.Services, func(a, b monitoring.ServiceCount) int { return b.Count - a.Count })
	return err
}

// addSum adds a sum to the one of its currency; a sum of nothing is left out.
func addSum(list []monitoring.Sum, sum monitoring.Sum) []monitoring.Sum {
	if sum.Currency == "" || sum.Minor == 0 {
		return list
	}
	for i := range list {
		if list[i].Currency == sum.Currency {
			list[i].Minor, list[i].Count = list[i].Minor+sum.Minor, list[i].Count+sum.Count
			return list
		}
	}
	return append(list, sum)
}

func (o *overview) args() pgx.NamedArgs {
	c := limited(o.limits)
	c.args["scope"] = o.scope
	return c.args
}

const inScope = ` and (@scope::text[] is null or t.client_id = any(@scope))`

func (o *overview) doubt(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `select coalesce(t.provider_id, ''), coalesce(t.currency, ''), coalesce(sum(`+amountSQL+`), 0)::bigint, count(*)::int, min(t.received_at)
  from transactions t where `+doubtSQL+inScope+` group by 1, 2`, o.args())
	if err != nil {
		return err
	}
	var provider string
	var sum monitoring.Sum
	var since time.Time
	worth := map[string]*monitoring.Sum{}
	_, err = pgx.ForEachRow(rows, []any{&provider, &sum.Currency, &sum.Minor, &sum.Count, &since}, func() error {
		o.InDoubt += sum.Count
		if o.DoubtSince.IsZero() || since.Before(o.DoubtSince) {
			o.DoubtSince = since
		}
		if h := o.byID[provider]; h != nil {
			h.InDoubt += sum.Count
		}
		if w := worth[sum.Currency]; w != nil {
			w.Minor, w.Count = w.Minor+sum.Minor, w.Count+sum.Count
		} else {
			kept := sum
			worth[sum.Currency] = &kept
		}
		return nil
	})
	for _, currency := range slices.Sorted(maps.Keys(worth)) {
		if currency != "" {
			o.DoubtSums = append(o.DoubtSums, *worth[currency])
		}
	}
	return err
}

// latency reads the answers of providers to the transactions of the last five minutes; both steps go by index.
func (o *overview) latency(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `select t.provider_id, (percentile_disc(0.95) within group (order by x.latency_us))::bigint
  from transactions t join traces x on x.transaction_id = t.id and x.leg = 'PS' and x.latency_us is not null
  where t.received_at >= now() - interval '5 min' and t.provider_id is not null`+inScope+` group by 1`, o.args())
	if err != nil {
		return err
	}
	var provider string
	var micros int64
	_, err = pgx.ForEachRow(rows, []any{&provider, &micros}, func() error {
		if h := o.byID[provider]; h != nil {
			h.P95 = time.Duration(micros) * time.Microsecond
		}
		return nil
	})
	return err
}

// mostNeeds bounds the single transactions that are listed.
const mostNeeds = 8

// needs lists what needs a person and shows in no queue: open breaks, and questions that are open for too long. A break is
// worth what the provider approved, even when our record says that it was reversed to nothing.
func (o *overview) needs(ctx context.Context, tx pgx.Tx) error {
	args := o.args()
	args["limit"] = mostNeeds
	rows, err := tx.Query(ctx, `select t.id, t.client_id, coalesce(c.name, ''), coalesce(t.provider_id, ''), coalesce(p.name, ''), t.service, t.operation, t.outcome, `+breakOpenSQL+`, t.received_at,
    coalesce(t.currency, ''), coalesce(t.approved_amount_minor, t.request_amount_minor, 0), count(*) over ()::int
  from transactions t left join clients c on c.id = t.client_id left join providers p on p.id = t.provider_id
  where (t.closed_at is null or t.recon_required) and not `+stuckSQL+` and `+needsSQL+inScope+` order by t.received_at limit @limit`, args)
	if err != nil {
		return err
	}
	all := 0
	o.Needs, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (n monitoring.Need, err error) {
		n.Amount.Count = 1
		return n, row.Scan(&n.ID, &n.Client.ID, &n.Client.Name, &n.Provider.ID, &n.Provider.Name, &n.Service, &n.Operation, &n.Outcome, &n.Break, &n.ReceivedAt, &n.Amount.Currency, &n.Amount.Minor, &all)
	})
	o.NeedsMore = max(all-len(o.Needs), 0)
	return err
}

func (o *overview) timetable(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `select j.name, j.title, j.schedule, r.started_at, coalesce(r.state, ''), coalesce(r.note, ''), coalesce(r.error, '')
  from jobs j left join lateral (select * from job_runs r where r.job = j.name and r.started_at >= $1 order by r.started_at desc limit 1) r on true
  where not j.local order by r.started_at nulls last, j.name`, o.midnight)
	if err != nil {
		return err
	}
	o.Timetable, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (w monitoring.Work, err error) {
		var at *time.Time
		err = row.Scan(&w.Job, &w.Title, &w.Schedule, &at, &w.State, &w.Note, &w.Error)
		w.At = orZero(at)
		return w, err
	})
	return err
}
