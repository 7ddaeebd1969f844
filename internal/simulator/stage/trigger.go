package stage

import "strings"

// Trigger is one fault of the native interfaces with the two digits that ask for it. In an amount of R77.nn, R177.nn,
// R277.nn ... (minor units ending in 77nn) or in a PIN that starts with 7777, nn is the trigger. It strikes
// the first message under a reference; nn+50 strikes every one.
type Trigger struct {
	Digits int
	Fault  string // for Catalogue.Parse
	Help   string
}

// Triggers are the faults that an amount or a PIN can ask for.
func Triggers() []Trigger {
	return []Trigger{
		{1, "decline", "refused by business rule"},
		{2, "lost-answer", "done, then no answer"},
		{3, "lost-request", "not done, no answer"},
		{4, "late-answer", "done, answered after 35 s"},
		{5, "no-code", "success without the code"},
		{6, "soft-error", "not done, HTTP 200 with an error code that says little"},
		{7, "token-expired", "401 once (interfaces with tokens)"},
		{8, "late-reversal", "the sale works, its reversal is refused"},
		{9, "bad-gateway", "not done, 502 with HTML"},
		{10, "malformed", "done, half a JSON body"},
		{11, "duplicate-answer", "done, the answer twice on the wire"},
		{12, "reset", "not done, connection reset"},
		{13, "reset-after", "done, connection reset"},
		{14, "error-500", "not done, 500"},
		{15, "error-500:processed", "done, 500"},
		{16, "unavailable", "not done, 503"},
		{17, "soft-error:processed", "done, HTTP 200 with an error code that says little"},
		{18, "unknown-code", "not done, an error code in no list"},
		{19, "other-id", "done, answered under another reference"},
		{20, "http-429", "not done, 429"},
	}
}

// NativeFaults are the faults of the native interfaces.
func NativeFaults() Catalogue {
	return append(Faults(),
		Kind{"soft-error", BeforeWork, "HTTP 200 with an error code that leaves the outcome open (native interfaces)"},
		Kind{"unknown-code", BeforeWork, "an error code that no list explains (native interfaces)"},
		Kind{"token-expired", BeforeWork, "401 although the token is good, and the token is forgotten (Flash)"},
		Kind{"late-reversal", InWork, "the request works, its reversal is refused (native interfaces)"},
	)
}

// ByAmount is the fault that an amount in minor units asks for; always tells that it strikes every message.
func ByAmount(minor int64) (f Fault, always bool) {
	if minor%10000/100 != 77 {
		return Fault{}, false
	}
	return byDigits(int(minor % 100))
}

// TestPIN reports whether the PIN is one that asks for a fault. Interfaces let it hold R100 even if never sold.
func TestPIN(pin string) bool { return len(pin) >= 7 && strings.HasPrefix(pin, "7777") }

// ByPIN is the fault that a PIN asks for.
func ByPIN(pin string) (f Fault, always bool) {
	if !TestPIN(pin) {
		return Fault{}, false
	}
	return byDigits(Fault{Arg: strings.TrimLeft(pin[len(pin)-2:], "0")}.Number(0))
}

func byDigits(n int) (f Fault, always bool) {
	if n > 50 {
		n, always = n-50, true
	}
	for _, t := range Triggers() {
		if t.Digits == n {
			f, _ = NativeFaults().Parse(t.Fault) // the table is checked by a test
			return f, always
		}
	}
	return Fault{}, false
}
