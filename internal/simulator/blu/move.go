package blu

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// move is the body of a sale or redemption.
type move struct {
	RequestID string          `json:"requestId"`
	ProductID json.RawMessage `json:"productId,omitempty"`
	Amount    *int64          `json:"amount"`
	Token     string          `json:"token,omitempty"`
	Meta      *struct {
		At        string `json:"transactionRequestDateTime"`
		Reference string `json:"transactionReference"`
	} `json:"vendMetaData,omitempty"`
}

// remembered is the first message under a request id and what it was answered.
type remembered struct {
	Print  uint64 `json:"print"`
	Status int    `json:"status"`
	Body   string `json:"body"`
	Seq    int64  `json:"seq"`
}

// serveMove plays a sale or redemption: shape, fault, then the books.
func (s *Server) serveMove(x *stage.Exchange, c call) {
	var m move
	if text := m.read(x, c); text != "" {
		x.Send(c.refuse(http.StatusBadRequest, text))
		return
	}
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, c.kind, string(m.ProductID), " ", *m.Amount, " ", m.Token) // a hash never fails
	c.print = h.Sum64()
	s.Lock()
	f := x.Fault(c.kind, false, s.first(c, m), *m.Amount, m.Token)
	if f.Name == "soft-error" || f.Name == "late-reversal" { // nothing of the kind exists here
		f = stage.Fault{}
	}
	if f.Name != "" && f.When == stage.BeforeWork {
		s.drop(c, m)
		s.Unlock()
		x.Deliver(f, c.instead(f))
		return
	}
	a := s.work(c, m, f)
	s.Commit()
	s.Unlock()
	c.deliver(x, f, a)
}

func (m *move) read(x *stage.Exchange, c call) string {
	switch {
	case !strings.HasPrefix(x.R.Header.Get("Content-Type"), "application/json"), json.Unmarshal(x.Body, m) != nil:
		return "Malformed JSON request"
	case m.RequestID == "" || len(m.RequestID) > 64:
		return "requestId must not be blank"
	case m.Amount == nil || *m.Amount <= 0:
		return "amount must be greater than 0"
	case c.kind == "provision" && !isNumber(strings.Trim(string(m.ProductID), `"`)):
		return "productId must not be blank"
	case c.kind == "redeem" && m.Token == "":
		return "token must not be blank"
	}
	if m.Meta != nil {
		if _, err := time.Parse(time.RFC3339, m.Meta.At); err != nil || m.Meta.Reference == "" {
			return "vendMetaData is not valid"
		}
	}
	return ""
}

func isNumber(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n > 0
}

// first reports whether nothing came under the request id before.
func (s *Server) first(c call, m move) bool {
	return s.replies.Of(m.RequestID) == nil && len(s.Uses(c.book, m.RequestID)) == 0
}

// drop books a message that reached Blu Voucher and no further.
func (s *Server) drop(c call, m move) {
	defer s.Commit()
	if s.known(c, m) != nil {
		return
	}
	e := s.entry(c, m)
	e.State = stage.Unprocessed
	s.Keep(e)
}

// entry is a new entry for the message, or the one that a fault dropped before.
func (s *Server) entry(c call, m move) *stage.Entry {
	if e := s.Find(m.RequestID, c.book); e != nil && e.State == stage.Unprocessed {
		e.Retries++
		e.At = s.Now().UTC()
		return e
	}
	e := s.Add(c.book, m.RequestID, c.user)
	e.Currency, e.Amount, e.Product = "710", *m.Amount, strings.Trim(string(m.ProductID), `"`)
	e.ProviderRef = fmt.Sprintf("BLU-%09d", e.Seq)
	return e
}

// known answers a request id that was answered before; nil for a new one.
func (s *Server) known(c call, m move) *stage.Answer {
	r := s.replies.Of(m.RequestID)
	if r == nil {
		return nil
	}
	if r.Print != c.print {
		a := c.refuse(http.StatusConflict, "requestId has been used before")
		return &a
	}
	e := s.Entries()[r.Seq-1]
	e.Retries++
	s.Keep(e)
	return &stage.Answer{Status: r.Status, Body: []byte(r.Body)}
}

// work runs the rules of the books. The same request gets the same answer.
func (s *Server) work(c call, m move, f stage.Fault) stage.Answer {
	if a := s.known(c, m); a != nil {
		return *a
	}
	e := s.entry(c, m)
	var a stage.Answer
	switch {
	case f.Name == "decline":
		a = s.refused(c, e, http.StatusBadRequest, declined(f))
	case c.kind == "provision":
		a = s.sell(c, m, e)
	default:
		a = s.redeem(c, m, e)
	}
	s.Keep(e)
	s.replies.Set(m.RequestID, &remembered{Print: c.print, Status: a.Status, Body: string(a.Body), Seq: e.Seq})
	return a
}

// refused books a request that is declined.
func (s *Server) refused(c call, e *stage.Entry, status int, text string) stage.Answer {
	e.State, e.ErrorType = stage.Declined, text
	return c.refuse(status, text)
}
