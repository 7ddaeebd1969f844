package stage

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"sort"
)

// Store keeps rows in memory and in a journal, so that a restart forgets nothing. Rows live in tables (see NewTable);
// what is set between two commits is one line of the journal and so survives whole or not at all. Lines are sealed
// throughout: rows may hold secrets. A store is not safe for concurrent use; its owner locks.
type Store struct {
	log     *slog.Logger
	journal *Journal
	vault   *Vault
	tables  map[string]table
	pending []row
}

// NewStore makes a store that forgets everything, until Open.
func NewStore(log *slog.Logger) *Store { return &Store{log: log, tables: map[string]table{}} }

type table interface {
	load(r row) error
	clear()
}

type row struct {
	Table string          `json:"t"`
	Key   string          `json:"k"`
	Value json.RawMessage `json:"v,omitempty"`
}

type sealedLine struct {
	Rows  []byte `json:"rows,omitempty"`  // sealed JSON of []row
	Clear bool   `json:"clear,omitempty"` // everything before is forgotten
}

// Open replays the journal in path into the tables and keeps it from then on.
func (s *Store) Open(path string, v *Vault) error {
	s.vault = v
	var err error
	s.journal, err = OpenJournal(path, s.replay)
	return err
}

func (s *Store) replay(line []byte) error {
	var l sealedLine
	if err := json.Unmarshal(line, &l); err != nil {
		return err
	}
	if l.Clear {
		s.empty()
	}
	text, err := s.vault.Open(l.Rows)
	if err != nil || text == "" {
		return err
	}
	var rows []row
	if err := json.Unmarshal([]byte(text), &rows); err != nil {
		return err
	}
	for _, r := range rows {
		t := s.tables[r.Table]
		if t == nil {
			return fmt.Errorf("unknown table %q", r.Table)
		}
		if err := t.load(r); err != nil {
			return err
		}
	}
	return nil
}

// Commit writes what was set since the last commit. A full disk is logged: the books in memory are right all the same.
func (s *Store) Commit() {
	if s.journal != nil && len(s.pending) > 0 {
		raw, err := json.Marshal(s.pending)
		if err == nil {
			err = s.journal.Append(sealedLine{Rows: s.vault.Seal(string(raw))})
		}
		if err != nil {
			s.log.Error("books not journalled", "error", err)
		}
	}
	s.pending = s.pending[:0]
}

// Clear forgets all rows of all tables.
func (s *Store) Clear() {
	s.Commit()
	if err := s.journal.Append(sealedLine{Clear: true}); err != nil {
		s.log.Error("books not journalled", "error", err)
	}
	s.empty()
}

func (s *Store) empty() {
	for _, t := range s.tables {
		t.clear()
	}
}

// Close closes the journal.
func (s *Store) Close() error { return s.journal.Close() }

// Table holds the rows of one kind by key.
type Table[V any] struct {
	store *Store
	name  string
	rows  map[string]*V
	seen  func(key string, v *V)
}

// NewTable adds a table to the store, before it is opened. seen, which may be nil, is told of every row as it is set,
// live and at replay alike; that is where an index is kept. It gets a nil row when the table is emptied.
func NewTable[V any](s *Store, name string, seen func(key string, v *V)) *Table[V] {
	t := &Table[V]{store: s, name: name, rows: map[string]*V{}, seen: seen}
	s.tables[name] = t
	return t
}

// Index keeps the rows of a table by their codes in into, as NewTable's seen; a row without a code is not in it.
func Index[V any](into map[string]*V, code func(*V) string) func(key string, v *V) {
	return func(_ string, v *V) {
		if v == nil {
			clear(into)
			return
		}
		if c := code(v); c != "" {
			into[c] = v
		}
	}
}

// Of returns the row of a key, nil if there is none. After a change to it, Set must be called.
func (t *Table[V]) Of(key string) *V { return t.rows[key] }

// Len is the number of rows.
func (t *Table[V]) Len() int { return len(t.rows) }

// Keys returns the keys in order.
func (t *Table[V]) Keys() []string {
	keys := make([]string, 0, len(t.rows))
	for k := range t.rows {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// Set puts a row, as it stands now, into the table and into the next commit.
func (t *Table[V]) Set(key string, v *V) {
	t.put(key, v)
	if t.store.journal == nil {
		return
	}
	raw, err := json.Marshal(v)
	if err != nil {
		t.store.log.Error("row not journalled", "table", t.name, "error", err)
		return
	}
	t.store.pending = append(t.store.pending, row{t.name, key, raw})
}

func (t *Table[V]) put(key string, v *V) {
	t.rows[key] = v
	if t.seen != nil {
		t.seen(key, v)
	}
}

func (t *Table[V]) load(r row) error {
	v := new(V)
	if err := json.Unmarshal(r.Value, v); err != nil {
		return fmt.Errorf("table %s: %w", t.name, err)
	}
	t.put(r.Key, v)
	return nil
}

func (t *Table[V]) clear() {
	clear(t.rows)
	if t.seen != nil {
		t.seen("", nil)
	}
}
