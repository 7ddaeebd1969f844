package postgres

import (
	"sync"
	"time"
)

// How long a row is used as it was read, and how many are kept.
const (
	recentFor  = 2 * time.Second
	recentKept = 10_000
)

// recent remembers rows that were read a moment ago. It is safe for concurrent use.
type recent[V any] struct {
	now func() time.Time

	mu   sync.Mutex
	rows map[string]recentRow[V]
}

type recentRow[V any] struct {
	value  V
	readAt time.Time
}

func newRecent[V any]() *recent[V] {
	return &recent[V]{now: time.Now, rows: map[string]recentRow[V]{}}
}

// get gives a row that is not too old.
func (r *recent[V]) get(id string) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	row, ok := r.rows[id]
	return row.value, ok && r.now().Sub(row.readAt) < recentFor
}

// put remembers what a read gave that began at a moment; a later read wins. When there is no room, everything old goes, and
// if that is not enough, everything.
func (r *recent[V]) put(id string, value V, began time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.rows) >= recentKept {
		for other, row := range r.rows {
			if began.Sub(row.readAt) >= recentFor {
				delete(r.rows, other)
			}
		}
		if len(r.rows) >= recentKept {
			clear(r.rows)
		}
	}
	if known, ok := r.rows[id]; !ok || !known.readAt.After(began) {
		r.rows[id] = recentRow[V]{value, began}
	}
}

// drop forgets a row.
func (r *recent[V]) drop(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.rows, id)
}
