package ott

import (
	"strings"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Details of attempts: what the reading of an answer came to.
const (
	detailTrouble   = "PROVIDER_ERROR"
	detailBadAmount = "BAD_AMOUNT"
	detailNotFound  = "NOT_FOUND_YET"
	detailTaken     = "VALUE_TAKEN"
)

// ruling is the meaning of one error code (5.4).
type ruling struct {
	declined  bool // false: unknown, to be settled by a check
	errorType string
	alarm     bool // people must act
	meaning   string
}

// issuingCodes are the codes of GetVoucher. A code that is not here proves nothing.
//
//nolint:gochecknoglobals // a constant table
var issuingCodes = map[int64]ruling{
	1: {meaning: "system error"},
	2: {meaning: "PIN could not be fetched"},
	3: {declined: true, errorType: switchcore.ErrAmount, meaning: "no product for this value"},
	4: {declined: true, errorType: switchcore.ErrGeneral, meaning: "VAT not found"},
	5: {declined: true, errorType: switchcore.ErrGeneral, meaning: "calculation error"},
	6: {declined: true, errorType: family.ErrInsufficientFunds, alarm: true, meaning: "our account is short of funds"},
	7: {meaning: "debit or credit not saved"},
	8: {meaning: "system error"},
	9: {meaning: "system error"},
}

// redemptionCodes are the codes of RemitVoucher, known from one client only; their texts are not certain.
//
//nolint:gochecknoglobals // a constant table
var redemptionCodes = map[int64]ruling{
	1:  {meaning: "system side"},
	2:  {meaning: "system side"},
	3:  {meaning: "system side"},
	4:  {declined: true, errorType: switchcore.ErrNotRedeemable, meaning: "user side"},
	5:  {declined: true, errorType: switchcore.ErrNotRedeemable, meaning: "user side"},
	7:  {declined: true, errorType: switchcore.ErrNotRedeemable, meaning: "user side"},
	9:  {meaning: "system side"},
	10: {meaning: "system side"},
	11: {declined: true, errorType: switchcore.ErrNotRedeemable, meaning: "user side"},
	12: {declined: true, errorType: switchcore.ErrNotRedeemable, meaning: "user side"},
	13: {declined: true, errorType: switchcore.ErrNotRedeemable, meaning: "user side"},
	14: {declined: true, errorType: switchcore.ErrNotRedeemable, meaning: "user side"},
	15: {meaning: "system side"},
}

// systemCode tells whether a code says that the provider itself is in trouble: a check answered so has found out nothing.
func systemCode(table map[int64]ruling, code int64) bool {
	r, listed := table[code]
	return listed && !r.declined
}

// spent tells whether a refusal's text says that the voucher was used before: the codes do not tell.
func spent(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "redeemed") || strings.Contains(text, "used")
}
