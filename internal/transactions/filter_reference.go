package transactions

import (
	"encoding/base64"
	"strings"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// RefKind says what kind of reference a person looks for; the empty one is any.
type RefKind string

// The kinds of references.
const (
	RefAny         RefKind = ""
	RefMessage     RefKind = "message"
	RefAdvice      RefKind = "advice"
	RefTransaction RefKind = "transaction"
	RefThirdParty  RefKind = "third"
	RefProvider    RefKind = "provider"
	RefRRN         RefKind = "rrn"
	RefSerial      RefKind = "serial"
	RefCode        RefKind = "code"
	RefBasket      RefKind = "basket"
	RefMSISDN      RefKind = "msisdn"
	RefCard        RefKind = "card"
	RefPurchase    RefKind = "purchase"
	RefApproval    RefKind = "approval"
)

// RefKinds lists the kinds with the word people use for each, RefAny first.
func RefKinds() []struct {
	Kind RefKind
	Word string
} {
	return []struct {
		Kind RefKind
		Word string
	}{
		{RefAny, "Any"},
		{RefMessage, "Message id"},
		{RefThirdParty, "Third party"},
		{RefRRN, "RRN"},
		{RefBasket, "Basket"},
		{RefCode, "Voucher code"},
		{RefSerial, "Voucher serial"},
		{RefProvider, "Provider reference"},
		{RefAdvice, "Advice id"},
		{RefTransaction, "Record id"},
		{RefMSISDN, "Phone number"},
		{RefCard, "Gift card number"},
		{RefPurchase, "Sale or receipt"},
		{RefApproval, "Approval code"},
	}
}

// Word is the kind as people call it.
func (k RefKind) Word() string {
	for _, r := range RefKinds() {
		if r.Kind == k {
			return r.Word
		}
	}
	return ""
}

// terms gives the kinds of hashed terms that a kind of reference is found by.
func (k RefKind) terms() []TermKind {
	switch k {
	case RefThirdParty:
		return []TermKind{TermThirdParty}
	case RefProvider:
		return []TermKind{TermProviderRef}
	case RefRRN:
		return []TermKind{TermRRN}
	case RefSerial:
		return []TermKind{TermSerial}
	case RefCode:
		return []TermKind{TermCode}
	case RefBasket:
		return []TermKind{TermBasket}
	case RefMSISDN:
		return []TermKind{TermMSISDN}
	case RefCard:
		return []TermKind{TermCard}
	case RefPurchase:
		return []TermKind{TermPurchase}
	case RefApproval:
		return []TermKind{TermApproval}
	case RefAny:
		return []TermKind{TermThirdParty, TermProviderRef, TermRRN, TermSerial, TermCode, TermBasket, TermMSISDN, TermCard, TermPurchase, TermApproval}
	}
	return nil
}

// Reference is one value that a transaction is found by.
type Reference struct {
	Kind  RefKind
	Value string // as typed; empty when it is hidden
	// Hashes are the keyed hashes of the value, one for each kind of term it may be.
	Hashes [][]byte
	// Hidden says that the value is a secret: addresses carry its hashes only.
	Hidden bool
}

// Given tells whether there is a reference at all.
func (r Reference) Given() bool { return r.Value != "" || len(r.Hashes) > 0 }

// Clear tells whether ids stored in clear may be compared with the value.
func (r Reference) Clear(k RefKind) bool { return r.Value != "" && (r.Kind == RefAny || r.Kind == k) }

// UUID reads the value as one of our own ids.
func (r Reference) UUID() (uuid.UUID, bool) {
	id, err := uuid.Parse(r.Value)
	return id, err == nil && len(r.Value) == 36
}

// Secret tells whether the value is, or may be, one that no address and no log may hold: a voucher or approval code, a card or
// phone number.
func (r Reference) Secret() bool {
	switch r.Kind {
	case RefCode, RefMSISDN, RefCard, RefApproval:
		return r.Value != ""
	case RefAny:
		digits := strings.NewReplacer(" ", "", "-", "", "+", "").Replace(r.Value)
		return len(digits) >= 6 && strings.Trim(digits, "0123456789") == ""
	}
	return false
}

// Hash fills in the hashes of a value in clear and hides a secret one. hash is the keyed hash that terms were stored with;
// nil changes nothing.
func (r *Reference) Hash(hash func(kind, value string) []byte) {
	if r.Value == "" || hash == nil {
		return
	}
	r.Hashes = nil
	for _, k := range r.Kind.terms() {
		if value := NormalTerm(k, r.Value); value != "" {
			r.Hashes = append(r.Hashes, hash(string(k), value))
		}
	}
	if r.Secret() {
		r.Value, r.Hidden = "", true
	}
}

// NormalTerm is the one form in which a term of a kind is hashed, stored and looked for: trimmed and in upper case, codes
// without blanks, phone and card numbers as digits only. Empty: nothing to look for.
func NormalTerm(k TermKind, value string) string {
	switch k {
	case TermCode:
		return strings.ToUpper(strings.Join(strings.Fields(value), ""))
	case TermApproval: // with or without the prefix of its barcode it is one code (humm.md 3.3)
		code := strings.ToUpper(strings.Join(strings.Fields(value), ""))
		if rest, prefixed := strings.CutPrefix(code, "6199"); prefixed && len(rest) == 6 {
			return rest
		}
		return code
	case TermMSISDN, TermCard:
		return strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, value)
	}
	return strings.ToUpper(strings.TrimSpace(value))
}

// hashBytes is the length of a keyed hash.
const hashBytes = 32

// sealed writes the hashes of a hidden reference for an address.
func (r Reference) sealed() string {
	parts := make([]string, len(r.Hashes))
	for i, h := range r.Hashes {
		parts[i] = base64.RawURLEncoding.EncodeToString(h)
	}
	return strings.Join(parts, ".")
}

// readSealed reads what sealed wrote.
func readSealed(kind RefKind, text string) (Reference, error) {
	r := Reference{Kind: kind, Hidden: true}
	for part := range strings.SplitSeq(text, ".") {
		h, err := base64.RawURLEncoding.Strict().DecodeString(part)
		if err != nil || len(h) != hashBytes || len(r.Hashes) >= len(RefAny.terms()) {
			return Reference{}, apperr.Field("ref", "This address does not hold a usable reference. Type the value again.")
		}
		r.Hashes = append(r.Hashes, h)
	}
	return r, nil
}
