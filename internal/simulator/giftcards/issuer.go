package giftcards

import (
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
	_ "time/tzdata" // months end by local days, also where the system has no zone files

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// ID is the issuer's name in the simulator's paths.
const ID = "giftcards"

// Config says what an issuer starts from. Of the embedded part all may be left
// out: good behaviour, no log, the system clock.
type Config struct {
	stage.Config
	Cards    []Card         // nil: DefaultCards
	Products []Product      // nil: DefaultProducts
	Zone     *time.Location // whose calendar ends a month; nil: Africa/Johannesburg
}

// Issuer is the gift card issuer at work. mu guards the books; it is held for
// map work and one buffered file write, never while a client is waited for, so
// check and change of a card are one step.
type Issuer struct {
	now      func() time.Time
	log      *slog.Logger
	zone     *time.Location
	vault    *stage.Vault
	stopping <-chan struct{}
	control  *stage.Control
	shapes   map[string]schema

	mu       sync.Mutex
	accounts map[string]*account
	entries  []*request
	seq      int64
	seed     *seed // of data sets to come
	stock    *seed // as configured
	planted  []stage.Break
	journal  *stage.Journal
}

// New makes an issuer whose books are lost at the end, until Open.
func New(cfg Config) (*Issuer, error) {
	i := &Issuer{
		now: cfg.Now, log: cfg.Log, zone: cfg.Zone, stopping: cfg.Stopping, control: cfg.Control,
		shapes: schemas(), stock: &seed{cfg.Cards, cfg.Products}, accounts: map[string]*account{},
	}
	if i.now == nil {
		i.now = time.Now
	}
	if i.log == nil {
		i.log = slog.New(slog.DiscardHandler)
	}
	if i.control == nil {
		i.control = stage.NewControl(Faults(), Kinds()...)
	}
	if i.zone == nil {
		zone, err := time.LoadLocation("Africa/Johannesburg")
		if err != nil {
			return nil, fmt.Errorf("gift card issuer: %w", err)
		}
		i.zone = zone
	}
	if i.stock.Cards == nil {
		i.stock.Cards = DefaultCards()
	}
	if i.stock.Products == nil {
		i.stock.Products = DefaultProducts()
	}
	i.seed = i.stock
	return i, nil
}

// Open replays the journal in path and keeps it from then on; it is called
// before anything is served. Data sets of the journal keep the cards they were
// made from; new ones take those of the configuration.
func (i *Issuer) Open(path string, v *stage.Vault) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.vault, i.seed = v, &seed{}
	var err error
	if i.journal, err = stage.OpenJournal(path, i.replay); err != nil {
		return err
	}
	if !slices.Equal(i.stock.Cards, i.seed.Cards) || !slices.Equal(i.stock.Products, i.seed.Products) {
		i.record(&event{Kind: seedLoaded, secret: secret{Seed: i.stock}})
	}
	return nil
}

// Close closes the journal.
func (i *Issuer) Close() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.journal.Close()
}

// month is the current one as YYMM.
func (i *Issuer) month() string { return i.now().In(i.zone).Format("0601") }

// open gives a user a data set when it has none. The caller holds mu.
func (i *Issuer) open(user string) *dataSet {
	if a := i.accounts[user]; a == nil || a.set == nil {
		i.record(&event{Kind: setOpened, User: user})
	}
	return i.accounts[user].set
}
