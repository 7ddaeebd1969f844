package main

import (
	"slices"
	"sync"

	"github.com/signalboxhq/signalbox/internal/witness"
)

// journal is what clients and proxies write down.
type journal struct {
	mu   sync.Mutex
	told []witness.Told
	wire []witness.Exchange
}

func (j *journal) answer(t witness.Told) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.told = append(j.told, t)
}

func (j *journal) exchange(x witness.Exchange) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.wire = append(j.wire, x)
}

func (j *journal) copied() ([]witness.Told, []witness.Exchange) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.told), slices.Clone(j.wire)
}
