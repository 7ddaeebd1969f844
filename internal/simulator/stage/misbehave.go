package stage

import (
	"fmt"
	"net"
	"net/http"
	"time"
)

// longestWait bounds how long any answer is held back.
const longestWait = 2 * time.Minute

// Call is one HTTP exchange whose answer a fault may bend.
type Call struct {
	W        http.ResponseWriter
	R        *http.Request
	Stopping <-chan struct{} // closed when the server ends: no answer is held back any longer
}

// Deliver sends the answer the way the fault wants it on the wire. A fault that only changes what an answer says (see
// Fault.Instead, no-code, other-id) is the caller's business and leaves a as it is. Deliver may panic with
// http.ErrAbortHandler, which is how a handler of net/http drops a connection.
func (c Call) Deliver(f Fault, a Answer) {
	switch f.Name {
	case "lost-answer", "lost-request":
		if f.Arg == "reset" {
			c.Reset()
		}
		c.Hang()
	case "reset", "reset-after":
		c.Reset()
	case "late-answer":
		c.Pause(time.Duration(f.Number(35000)) * time.Millisecond)
		c.Send(a)
	case "duplicate-answer":
		c.sendTwice(a)
	case "malformed":
		a.Body = a.Body[:len(a.Body)/2]
		c.Send(a)
	case "bad-gateway":
		c.Send(Answer{
			Status: http.StatusBadGateway, Header: map[string]string{"Content-Type": "text/html"},
			Body: []byte("<html><body><h1>502 Bad Gateway</h1></body></html>\n"),
		})
	case "slow":
		c.drip(a, time.Duration(f.Number(5000))*time.Millisecond)
	default:
		c.Send(a)
	}
}

// Send writes the answer as it stands.
func (c Call) Send(a Answer) {
	h := c.W.Header()
	for k, v := range a.Header {
		h.Set(k, v)
	}
	kind := h.Get("Content-Type")
	if kind == "" {
		WriteBody(c.W, a.Status, a.Body)
		return
	}
	c.W.WriteHeader(a.Status)
	_, _ = c.W.Write(a.Body) // the caller may be gone
}

// Hang keeps the caller waiting for an answer that never comes.
func (c Call) Hang() {
	c.Pause(longestWait)
	panic(http.ErrAbortHandler)
}

// Pause waits, but not longer than the caller stays or the server runs.
func (c Call) Pause(d time.Duration) {
	c.patient()
	wait(c.R.Context().Done(), c.Stopping, min(d, longestWait))
}

// Work takes the time of the provider's own work: it goes on whether or not the caller still waits.
func (c Call) Work(d time.Duration) {
	if d > 0 {
		c.patient()
		wait(nil, c.Stopping, d)
	}
}

// patient lifts the read deadline: reached during a wait, it would look as if the caller had gone.
func (c Call) patient() {
	_ = http.NewResponseController(c.W).SetReadDeadline(time.Time{}) // not every writer has deadlines
}

func wait(gone, stopping <-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-gone:
	case <-stopping:
	}
}

// Reset tears the connection down so that the caller reads an error, not an orderly end.
func (c Call) Reset() {
	conn, _, err := http.NewResponseController(c.W).Hijack()
	if err == nil {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // best effort: the close below ends it anyway
		}
		_ = conn.Close()
	}
	panic(http.ErrAbortHandler)
}

// sendTwice puts two whole answers on the wire.
func (c Call) sendTwice(a Answer) {
	conn, rw, err := http.NewResponseController(c.W).Hijack()
	if err != nil {
		c.Send(a)
		return
	}
	defer func() { _ = conn.Close() }() // nothing is read after this
	for range 2 {
		_, _ = fmt.Fprintf(rw, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
			a.Status, http.StatusText(a.Status), jsonType, len(a.Body), a.Body)
	}
	_ = rw.Flush() // the caller may be gone
}

// drip writes the body in small pieces over the whole duration.
func (c Call) drip(a Answer, over time.Duration) {
	const pieces = 20
	c.W.Header().Set("Content-Type", jsonType)
	c.W.WriteHeader(a.Status)
	rc := http.NewResponseController(c.W)
	size := len(a.Body)/pieces + 1
	for body := a.Body; len(body) > 0; {
		n := min(size, len(body))
		_, _ = c.W.Write(body[:n]) // the caller may be gone
		_ = rc.Flush()
		body = body[n:]
		c.Pause(over / pieces)
	}
}
