package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/bench/dataset"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// wanted is one search: as the console's address says it, and as conditions that a person would write for it.
type wanted struct {
	query url.Values
	where string
	args  []any
	// few tells that small indexes hold all that fit, so that a person would count them and not look along the list.
	few bool
}

// kind is one kind of search; draw makes one with values of its own.
type kind struct {
	name      string
	reference bool
	draw      func(*searcher) wanted
}

// kinds cover every filter that the page offers, with frequent and rare values, narrow and wide ranges, and combinations.
// Values are those of a row drawn from the range, so that frequent ones are drawn often; "rare" ones are the rarest there are.
var kinds = []kind{
	ranged("last hour", hour, nil),
	ranged("31 days", month, nil),
	ranged("one day, by time of answer", oneDay, func(f *form, _ *dataset.Row) { f.basis("responded") }),
	ranged("31 days, oldest first", month, func(f *form, _ *dataset.Row) { f.query.Set("dir", "asc") }),
	ranged("31 days, client", month, func(f *form, t *dataset.Row) { f.is("client", "client_id", t.Key.ClientID) }),
	ranged("31 days, rare client", month, func(f *form, _ *dataset.Row) { f.is("client", "client_id", dataset.ClientID(35+f.dice.IntN(3))) }),
	ranged("31 days, provider", month, func(f *form, t *dataset.Row) { f.is("receiver", "provider_id", t.ProviderID) }),
	ranged("31 days, rare provider", month, func(f *form, _ *dataset.Row) { f.is("receiver", "provider_id", "lastmile") }),
	ranged("31 days, two providers", month, func(f *form, t *dataset.Row) {
		f.query["receiver"] = []string{"yoyo", "lastmile"}
		f.and("t.provider_id = any($%d)", []string{"yoyo", "lastmile"})
	}),
	ranged("31 days, service", month, func(f *form, t *dataset.Row) { f.is("service", "service", string(t.Key.Service)) }),
	ranged("31 days, operation", month, func(f *form, t *dataset.Row) { f.is("operation", "operation", string(t.Key.Operation)) }),
	ranged("31 days, rare operation", month, func(f *form, _ *dataset.Row) { f.is("operation", "operation", "INVITE") }),
	ranged("31 days, completed", month, func(f *form, _ *dataset.Row) {
		f.status("completed", "t.final in ('CONFIRMED', 'COMPLETED') and not t.recon_required")
	}),
	ranged("31 days, declined", month, func(f *form, _ *dataset.Row) {
		f.status("declined", "t.final = 'DECLINED' and t.declined_by = 'PROVIDER'")
	}),
	ranged("31 days, reversed", month, func(f *form, _ *dataset.Row) { f.status("reversed", "t.final = 'REVERSED' and not t.recon_required") }),
	ranged("31 days, confirming", month, func(f *form, _ *dataset.Row) {
		f.few = true
		f.status("confirming", `t.closed_at is null and t.decision = 'CONFIRM' and t.final is null
  and t.id not in (select x.transaction_id from saf_entries x where x.stuck and x.state = 'PARKED')`)
	}),
	ranged("31 days, action needed", month, func(f *form, _ *dataset.Row) {
		f.few = true
		f.status("action-needed", `(t.recon_required or t.closed_at is null and (t.outcome in ('SUCCESS', 'UNKNOWN') and t.decision is null
  and t.received_at < now() - case t.outcome when 'SUCCESS' then interval '24 hours' else interval '15 minutes' end)
  or t.id = any(array(select x.transaction_id from saf_entries x where x.stuck and x.state = 'PARKED' and x.resolved_by is null)))`)
	}),
	ranged("31 days, in doubt", month, func(f *form, _ *dataset.Row) {
		f.few = true
		f.query.Set("doubt", "1")
		f.and("t.closed_at is null and (t.outcome = 'UNKNOWN' or t.outcome = 'SUCCESS' and t.decision is null and t.mode = 'DUAL' and t.received_at < now() - interval '24 hours')")
	}),
	ranged("31 days, outstanding advice", month, func(f *form, _ *dataset.Row) {
		f.few = true
		f.query.Set("advice", "outstanding")
		f.and("t.id in (select x.transaction_id from saf_entries x where x.live or x.stuck and x.resolved_by is null)")
	}),
	ranged("31 days, error", month, func(f *form, _ *dataset.Row) { f.is("error", "error_type", "LIMIT_EXCEEDED") }),
	ranged("31 days, rare error", month, func(f *form, _ *dataset.Row) { f.is("error", "error_type", "REDEMPTION_ALREADY_REVERSED") }),
	ranged("31 days, product", month, func(f *form, t *dataset.Row) { f.is("product", "product_id", t.ProductID) }),
	ranged("31 days, terminal", month, func(f *form, t *dataset.Row) { f.is("terminal", "terminal_id", t.TerminalID) }),
	ranged("one day, terminal", oneDay, func(f *form, t *dataset.Row) { f.is("terminal", "terminal_id", t.TerminalID) }),
	ranged("31 days, unknown terminal", month, func(f *form, _ *dataset.Row) { f.is("terminal", "terminal_id", "T999999") }),
	ranged("31 days, exact amount of a voucher", month, func(f *form, _ *dataset.Row) { f.amount(14_900, 14_900) }),
	ranged("31 days, amounts from 1 000 to 1 100", month, func(f *form, _ *dataset.Row) { f.amount(100_000, 110_000) }),
	ranged("one day, rare amount", oneDay, func(f *form, _ *dataset.Row) { n := int64(100 + f.dice.IntN(200_000)); f.amount(n, n) }),
	ranged("31 days, rare amount", month, func(f *form, _ *dataset.Row) { n := int64(100 + f.dice.IntN(200_000)); f.amount(n, n) }),
	ranged("7 days, client, provider, declined", week, func(f *form, t *dataset.Row) {
		f.is("client", "client_id", t.Key.ClientID)
		f.is("receiver", "provider_id", t.ProviderID)
		f.status("declined", "t.final = 'DECLINED' and t.declined_by = 'PROVIDER'")
	}),
	ranged("31 days, client, operation, reversed", month, func(f *form, t *dataset.Row) {
		f.is("client", "client_id", t.Key.ClientID)
		f.is("operation", "operation", string(t.Key.Operation))
		f.status("reversed", "t.final = 'REVERSED' and not t.recon_required")
	}),
	ranged("31 days, client, product, amount", month, func(f *form, t *dataset.Row) {
		f.is("client", "client_id", t.Key.ClientID)
		f.is("product", "product_id", t.ProductID)
		f.amount(2_000, 5_000)
	}),
	ranged("31 days, terminal, error", month, func(f *form, t *dataset.Row) {
		f.is("terminal", "terminal_id", t.TerminalID)
		f.is("error", "error_type", "LIMIT_EXCEEDED")
	}),
	referred("message id", transactions.RefMessage, "t.request_id = $1", func(t *dataset.Row) any { return t.Key.RequestID }),
	referred("record id", transactions.RefTransaction, "t.id = $1::text::uuid", func(t *dataset.Row) any { return t.ID.String() }),
	referred("advice id", transactions.RefAdvice, "t.id in (select transaction_id from advices where advice_id = $1)", func(t *dataset.Row) any { return t.DecisionAdviceID }),
	termed("RRN", transactions.RefRRN, transactions.TermRRN),
	termed("basket", transactions.RefBasket, transactions.TermBasket),
	termed("third party", transactions.RefThirdParty, transactions.TermThirdParty),
	termed("provider reference", transactions.RefProvider, transactions.TermProviderRef),
	termed("voucher code", transactions.RefCode, transactions.TermCode),
	termed("voucher serial", transactions.RefSerial, transactions.TermSerial),
	termed("phone number", transactions.RefMSISDN, transactions.TermMSISDN),
	termed("gift card", transactions.RefCard, transactions.TermCard),
	anyKind("any kind, message id", func(t *dataset.Row) string { return t.Key.RequestID }),
	anyKind("any kind, basket", func(t *dataset.Row) string { return t.BasketRef }),
	anyKind("any kind, not found", func(t *dataset.Row) string { return t.Key.RequestID[:35] + "x" }),
}

