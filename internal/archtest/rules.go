// Package archtest keeps the packages apart: arrows point inward, from cmd over server, api and console to the
// domains, and on to money and apperr; stores and connectors point at the domains. The rules are two
// tables; the test reads the import lines of every file, so a broken rule cannot hide in the test cache.
package archtest

// module is the prefix of our own import paths.
const module = "github.com/signalboxhq/signalbox/"

// mayImport lists, for each of our packages and what lies below it, the packages of ours that it may import, with
// what lies below them. The longest matching line counts; a package without a line is a violation, so that a new
// one gets its place decided. Test files are free to import what they need.
var mayImport = map[string][]string{
	"cmd":               {"internal", "web", "migrations"},
	"bench":             {"internal", "migrations"},
	"chaos":             {"internal"},
	"internal/archtest": {},

	// What everybody may stand on.
	"internal/apperr":   {},
	"internal/money":    {"internal/apperr"},
	"internal/config":   {"internal/money", "internal/apperr"},
	"internal/jsonedit": {"internal/apperr"},
	"internal/mask":     {"internal/jsonedit", "internal/apperr"},
	"internal/seal":     {"internal/apperr"},
	"internal/spool":    {},                                                         // files on disk that outlive nobody
	"internal/crash":    {},                                                         // named points at which builds for chaos die
	"internal/witness":  {},                                                         // what everybody holds at the end of a run; knows nothing of ours
	"internal/humm":     {"internal/apperr", "internal/jsonedit", "internal/money"}, // signature, words and codes of the rail

	// The domains.
	"internal/transactions": {"internal/money", "internal/apperr"},
	"internal/vouchers":     {"internal/money", "internal/apperr"},
	"internal/saf":          {"internal/transactions", "internal/money", "internal/apperr"},
	"internal/finance":      {"internal/crash", "internal/spool", "internal/finance", "internal/transactions", "internal/money", "internal/apperr"},
	"internal/operators":    {"internal/apperr"},
	"internal/monitoring":   {"internal/transactions", "internal/saf", "internal/apperr"},
	"internal/switchcore": {
		"internal/crash", "internal/transactions", "internal/saf", "internal/vouchers", "internal/mask", "internal/money", "internal/apperr",
	},
	"internal/switchcore/switchtest": { // the record in memory, for tests
		"internal/switchcore", "internal/transactions", "internal/saf", "internal/vouchers", "internal/apperr",
	},
	"internal/simulation": { // the switch against everything that can go wrong; a test tool, no product code imports it
		"internal/switchcore", "internal/transactions", "internal/saf", "internal/vouchers", "internal/connectors/serviceinterface", "internal/connectors/giftcardclient",
		"internal/connectors/humm", "internal/connectors/wire", "internal/humm", "internal/mask", "internal/money", "internal/reliability", "internal/apperr",
	},
	"internal/simulation/planted": {},
	"internal/jobs":               {"internal/apperr"},
	"internal/setup":              {"internal/switchcore", "internal/finance", "internal/transactions", "internal/money", "internal/apperr"}, // the data file of an installation

	// The diagrams of docs/states.md, drawn from the tables of the domains.
	"internal/statesdoc": {"internal/transactions", "internal/saf", "internal/vouchers", "internal/finance"},

	// What the domains are connected to.
	"internal/postgres": {
		"internal/switchcore", "internal/transactions", "internal/saf", "internal/vouchers", "internal/finance",
		"internal/operators", "internal/monitoring", "internal/jobs", "internal/setup", "internal/humm", "internal/seal", "internal/money",
		"internal/apperr", "migrations",
	},
	"internal/postgres/localpg": {},
	"internal/postgres/postgrestest": {
		"internal/postgres", "internal/switchcore", "internal/transactions", "internal/saf", "internal/vouchers",
		"internal/finance", "internal/operators", "internal/money", "migrations",
	},
	"internal/connectors": {
		"internal/connectors/family", "internal/connectors/native", "internal/connectors/wire", "internal/humm", "internal/switchcore", "internal/transactions", "internal/finance", "internal/jsonedit", "internal/mask",
		"internal/spool", "internal/money", "internal/apperr",
	},
	"internal/connectors/family": {
		"internal/connectors/wire", "internal/switchcore", "internal/transactions", "internal/jsonedit", "internal/mask", "internal/money", "internal/apperr",
	},
	"internal/connectors/native":        {"internal/switchcore", "internal/jsonedit", "internal/money"},
	"internal/connectors/wire":          {"internal/crash", "internal/switchcore", "internal/jsonedit", "internal/mask", "internal/apperr"},
	"internal/connectors/connectortest": {"internal/switchcore", "internal/transactions", "internal/simulator", "internal/money", "internal/apperr"},
	"internal/simulator":                {"internal/simulator"}, // a mapping mistake of ours must not hide in it
	"migrations":                        {},

	// The figures of the attacks, and their harnesses.
	"internal/reliability": {"internal/reliability"},

	// What people and channels meet.
	"internal/api": {
		"internal/api", "internal/switchcore", "internal/transactions", "internal/vouchers", "internal/humm", "internal/jsonedit", "internal/mask",
		"internal/money", "internal/apperr",
	},
	"internal/console": {
		"internal/console", "internal/transactions", "internal/saf", "internal/vouchers", "internal/finance", "internal/operators",
		"internal/monitoring", "internal/jobs", "internal/setup", "internal/mask", "internal/money", "internal/apperr", "web",
	},
	"internal/server": {"internal/api", "internal/console", "internal/operators", "internal/apperr", "web"},
	"internal/sandbox": {
		"internal/transactions", "internal/saf", "internal/vouchers", "internal/finance", "internal/operators", "internal/switchcore",
		"internal/simulator", "internal/setup", "internal/config", "internal/money", "internal/apperr",
	},
	"web/static": {},
	"web/templates": {
		"web", "internal/transactions", "internal/saf", "internal/vouchers", "internal/finance", "internal/money",
	},
}

// onlyIn lists, for a library and what lies below it, the packages that may import it; tests included where inTests says so.
var onlyIn = []struct {
	library  string
	packages []string
	inTests  bool
}{
	{"gorm.io", []string{"internal/postgres"}, true},
	{"github.com/gofiber", []string{"internal/api", "internal/console", "internal/server"}, true},
	{"github.com/go-co-op/gocron", []string{"internal/jobs"}, true},
	{"github.com/jackc/pgx", []string{"internal/postgres", "internal/witness", "cmd", "bench", "chaos"}, false},
	{"database/sql", []string{"internal/postgres"}, false},
	{"github.com/a-h/templ", []string{"web/templates", "internal/console"}, false},
}

// pure lists the packages that speak no HTTP at all, and neverIn what that means.
var (
	pure = []string{
		"internal/transactions", "internal/saf", "internal/vouchers", "internal/finance", "internal/switchcore",
		"internal/operators", "internal/monitoring", "internal/money", "internal/mask", "internal/postgres",
	}
	neverIn = []string{"net/http", "github.com/valyala"}
)

// banned lists methods that a package must not call.
var banned = []struct{ pkg, method, why string }{
	{"internal/postgres", "Save", "gorm's Save turns an update of no row into an insert of every column, past every fence (A9)"},
}
