package dataset

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Life is the generated time: its rows are numbered from 0, the oldest, to Rows-1, which was received just before End.
type Life struct {
	Rows int
	End  time.Time
}

// Row is a transaction with its references in clear.
type Row struct {
	transactions.Transaction
	References []Reference
}

// Reference is one value that finds a row.
type Reference struct {
	Kind  transactions.TermKind
	Value string
}

// Row makes the transaction of a number.
func (l Life) Row(n int) *Row {
	d := newDice(uint64(n))
	t := &Row{}
	t.ID = d.uuid()
	t.VoucherID = uuid.Nil
	t.ReceivedAt = l.At(n)
	l.ask(t, d)
	l.answer(t, d)
	t.refer(d, n)
	return t
}

// At is when a row was received. Nights are quiet: within each day the moments are drawn towards its middle.
func (l Life) At(n int) time.Time {
	const daily = 0.75 // how much busier noon is than midnight
	days := float64(n) / float64(l.Rows) * Days
	whole, part := math.Modf(days)
	part -= daily / (2 * math.Pi) * math.Sin(2*math.Pi*part)
	part = min(max(part, 0), 1)
	return l.End.Add(-time.Duration((Days - whole - part) * float64(24*time.Hour))).Truncate(time.Microsecond)
}

// From is the number of the first row received at or after a moment.
func (l Life) From(at time.Time) int {
	low, high := 0, l.Rows
	for low < high {
		if middle := (low + high) / 2; l.At(middle).Before(at) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// ask fills in what the client sent.
func (l Life) ask(t *Row, d *dice) {
	r, op := d.rail()
	client := d.skewed(d.skewed(clients) + 1)
	t.Key = transactions.Key{ClientID: ClientID(client), Service: r.service, Operation: op, RequestID: d.uuid().String()}
	t.Generation, t.Fingerprint = 1, d.bytes(32)
	t.Mode = transactions.Dual
	if client%3 == 1 || op.Informational() || op == transactions.Receipt {
		t.Mode = transactions.Single
	}
	p := d.provider(r)
	t.ProviderID, t.ProductID = p.id, ProductID(p.id, d.skewed(p.products))
	t.ReceiverID, t.SettlementEntityID, t.OriginatorID = "50"+strconv.Itoa(len(p.id)), "1", t.Key.ClientID
	terminal := d.skewed(terminals/clients) * clients
	t.ChannelID, t.MerchantID, t.TerminalID, t.CashierID = "POS", fmt.Sprintf("M%05d", (terminal+client)/8), TerminalID(terminal+client), strconv.Itoa(d.below(40))
	t.Currency = currency
	if !op.Informational() {
		amount := prices[d.below(len(prices))]
		if r.service != transactions.Voucher || d.one(20) {
			amount = int64(100 + d.below(200_000))
		}
		t.RequestAmount = &amount
	}
	t.STAN = fmt.Sprintf("%06d", d.below(1_000_000))
	t.BusinessDate = t.ReceivedAt.Truncate(24 * time.Hour)
	t.LastClientAt = t.ReceivedAt
	t.Version, t.AttemptCount = 3, 1
}

// answer fills in what came of it. Old rows are closed, but for the few that nobody ever settled.
func (l Life) answer(t *Row, d *dice) {
	age := l.End.Sub(t.ReceivedAt)
	latency := time.Duration(math.Exp(d.normal()*0.6)*350) * time.Millisecond
	fate := d.below(100_000)
	if age < latency || age < time.Minute && fate < 50 {
		t.Outcome, t.LeaseOwner, t.LeaseUntil, t.OpenAttemptID = transactions.Pending, "node-1", t.ReceivedAt.Add(time.Minute), d.uuid()
		return
	}
	t.RespondedAt = t.ReceivedAt.Add(latency)
	t.MaybeSent, t.Told = true, true
	switch {
	case fate < 1_000:
		t.fail(transactions.BySwitch, d.pick(refusals))
	case fate < 5_500:
		t.fail(transactions.ByProvider, d.pick(declines))
	case fate < 5_501 || fate < 5_700 && age < 10*time.Minute:
		t.Outcome, t.ErrorType, t.HTTPStatus, t.AttemptCount, t.RetryCount = transactions.Unknown, "UPSTREAM_UNAVAILABLE", 504, 3, 2
	default:
		t.succeed(fate, age, d)
	}
}

func (t *Row) fail(by transactions.DeclinedBy, reason string) {
	t.Outcome, t.Final, t.DeclinedBy, t.ErrorType, t.HTTPStatus, t.ClosedAt = transactions.Failed, transactions.FinalDeclined, by, reason, 400, t.RespondedAt
}

func (t *Row) succeed(fate int, age time.Duration, d *dice) {
	t.Outcome, t.HTTPStatus, t.ApprovedAmount = transactions.Success, 201, t.RequestAmount
	t.ProviderRef = fmt.Sprintf("%s-%012d", t.ProviderID, d.below(1_000_000_000_000))
	t.ProviderIdentifiers = "[]"
	if t.Key.Service == transactions.Voucher {
		t.VoucherID = d.uuid()
	}
	if t.Mode == transactions.Single {
		t.Final, t.FinalAmount, t.ClosedAt = transactions.Completed, t.RequestAmount, t.RespondedAt
		return
	}
	decided := t.RespondedAt.Add(time.Duration(2+d.below(40)) * time.Second)
	if fate == 99_999 || t.age(decided) > age {
		return // never decided, or not yet
	}
	t.Decision, t.DecisionOrigin, t.DecisionAdviceID, t.FinalAmount = transactions.Confirm, transactions.ByClient, d.uuid().String(), t.RequestAmount
	t.Final = transactions.Confirmed
	if fate < 6_300 {
		zero := int64(0)
		t.Decision, t.FinalAmount, t.Final = transactions.Reverse, &zero, transactions.Reversed
		if fate < 5_900 {
			t.DecisionOrigin = transactions.BySystem
		}
	}
	delivered := decided.Add(time.Duration(200+d.below(3000)) * time.Millisecond)
	if fate == 99_998 || t.age(delivered) > age {
		t.Final = transactions.Open // its advice is stuck, or still on its way
		return
	}
	t.ClosedAt = delivered
	t.ReconRequired = fate == 99_997
}

// age is how long after the request a moment is.
func (t *Row) age(at time.Time) time.Duration { return at.Sub(t.ReceivedAt) }

// Stuck tells whether the stored advice was given up; it needs a person.
func (t *Row) Stuck(l Life) bool {
	return t.Decision != "" && t.Final == "" && l.End.Sub(t.ReceivedAt) > time.Hour
}

// refer gives the row its references, as many as its service has.
func (t *Row) refer(d *dice, n int) {
	add := func(k transactions.TermKind, value string) { t.References = append(t.References, Reference{k, value}) }
	if d.below(100) < 70 {
		t.RRN = fmt.Sprintf("%012d", d.below(1_000_000_000_000))
		add(transactions.TermRRN, t.RRN)
	}
	if d.below(100) < 35 {
		t.BasketRef = fmt.Sprintf("B-%s-%d", t.TerminalID, d.below(1_000_000))
		add(transactions.TermBasket, t.BasketRef)
	}
	if d.below(100) < 30 {
		add(transactions.TermThirdParty, fmt.Sprintf("%s-%d", t.MerchantID, n))
	}
	if t.ProviderRef != "" {
		add(transactions.TermProviderRef, t.ProviderRef)
	}
	switch t.Key.Service {
	case transactions.Voucher:
		if t.VoucherID != uuid.Nil && t.Key.Operation == transactions.Provision {
			add(transactions.TermCode, fmt.Sprintf("%016d", d.below(10_000_000_000_000_000)))
			add(transactions.TermSerial, fmt.Sprintf("S%014d", d.below(100_000_000_000_000)))
			if d.below(100) < 20 {
				add(transactions.TermMSISDN, fmt.Sprintf("2782%07d", d.skewed(2_000_000)))
			}
		}
	case transactions.GiftCard:
		add(transactions.TermCard, fmt.Sprintf("603628%010d", d.skewed(400_000)))
	case transactions.Humm:
		add(transactions.TermPurchase, fmt.Sprintf("P%010d", n))
		if d.below(100) < 50 {
			add(transactions.TermApproval, fmt.Sprintf("%06d", d.below(1_000_000)))
		}
	}
}

// ClientID is the id of a client by its rank; the first sells most.
func ClientID(rank int) string { return fmt.Sprintf("%08d", 91_000_000+rank) }

// ProductID is the id of a provider's product by its rank.
func ProductID(provider string, rank int) string { return fmt.Sprintf("%s-%03d", provider, rank) }

// TerminalID is the id of a till.
func TerminalID(number int) string { return fmt.Sprintf("T%06d", number) }

// dice are the chances of one row: splitmix64, so that neighbouring numbers have nothing in common.
type dice struct{ state uint64 }

func newDice(n uint64) *dice { return &dice{state: (n + 1) * 0x9e3779b97f4a7c15} }

func (d *dice) next() uint64 {
	d.state += 0x9e3779b97f4a7c15
	z := d.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (d *dice) below(n int) int { return int(d.next() % uint64(n)) }

func (d *dice) one(of int) bool { return d.below(of) == 0 }

// share is uniform in (0, 1].
func (d *dice) share() float64 { return (float64(d.next()>>11) + 1) / (1 << 53) }

// skewed is a rank below n, small ones far more often: half of all fall below the square root of n.
func (d *dice) skewed(n int) int { return min(int(math.Pow(float64(n), d.share()))-1, n-1) }

// normal is the sum of twelve uniform values less six: near enough.
func (d *dice) normal() float64 {
	sum := -6.0
	for range 12 {
		sum += d.share()
	}
	return sum
}

func (d *dice) bytes(n int) []byte {
	out := make([]byte, 0, n+8)
	for len(out) < n {
		out = binary.LittleEndian.AppendUint64(out, d.next())
	}
	return out[:n]
}

func (d *dice) uuid() (id uuid.UUID) {
	copy(id[:], d.bytes(16))
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return id
}

func (d *dice) pick(list []weighted) string {
	total := 0
	for _, w := range list {
		total += w.weight
	}
	at := d.below(total)
	for _, w := range list {
		if at -= w.weight; at < 0 {
			return w.name
		}
	}
	return ""
}

func (d *dice) rail() (rail, transactions.Operation) {
	at := d.below(10_000)
	for _, r := range rails {
		for _, o := range r.operations {
			if at -= o.weight; at < 0 {
				return r, o.name
			}
		}
	}
	return rails[0], transactions.Provision
}

func (d *dice) provider(r rail) provider {
	total := 0
	for _, p := range r.providers {
		total += p.weight
	}
	at := d.below(total)
	for _, p := range r.providers {
		if at -= p.weight; at < 0 {
			return p
		}
	}
	return r.providers[0]
}
