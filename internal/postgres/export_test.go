package postgres

import (
	"io"

	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Resolve looks for the fate of a commit whose answer was lost, as a writer does; nil: it took effect.
func Resolve(db *DB, xid uint64, changes *switchcore.Changes) error {
	s := &Switch{db: db}
	return s.resolve(xid, proofOf(changes), io.ErrUnexpectedEOF)
}
