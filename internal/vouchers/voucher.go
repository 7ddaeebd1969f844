// Package vouchers owns the voucher code and its states (spec/vouchers.md 4.1). A code is a secret: it is stored
// sealed and found by its keyed hash only.
package vouchers

import (
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// State is where a voucher stands.
type State string

// The states of a voucher. None is also the state of a code that nobody ever issued through us.
const (
	None                State = "NONE"
	Available           State = "AVAILABLE"
	Redeemed            State = "REDEEMED"
	RedemptionConfirmed State = "REDEMPTION_CONFIRMED"
	RefundPending       State = "REFUND_PENDING"
)

// Event is something that happened to a voucher.
type Event string

// The events. "Taken" is the start of a redemption or refund, before the provider's word: the code is blocked from then on.
const (
	Issued            Event = "Issued"    // approved, not confirmed yet
	Activated         Event = "Activated" // provision confirmed, or approved in single messaging
	Withdrawn         Event = "Withdrawn" // provision reversed
	RedemptionTaken   Event = "RedemptionTaken"
	RedemptionUndone  Event = "RedemptionUndone" // declined or reversed
	RedemptionSettled Event = "RedemptionSettled"
	RefundTaken       Event = "RefundTaken"
	RefundUndone      Event = "RefundUndone"
	RefundSettled     Event = "RefundSettled"
	RedeemedElsewhere Event = "RedeemedElsewhere" // approved by a provider for a code never issued by us
)

// rule is one line of the voucher's life.
type rule struct {
	from State
	on   Event
	to   State
}

// lifecycle is the whole life of a voucher. A pair not listed is refused and changes nothing.
var lifecycle = []rule{
	{None, Issued, None},
	{None, Activated, Available},
	{None, Withdrawn, None},
	{None, RedeemedElsewhere, Redeemed},

	{Available, Issued, Available}, // the same client-given code provisioned again
	{Available, Activated, Available},
	{Available, Withdrawn, None},
	{Available, RedemptionTaken, Redeemed},

	{Redeemed, Issued, Redeemed},
	{Redeemed, RedemptionUndone, Available},
	{Redeemed, RedemptionSettled, RedemptionConfirmed},
	{Redeemed, Activated, Available}, // each first confirmation of a provision makes the code spendable
	{Redeemed, Withdrawn, None},

	{RedemptionConfirmed, Issued, RedemptionConfirmed},
	{RedemptionConfirmed, RefundTaken, RefundPending},
	{RedemptionConfirmed, Activated, Available},
	{RedemptionConfirmed, Withdrawn, None},

	{RefundPending, Issued, RefundPending},
	{RefundPending, RefundUndone, RedemptionConfirmed},
	{RefundPending, RefundSettled, Available},
	{RefundPending, Activated, Available},
	{RefundPending, Withdrawn, None},
}

// Transitions lists the lifecycle for documentation: from, event, to.
func Transitions() [][3]string {
	list := make([][3]string, len(lifecycle))
	for i, r := range lifecycle {
		list[i] = [3]string{string(r.from), string(r.on), string(r.to)}
	}
	return list
}

// Voucher is one code of one provider.
type Voucher struct {
	ID          uuid.UUID
	ProviderID  string
	CodeHash    []byte // keyed HMAC
	CodeSealed  []byte
	CodeMasked  string
	Serial      string
	State       State
	Hold        bool
	Expiry      time.Time // zero: none known
	ProvisionID uuid.UUID // the latest provision of the code
	UseID       uuid.UUID // the redemption or refund that put it where it is
	Currency    string
	Amount      *int64 // minor units
	Balance     *int64
}

// Step moves the voucher; a pair that the lifecycle does not list is a Conflict and changes nothing.
func (v *Voucher) Step(on Event) error {
	for _, r := range lifecycle {
		if r.from == v.State && r.on == on {
			v.State = r.to
			return nil
		}
	}
	return apperr.Errorf(apperr.Conflict, "a voucher that is %s cannot take %s", v.State, on)
}
