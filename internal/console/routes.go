package console

import (
	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/operators"
)

// route is one line of the policy table: who may call what, and what it does.
type route struct {
	method, path string
	access       access
	handle       fiber.Handler
}

// routes is the whole console: its routes and its policy in one table. A route that is not here does not exist.
func (a *App) routes() []route {
	return []route{
		// Before and around a session.
		{"GET", "/static/*", files(), a.static},
		{"POST", "/csp-report", reports(a.others), a.reportPolicy},
		{"GET", "/sign-in", public(), a.showSignIn},
		{"POST", "/sign-in", public().limitedBy(a.signIns), a.signIn},
		{"GET", "/link/:token", public(), a.showLink},
		{"POST", "/link/:token", public().limitedBy(a.others), a.redeemLink},
		{"GET", "/enrol/:token", public(), a.showEnrol},
		{"POST", "/enrol/:token", public().limitedBy(a.signIns), a.enrol},
		{"POST", "/sign-out", signedIn(), a.signOut},
		{"GET", "/keys", signedIn(), a.showKeys},

		// Desk.
		{"GET", "/", may(operators.DashboardView), a.showOverview},
		{"GET", "/transactions", may(operators.TransactionView), a.listTransactions},
		{"GET", "/transactions/:id", may(operators.TransactionView), a.showTransaction},

		// Delivery.
		{"GET", "/saf", may(operators.SAFView), a.listQueues},
		{"GET", "/saf/queues/:provider", may(operators.SAFView), a.showQueue},
		{"POST", "/saf/queues/:provider/hold", may(operators.SAFHold), a.holdQueue},
		{"POST", "/saf/queues/:provider/release", may(operators.SAFHold), a.releaseQueue},
		{"GET", "/saf/entries/:id", may(operators.SAFView), a.showEntry},
		{"POST", "/saf/entries/:id/replay", may(operators.SAFReplay), a.replayEntry},
		{"POST", "/saf/entries/:id/unpark", may(operators.SAFReplay), a.unparkEntry},
		{"POST", "/saf/entries/:id/hold", may(operators.SAFHold), a.holdEntry},
		{"POST", "/saf/entries/:id/release", may(operators.SAFHold), a.releaseEntry},

		// Finance.
		{"GET", "/finance/reconciliation", may(operators.FinanceView), a.listRuns},
		{"GET", "/finance/reconciliation/:process", may(operators.FinanceView), a.showRun},
		{"GET", "/finance/reconciliation/:process/report.csv", may(operators.FinanceView), a.downloadRun("CSV")},
		{"GET", "/finance/reconciliation/:process/report.xlsx", may(operators.FinanceView), a.downloadRun("XLSX")},
		{"GET", "/finance/items/:id", may(operators.FinanceView), a.showItem},
		{"GET", "/finance/settlement", may(operators.FinanceView), a.listCycles},
		{"GET", "/finance/cycles/:id", may(operators.FinanceView), a.showCycle},
		{"GET", "/finance/cycles/:id/report.csv", may(operators.FinanceView), a.downloadCycle("CSV")},
		{"GET", "/finance/cycles/:id/report.xlsx", may(operators.FinanceView), a.downloadCycle("XLSX")},

		// Schedules. The jobs of finance are run by finance, the others by whoever may replay.
		{"GET", "/schedules", may(operators.DashboardView), a.listSchedules},
		{"POST", "/schedules/" + reconJob + "/run", may(operators.FinanceResolve), a.runNamedJob(reconJob)},
		{"POST", "/schedules/" + settleJob + "/run", may(operators.FinanceResolve), a.runNamedJob(settleJob)},
		{"POST", "/schedules/:job/run", may(operators.SAFReplay), a.runAnyJob},

		// Govern.
		{"GET", "/config", may(operators.ConfigView), a.toConfiguration},
		{"GET", "/config/providers", may(operators.ConfigView), a.listProviders},
		{"GET", "/config/providers/:provider", may(operators.ConfigView), a.showProvider},
		{"GET", "/config/products", may(operators.ConfigView), a.listProducts},
		{"GET", "/config/routes", may(operators.ConfigView), a.listRoutes},
		{"GET", "/config/clients", may(operators.ConfigView), a.listClients},
		{"GET", "/config/clients/:client", may(operators.ConfigView), a.showClient},
		{"GET", "/config/terms", may(operators.ConfigView), a.listTerms},
		{"GET", "/config/finance", may(operators.ConfigView), a.showRail},
		{"GET", "/audit", may(operators.AuditView), a.listAudit},
	}
}

// Mount registers every route of the table behind its guard. GET routes answer HEAD as well.
func (a *App) Mount(r fiber.Router) { a.mount(r, a.routes()) }

func (a *App) mount(r fiber.Router, routes []route) {
	for _, rt := range routes {
		guarded := []fiber.Handler{a.guard(rt.access), rt.handle}
		if rt.method == fiber.MethodGet {
			r.Head(rt.path, guarded...)
		}
		r.Add(rt.method, rt.path, guarded...)
	}
}
