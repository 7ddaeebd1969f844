// Package finance owns what happens to money after the wire has fallen silent: it compares the switch's own
// records with a provider's statement (reconciliation) and totals what both sides agree on (settlement).
//
// Everything that decides is pure: Reconcile, the Sheet and Settle take values and give values. Intake.Read reads a
// file once and hands its lines on one by one, so that no file has to fit in memory. Service puts
// them in order around a Store, a StatementSource and a ReportWriter. Amounts are int64 minor units; the currency is
// that of the process (I17).
package finance