// The ranges; each ends at a moment of its own in the last days of the generated life, or with it.
const (
	hour   = time.Hour
	oneDay = 24 * time.Hour
	week   = 7 * oneDay
	month  = 31*oneDay - time.Second
)

// form collects one search in both forms.
type form struct {
	wanted
	*searcher
}

// and adds a condition; %d is where its value goes.
func (f *form) and(where string, values ...any) {
	for _, v := range values {
		f.args = append(f.args, v)
		where = fmt.Sprintf(where, len(f.args))
	}
	f.where += " and " + where
}

func (f *form) is(name, column, value string) {
	f.query.Set(name, strings.ToLower(value))
	if name != "service" && name != "operation" {
		f.query.Set(name, value)
	}
	f.and("t."+column+" = $%d", value)
}

func (f *form) status(slug, where string) {
	f.query.Set("status", slug)
	f.and(where)
}

func (f *form) amount(low, high int64) {
	f.query.Set("min", fmt.Sprintf("%d.%02d", low/100, low%100))
	f.query.Set("max", fmt.Sprintf("%d.%02d", high/100, high%100))
	f.and(amountSQL+" >= $%d", low)
	f.and(amountSQL+" <= $%d", high)
}

// basis tests the range against answers, which come within an hour.
func (f *form) basis(name string) {
	f.query.Set("basis", name)
	f.where = strings.ReplaceAll(f.where, "t.received_at", "t.responded_at") + " and t.received_at >= $1 - interval '1 hour' and t.received_at < $2"
}

