package serviceinterface

import (
	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Error types of vouchers.md 3 that only providers use.
const (
	errInsufficientAmount = "INSUFFICIENT_AMOUNT"
	errInvalidAccount     = "INVALID_ACCOUNT"
	errDeclined           = "TRANSACTION_DECLINED"
	errTranNotSupported   = "TRANSACTION_NOT_SUPPORTED"
)

// weight says what an error type in a failed answer proves.
type weight byte

const (
	unlisted  weight = iota // a word we do not know
	business                // the provider looked at the sale and refused it
	state                   // it knows the voucher, or does not: a refusal by its state
	technical               // it refused the message, perhaps before it looked whether it knows the sale
	unclear                 // it says itself that it does not know
)

// weigh reads an error type (vouchers.md 3).
func weigh(errorType string) weight {
	switch errorType {
	case switchcore.ErrDoNotHonor, switchcore.ErrAmount, switchcore.ErrProduct, errInsufficientAmount, family.ErrLimitExceeded,
		family.ErrInsufficientFunds, errInvalidAccount, errDeclined, family.ErrInvalidMerchant, family.ErrOutOfStock:
		return business
	case switchcore.ErrNotLocated, switchcore.ErrVoucherConfirmed, switchcore.ErrVoucherReversed, switchcore.ErrNotRedeemable, switchcore.ErrAlreadyRedeemed,
		switchcore.ErrNotRedeemed, switchcore.ErrRedemptionConfirmed, switchcore.ErrRedemptionReversed, switchcore.ErrRedemptionOpen,
		switchcore.ErrAlreadyRefunded, switchcore.ErrNotRefunded, switchcore.ErrRefundConfirmed, switchcore.ErrRefundReversed:
		return state
	case switchcore.ErrFormat, switchcore.ErrNotSupported, switchcore.ErrAuthentication, switchcore.ErrGeneral, switchcore.ErrRouting,
		switchcore.ErrDuplicate, errTranNotSupported:
		return technical
	case switchcore.ErrUpstream, switchcore.ErrStatusUnknown:
		return unclear
	}
	return unlisted
}

// ours are types by which a provider speaks of our own message: to the client they would speak of its message.
var ours = map[string]bool{
	switchcore.ErrDuplicate: true, switchcore.ErrFormat: true, switchcore.ErrRouting: true,
}

// clientType is the type a client is answered with for a decline. That the provider refused our own credentials says
// nothing about the client's.
func clientType(errorType string, status int) string {
	switch {
	case errorType == switchcore.ErrAuthentication, family.Unauthorized(status):
		return switchcore.ErrGeneral
	case weigh(errorType) == unlisted, ours[errorType]:
		return switchcore.ErrDoNotHonor
	}
	return errorType
}

// sameDone tells whether an error type says that this very advice was carried out before (I16).
func sameDone(op transactions.Operation, kind transactions.AttemptKind, errorType string) bool {
	if errorType == switchcore.ErrDuplicate {
		return true // vouchers.md 4.5: an advice whose work was already done
	}
	confirm := kind == transactions.AttemptConfirm
	switch op {
	case transactions.Provision:
		return errorType == pick(confirm, switchcore.ErrVoucherConfirmed, switchcore.ErrVoucherReversed)
	case transactions.Redemption:
		return errorType == pick(confirm, switchcore.ErrRedemptionConfirmed, switchcore.ErrRedemptionReversed)
	case transactions.Refund:
		return errorType == pick(confirm, switchcore.ErrRefundConfirmed, switchcore.ErrRefundReversed)
	}
	return false
}

func pick(first bool, yes, no string) string {
	if first {
		return yes
	}
	return no
}
