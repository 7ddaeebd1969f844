package yoyo

import (
	"slices"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Details of attempts: what the reading of an answer came to.
const (
	detailTrouble  = "PROVIDER_ERROR"
	detailNotFound = "NOT_FOUND_YET"
	detailFound    = "FOUND"
	detailSeveral  = "SEVERAL_ISSUED"
	detailLocked   = "CODE_LOCKED"
	detailSpent    = "ALREADY_SPENT"
)

// Codes with a meaning of their own. Lists print codes with four or five digits: they are compared as numbers (6.3).
const (
	codeDone            = -1
	codeUnknownOriginal = 2145
)

// ruling is the meaning of a group of codes.
type ruling struct {
	class     switchcore.Class
	errorType string
	alarm     bool // people must act
	locked    bool // another transaction holds the code; the history tells whether it is ours
	codes     []int
}

// terminalCodes are the codes of the transaction engine (6.3). A code that is not here is unknown.
//
//nolint:gochecknoglobals // a constant table
var terminalCodes = []ruling{
	{class: switchcore.ClassApproved, codes: []int{codeDone}},
	{class: switchcore.ClassUnknown, codes: []int{1, 2, 3, 4, 5, 6, 7}}, // system, database, connection
	{class: switchcore.ClassUnknown, codes: []int{2102, 2103, 2104, 2105, 2106, 2107, 2109, 2110, 2123, 2141, 3257, 3259}},
	{class: switchcore.ClassUnknown, locked: true, errorType: switchcore.ErrNotRedeemable, codes: []int{1009, 2113, 3114, 3262}},
	{class: switchcore.ClassDeclined, errorType: switchcore.ErrNotRedeemable, codes: []int{
		1008, 1012, 2101, 2120, 2134, 3254, 3260, 3261, 3263, 3300,
	}},
	{class: switchcore.ClassDeclined, errorType: switchcore.ErrAmount, codes: []int{2122, 2143, 2144, 2158, 2159, 2160}},
	{class: switchcore.ClassDeclined, errorType: family.ErrLimitExceeded, codes: []int{2156}},
	{class: switchcore.ClassDeclined, errorType: family.ErrOutOfStock, codes: []int{1003, 3255, 3264}},
	{class: switchcore.ClassDeclined, errorType: family.ErrInvalidMerchant, alarm: true, codes: []int{
		2111, 2112, 2124, 2125, 2126, 2129, 2130, 2131, 2132, 2133, 2135, 2136, 2151,
	}},
	{class: switchcore.ClassDeclined, errorType: switchcore.ErrNotSupported, codes: []int{
		2114, 2115, 2116, 2117, 2118, 2119, 2127, 2128, 2137, 2138, 2139, 2140, 2148, 2149, 2150,
	}},
	{class: switchcore.ClassDeclined, errorType: switchcore.ErrFormat, alarm: true, codes: []int{
		21, 22, 23, 24, 25, 26, 27, 2001, 2002, 2161, 4001,
	}},
	{class: switchcore.ClassDeclined, errorType: switchcore.ErrGeneral, alarm: true, codes: credentialCodes},
	{class: switchcore.ClassDeclined, errorType: switchcore.ErrNotLocated, codes: []int{2108, codeUnknownOriginal}},
}

// credentialCodes say that our own credentials were refused.
//
//nolint:gochecknoglobals // a constant table
var credentialCodes = []int{100, 300, 301, 302, 303, 3001, 3002, 3003, 3004}

// terminalCode gives the meaning of a code of the transaction engine; the zero ruling is unknown.
func terminalCode(code int) ruling {
	for _, r := range terminalCodes {
		if slices.Contains(r.codes, code) {
			return r
		}
	}
	return ruling{}
}

// issuerTrouble tells whether a code of the issuer API is its own trouble; every other failure code is a refusal, since
// its list of them is not public (6.3).
func issuerTrouble(code int) bool { return code >= 1 && code <= 7 }