const amountSQL = "coalesce(t.final_amount_minor, t.approved_amount_minor, t.request_amount_minor)"

// ranged is a search in a range by the time of receipt; more adds what else is asked, often of a row in the range.
func ranged(name string, width time.Duration, more func(*form, *dataset.Row)) kind {
	return kind{name: name, draw: func(s *searcher) wanted {
		to := s.life.End.Add(-time.Duration(s.dice.IntN(10*24*3600)) * time.Second)
		from := to.Add(-width)
		f := &form{searcher: s}
		f.query = url.Values{"from": {stamp(from)}, "to": {stamp(to)}, "basis": {"received"}}
		f.where, f.args = "t.received_at >= $1 and t.received_at < $2", []any{from, to}
		if more != nil {
			first := s.life.From(from)
			more(f, s.life.Row(first+s.dice.IntN(s.life.From(to)-first)))
		}
		return f.wanted
	}}
}

func stamp(t time.Time) string { return t.Format("2006-01-02T15:04:05") }

// referred is a search by a reference of a row of the last 89 days.
func referred(name string, as transactions.RefKind, where string, value func(*dataset.Row) any) kind {
	return kind{name: name, reference: true, draw: func(s *searcher) wanted {
		for {
			t := s.row()
			if v := value(t); v != "" {
				return wanted{query: url.Values{"kind": {string(as)}, "ref": {fmt.Sprint(v)}}, where: where + s.since(2), args: []any{v, s.life.End.Add(-transactions.WidestReference)}}
			}
		}
	}}
}

// since is the range that goes with a reference.
func (s *searcher) since(place int) string { return fmt.Sprintf(" and t.received_at >= $%d", place) }

// row draws a row that is young enough for a search by reference.
func (s *searcher) row() *dataset.Row {
	first := s.life.From(s.life.End.Add(-89 * oneDay))
	return s.life.Row(first + s.dice.IntN(s.life.Rows-first))
}

// term is a reference of a drawn row.
func (s *searcher) term(kind transactions.TermKind) string {
	for {
		for _, r := range s.row().References {
			if r.Kind == kind {
				return r.Value
			}
		}
	}
}

const byTerm = "t.id in (select transaction_id from search_terms where value_hash = $1)"

