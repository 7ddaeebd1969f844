package switchcore

import (
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// MessageID is an id of a client's gift card message.
type MessageID struct {
	ClientID string
	ID       string
}

// MessageKey is the message that used an id up (giftcard-rules.md 12).
type MessageKey struct {
	MessageID
	Operation     transactions.Operation
	Role          string // REQUEST, CONFIRM or REVERSE
	TransactionID uuid.UUID
	CreatedAt     time.Time
}

// HeldReference is a Reference as the store knows it.
type HeldReference struct {
	Scope         string
	Kind          ReferenceKind
	Hash          []byte
	TransactionID uuid.UUID // nil in Needs
	CreatedAt     time.Time
}

// Changes is what the steps decided, in the order of the tables it is written to.
type Changes struct {
	NewTransactions []*transactions.Transaction
	Transactions    map[uuid.UUID]*transactions.Transaction // changed rows, new ones not included
	NewVouchers     []*vouchers.Voucher
	Vouchers        map[uuid.UUID]*vouchers.Voucher
	NewEntries      []*saf.Entry
	Entries         map[uuid.UUID]*saf.Entry
	NewAttempts     []*transactions.Attempt
	EndedAttempts   []AttemptEnd
	Advices         []*transactions.Advice // inserted, or updated in place under their key
	Tombstones      []*transactions.Tombstone
	MessageKeys     []*MessageKey
	References      []*HeldReference
	Devices         []*DeviceRow
	// Superseded are transactions all whose request attempts so far went out under a wire reference that counts no more.
	Superseded []uuid.UUID
	Traces     []*transactions.Trace
	Terms      []*transactions.SearchTerm
	Timeline   []*transactions.Change
}

// DeviceRow is a learned signing key, sealed (humm.md 8.2).
type DeviceRow struct {
	MerchantID   string
	DeviceHash   []byte
	DeviceSealed []byte
	KeySealed    []byte
	ClientID     string
	At           time.Time
}

// AttemptEnd closes an attempt that is still an intent; on any other it changes nothing.
type AttemptEnd struct {
	ID          uuid.UUID
	State       transactions.AttemptState
	Result      transactions.Outcome
	Detail      string
	ProviderRef string
	HTTPStatus  int
	At          time.Time
}
