package flash

import (
	"strconv"
	"strings"
	"sync"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// meaning is what a response code says about a request.
type meaning struct {
	class     switchcore.Class // ClassUnknown or ClassDeclined
	errorType string           // of a decline
	// ours says that the refusal is about our account, float, credentials or message, not about the sale: people must act,
	// and a repeat that meets it proves nothing about the message before.
	ours bool
	// wait asks for a pause before the same message goes out again.
	wait bool
	// stop says that the same message again cannot help.
	stop bool
}

// unknown reads codes that leave the outcome open, and every code that no table lists.
func unknown() meaning { return meaning{class: switchcore.ClassUnknown} }

func declined(errorType string) meaning {
	return meaning{class: switchcore.ClassDeclined, errorType: errorType}
}

// alarm is a decline that people must act on.
func alarm(errorType string) meaning {
	return meaning{class: switchcore.ClassDeclined, errorType: errorType, ours: true}
}

// codeRow is one line of the table: what the codes mean, the codes with ranges, and why.
type codeRow struct {
	meaning
	codes string
	why   string
}

// codeTable is the whole published list of response codes (4.6); only 0 is success.
func codeTable() []codeRow {
	return []codeRow{
		{unknown(), "2210 2211 2331 2378 2661 2771", "says: submit it again"},
		{meaning{wait: true}, "2220", "busy with it"},
		{unknown(), "2206", "not completed"},
		{unknown(), "2105 2222 2272 2300 2302 2318 2319 2327 2328 2357 2376 2400 2500 2600 2601 2660 2662-2664", "internal or third-party trouble"},
		{unknown(), "2700 2701 2223 2770 2772-2774 3300-3302", "internal or third-party trouble; 2223 in the catalogue"},
		{meaning{wait: true}, "2373 2377", "too much at once"},
		{unknown(), "2001 2225-2228 2234-2247 2250-2252 2254 2255 2262-2266", "temporarily unavailable"},
		{meaning{ours: true, stop: true}, "2201 2256", "our reference with other content"},
		{unknown(), "2248 2359 2372", "duplicate"},

		{declined(switchcore.ErrAlreadyRedeemed), "2401 2674", "spent"},
		{declined(switchcore.ErrNotLocated), "2402 2604 2611-2618 2704 2326 2340", "no such voucher or number"},
		{declined(switchcore.ErrNotRedeemable), "2403 2405 2673 2676 2677 2681 2781", "voucher not usable"},
		{declined(switchcore.ErrAmount), "2103 2204 2212 2307 2320 2333 2341 2342 2347 2350 2406 2408 2410 2671 2672 3311", "amount"},
		{declined(switchcore.ErrProduct), "2101 2102 2104 2257 2268 2283", "product"},
		{declined(family.ErrOutOfStock), "2321 2351", "the network's balance or stock"},
		{alarm(family.ErrInsufficientFunds), "2003 2207", "our float"},
		{alarm(family.ErrInvalidMerchant), "2200 2202 2203 2224 2269-2271 2278 2284 2285 2370 2501", "our account"},
		{alarm(switchcore.ErrFormat), "2231 2301 2308 2360 2366 2602 2603 2630 2632 2633 2702 2703", "our message"},
		{alarm(switchcore.ErrFormat), "2279", "a mobile number where none is allowed"},
		{alarm(switchcore.ErrGeneral), "2232 2233 3700-3704 3711", "our credentials, after one new token"},
		{declined(switchcore.ErrNotSupported), "2273 2274", "no reversals for the product or the account"},
		{declined(switchcore.ErrDoNotHonor), "1033 2205 2209 2213 2229 2230 2258-2261 2303-2306 2309-2316 2322-2325 2329 2330", "meters, airtime, billers, payouts"},
		{declined(switchcore.ErrDoNotHonor), "2332 2334-2339 2343-2346 2348 2349 2352-2356 2358 2361-2365 2367-2369 2371", "meters, airtime, billers, payouts"},
		{declined(switchcore.ErrDoNotHonor), "2641 2670 2675 3303-3310 3312 3313 3315", "meters, airtime, billers, payouts"},

		{unknown(), "2249 2253 2267 2275-2277 2280-2282 2409 2412-2414 2680", "belong to a reversal only"},
	}
}

// undoing is what a response code says about a reversal; what is not listed is read by the table above.
type undoing byte

const (
	undoOther   undoing = iota
	undoDone            // reversed before, or cancelled
	undoNothing         // the original is not known
	undoRefused         // too late, spent, or not allowed
)

// reversalTable lists the answers to a reversal (4.6, last paragraph).
func reversalTable() map[undoing]string {
	return map[undoing]string{
		undoDone:    "2280 2413 2409 2680 2253",
		undoNothing: "2249",
		undoRefused: "2401 2412 2414 2267 2273-2277 2281 2282",
	}
}

//nolint:gochecknoglobals // constant tables, unfolded once
var (
	meanings  = sync.OnceValue(unfoldCodes)
	reversals = sync.OnceValue(unfoldReversals)
)

func unfoldCodes() map[int]meaning {
	m := map[int]meaning{}
	for _, row := range codeTable() {
		for _, code := range unfold(row.codes) {
			m[code] = row.meaning
		}
	}
	return m
}

func unfoldReversals() map[int]undoing {
	m := map[int]undoing{}
	for u, codes := range reversalTable() {
		for _, code := range unfold(codes) {
			m[code] = u
		}
	}
	return m
}

// unfold lists the codes of a text such as "2210 2662-2664".
func unfold(text string) []int {
	var list []int
	for _, part := range strings.Fields(text) {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, _ := strconv.Atoi(first)
		to, _ := strconv.Atoi(last)
		for code := from; code <= to; code++ {
			list = append(list, code)
		}
	}
	return list
}

// meaningOf reads a code of an answer to a request; an unlisted one leaves everything open.
func meaningOf(code int) meaning { return meanings()[code] }

// aboutToken tells whether a code asks for a new token (4.1).
func aboutToken(code int) bool {
	return code == 2232 || code == 2233 || code/100 == 37
}