func termed(name string, as transactions.RefKind, term transactions.TermKind) kind {
	return kind{name: name, reference: true, draw: func(s *searcher) wanted {
		value := s.term(term)
		return wanted{
			query: url.Values{"kind": {string(as)}, "ref": {value}}, where: byTerm + s.since(2),
			args: []any{s.hash(string(term), transactions.NormalTerm(term, value)), s.life.End.Add(-transactions.WidestReference)},
		}
	}}
}

// anyKind looks for a value wherever it may stand.
func anyKind(name string, value func(*dataset.Row) string) kind {
	return kind{name: name, reference: true, draw: func(s *searcher) wanted {
		var v string
		for v == "" {
			v = value(s.row())
		}
		ref := transactions.Reference{Value: v}
		ref.Hash(s.hash)
		id, err := uuid.Parse(v)
		if err != nil {
			id = uuid.Nil // and not what could be read of it
		}
		return wanted{
			query: url.Values{"ref": {v}},
			where: `t.id in (select id from transactions where request_id = $1 union all select transaction_id from advices where advice_id = $1
  union all select id from transactions where id = $3 union all select transaction_id from search_terms where value_hash = any($4))` + s.since(2),
			args: []any{v, s.life.End.Add(-transactions.WidestReference), id, ref.Hashes},
		}
	}}
}

const (
	pageRows = 50
	// looked is as far as the product counts, so that both count the same.
	looked = 10_001
)

// What a person would send: the page with its names, and the total, each one statement.
const (
	handPage = `select t.id, t.client_id, t.service, t.operation, t.request_id, t.mode, t.provider_id, t.terminal_id, t.product_id, t.currency, t.request_amount_minor,
  t.approved_amount_minor, t.final_amount_minor, t.received_at, t.responded_at, t.closed_at, t.outcome, t.decision, t.final, t.declined_by, t.recon_required,
  t.provider_ref, t.error_type, t.http_status, t.retry_count, t.attempt_count, t.basket_ref, t.rrn, c.name, p.name, d.description, s.state, s.next_at, s.held_at, s.resolved_by
  from (select * from transactions t where %s order by t.received_at%s, t.id%[2]s limit 51) t left join clients c on c.id = t.client_id left join providers p on p.id = t.provider_id
  left join products d on d.provider_id = t.provider_id and d.id = t.product_id left join saf_entries s on s.transaction_id = t.id and s.kind in ('CONFIRM', 'REVERSE')
  order by t.received_at%[2]s, t.id%[2]s`
	handTotal = `select currency, sum(minor), count(*) from (select t.currency, case when t.operation in ('LOOKUP', 'PRODUCTS', 'KEY', 'INVITE') then 0 else coalesce(` + amountSQL + `, 0) end as minor from %s where %s) x group by 1`
	handReach = `(select * from transactions t where t.received_at >= $1 and t.received_at < $2 order by t.received_at desc, t.id desc limit %d) t`
)

// byHand asks for the page and, where the page is not all, for the total.
func (s *searcher) byHand(ctx context.Context, w wanted) ([]uuid.UUID, error) {
	order := " desc"
	if w.query.Get("dir") == "asc" {
		order = " asc"
	}
	// In a range the best plan depends on the values; a reference is prepared once.
	how := pgx.QueryExecModeCacheDescribe
	if w.query.Has("ref") {
		how = pgx.QueryExecModeCacheStatement
	}
	args := append([]any{how}, w.args...)
	rows, err := s.hand.Query(ctx, fmt.Sprintf(handPage, w.where, order), args...)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (id uuid.UUID, err error) {
		values, err := row.Values()
		if err != nil {
			return id, err
		}
		return values[0].([16]byte), nil
	})
	if err != nil || len(list) <= pageRows || w.query.Has("ref") {
		return list, err
	}
	from := "transactions t"
	if !w.few {
		from = fmt.Sprintf(handReach, looked)
	}
	rows, err = s.hand.Query(ctx, fmt.Sprintf(handTotal, from, w.where), args...)
	if err != nil {
		return nil, err
	}
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (any, error) { return row.Values() })
	return list, err
}
