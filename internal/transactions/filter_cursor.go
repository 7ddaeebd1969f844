package transactions

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Cursor is a place in a list sorted by moment and id: the row beside which a page begins. The zero value is the top.
type Cursor struct {
	At time.Time
	ID uuid.UUID
	// Back asks for the page that ends before the row instead of the one that begins after it.
	Back bool
}

// IsZero tells whether the list is read from its top.
func (c Cursor) IsZero() bool { return c.At.IsZero() }

// String writes the place for an address: microseconds since 1970 and the id, both hexadecimal.
func (c Cursor) String() string {
	return strconv.FormatInt(c.At.UnixMicro(), 16) + "-" + hex.EncodeToString(c.ID[:])
}

// earliest and latest are the moments that a place may have.
const (
	earliest = 0
	latest   = 1 << 53 // microseconds, the year 2255
)

// ReadCursor reads the parameters "before" (go on after this row) and "after" (go back from this row); at most one is used.
func ReadCursor(before, after string) (Cursor, error) {
	text, back := before, false
	if text == "" {
		text, back = after, true
	}
	if text == "" {
		return Cursor{}, nil
	}
	at, id, found := strings.Cut(text, "-")
	micros, err := strconv.ParseInt(at, 16, 64)
	raw, hexErr := hex.DecodeString(id)
	if !found || err != nil || hexErr != nil || len(raw) != 16 || micros <= earliest || micros >= latest {
		return Cursor{}, apperr.Field("before", "This address points to no place in the list. Start from the first page.")
	}
	return Cursor{At: time.UnixMicro(micros).UTC(), ID: uuid.UUID(raw), Back: back}, nil
}
