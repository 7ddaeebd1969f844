package server

import (
	"crypto/tls"
	"net"
	"time"

	"github.com/valyala/fasthttp"
)

// watchedConn notes whether a caller sent more than the request that is being answered. The HTTP library, told to spare
// memory, drops the answers to all but the last of the requests that arrive together, so that a caller would take one
// message's answer for another's. It also gives each write its time: the library's own deadline is for a whole answer, which
// would cut a large report off for whoever reads it over a thin line.
type watchedConn struct {
	net.Conn
	patience time.Duration // for one write

	line   int  // bytes of the present line, 0 after a line's end; a carriage return does not count
	inBody bool // the head has ended
	behind int  // bytes received behind the head
}

// watch wraps a connection; one with TLS stays recognisable as such.
func watch(c net.Conn, patience time.Duration) net.Conn {
	w := &watchedConn{Conn: c, patience: patience, line: -1}
	if secured, ok := c.(*tls.Conn); ok {
		return &watchedTLSConn{watchedConn: w, secured: secured}
	}
	return w
}

// watchedTLSConn shows what the HTTP library asks a TLS connection for.
type watchedTLSConn struct {
	*watchedConn
	secured *tls.Conn
}

// Handshake runs the TLS handshake.
func (w *watchedTLSConn) Handshake() error { return w.secured.Handshake() }

// ConnectionState tells of the peer's certificates.
func (w *watchedTLSConn) ConnectionState() tls.ConnectionState { return w.secured.ConnectionState() }

func (w *watchedConn) watched() *watchedConn { return w }

// Read counts what arrives behind the head of a request.
func (w *watchedConn) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	for i, c := range p[:n] {
		if w.inBody {
			w.behind += n - i
			break
		}
		switch {
		case c == '\n' && w.line == 0:
			w.inBody = true
		case c == '\n':
			w.line = 0
		case c != '\r':
			w.line = 1
		}
	}
	return n, err
}

// writeAtOnce is how much of an answer has to go within the patience: 2 kB/s of a caller with a thin line.
const writeAtOnce = 64 << 10

// Write sends a part of an answer piece by piece, as long as somebody takes them.
func (w *watchedConn) Write(p []byte) (sent int, err error) {
	for {
		if err := w.SetWriteDeadline(time.Now().Add(w.patience)); err != nil {
			return sent, err
		}
		n, err := w.Conn.Write(p[sent:min(sent+writeAtOnce, len(p))])
		if sent += n; err != nil || sent >= len(p) {
			return sent, err
		}
	}
}

// more tells whether bytes of a further request have arrived behind one with a body of that length, and makes ready for
// that request.
func (w *watchedConn) more(length int) bool {
	more := w.behind > length
	w.line, w.inBody, w.behind = -1, false, 0
	return more
}

// oneAtATime ends a connection with the answer to the first of several requests that came together: every answer is whole
// and belongs to its request, and a caller sends the others again elsewhere, as RFC 9112 9.3.2 has it. So does a
// body in chunks, of which only the library knows the length.
func oneAtATime(rc *fasthttp.RequestCtx) {
	w, ok := rc.Conn().(interface{ watched() *watchedConn })
	if !ok {
		return // no listener: a test
	}
	const chunks = -1 // and -2 is no body at all
	length := rc.Request.Header.ContentLength()
	if w.watched().more(max(length, 0)) || length == chunks {
		rc.Response.SetConnectionClose()
	}
}
