package humm

import (
	"net/http"
	"slices"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// ServeBooks answers GET /books/humm. Operations are authorisation, adjustment, receipt and invite, user is the seller, ref
// the till's own reference (of receipts: the receipt number), provider_ref the purchase number. code_hash is that of
// the normalised code, of an invitation that of the mobile number. An authorisation still open is UNPROCESSED.
func (s *Server) ServeBooks(w http.ResponseWriter, r *http.Request) {
	stage.ServeBooks(w, r, ID, []string{"authorisation", "adjustment", "receipt", "invite"}, s)
}

// ServeStatements answers /statements/humm/{more}: authorisations and adjustments. An adjustment has no number of its
// own, so the till's reference stands in both columns.
func (s *Server) ServeStatements(w http.ResponseWriter, r *http.Request, more string) {
	stage.Statements{Sources: []stage.Source{money{s}}, Breaks: s}.Serve(w, r, more)
}

// money is the part of the books in which money moves.
type money struct{ *Server }

// Lines implements stage.Source.
func (m money) Lines(w stage.Window, do func([]stage.Line)) {
	m.Server.Lines(w, func(part []stage.Line) {
		do(slices.DeleteFunc(part, func(l stage.Line) bool { return l.Operation != "authorisation" && l.Operation != "adjustment" }))
	})
}
