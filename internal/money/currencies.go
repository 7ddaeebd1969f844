package money

// currency is a row of ISO 4217.
type currency struct {
	code     string
	symbol   string
	decimals int
}

// currencies are those of the markets served, keyed by ISO 4217 number. An unknown number is shown as digits with two decimals.
var currencies = map[string]currency{
	"036": {"AUD", "A$", 2},
	"048": {"BHD", "BHD", 3},
	"072": {"BWP", "P", 2},
	"156": {"CNY", "CNY", 2},
	"356": {"INR", "₹", 2},
	"392": {"JPY", "¥", 0},
	"404": {"KES", "KSh", 2},
	"414": {"KWD", "KWD", 3},
	"426": {"LSL", "LSL", 2},
	"454": {"MWK", "MK", 2},
	"480": {"MUR", "Rs", 2},
	"516": {"NAD", "N$", 2},
	"554": {"NZD", "NZ$", 2},
	"566": {"NGN", "₦", 2},
	"646": {"RWF", "RF", 0},
	"710": {"ZAR", "R", 2},
	"748": {"SZL", "E", 2},
	"756": {"CHF", "CHF", 2},
	"800": {"UGX", "USh", 0},
	"826": {"GBP", "£", 2},
	"834": {"TZS", "TSh", 2},
	"840": {"USD", "USD", 2},
	"936": {"GHS", "GH₵", 2},
	"943": {"MZN", "MT", 2},
	"967": {"ZMW", "K", 2},
	"978": {"EUR", "€", 2},
}
