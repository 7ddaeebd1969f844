package stage

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// States of a request in the books.
const (
	Approved    = "APPROVED"
	Declined    = "DECLINED"
	Unprocessed = "UNPROCESSED" // received, then dropped by a fault before any work
)

// Decisions that an advice leaves on a request.
const (
	Confirmed = "CONFIRMED"
	Reversed  = "REVERSED"
)

// Line is one entry of GET /books/{provider}: a request as the provider saw it. Amounts are minor units.
type Line struct {
	Ref         string    `json:"ref"` // wire reference, as received
	ProviderRef string    `json:"provider_ref"`
	User        string    `json:"user"`
	Operation   string    `json:"operation"` // provision, redemption, refund, or a word of the interface
	Product     string    `json:"product"`
	Amount      int64     `json:"amount"`
	Currency    string    `json:"currency"`
	CodeHash    string    `json:"code_hash"` // see HashCode
	Serial      string    `json:"serial"`
	State       string    `json:"state"`
	ErrorType   string    `json:"error_type,omitempty"`
	Advice      string    `json:"advice"` // Confirmed, Reversed or empty
	AdviceID    string    `json:"advice_id"`
	AdviceAt    time.Time `json:"advice_at,omitzero"`
	FinalAmount int64     `json:"final_amount"` // what stands after all advices
	Received    int       `json:"received"`     // first sends
	Retries     int       `json:"retries"`
	Advices     int       `json:"advices_received"`
	At          time.Time `json:"at"` // UTC, last change of state

	Settled bool `json:"-"` // no advice is expected any more
}

// Stray is an advice that found no approved request.
type Stray struct {
	Ref       string    `json:"ref"`
	User      string    `json:"user"`
	Operation string    `json:"operation"`
	Action    string    `json:"action"` // confirm, reverse
	AdviceID  string    `json:"advice_id"`
	Answer    string    `json:"answer"`
	Received  int       `json:"received"`
	At        time.Time `json:"at"`
}

// HashCode is how a code shows in the books: lower-case hex SHA-256, empty for no code.
func HashCode(code string) string {
	if code == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}

// Source gives the lines of one set of books. Lines hands them out in parts, in the order of their entry, without
// holding a lock while do runs.
type Source interface {
	Lines(w Window, do func([]Line))
	Strays(w Window) []Stray
}
