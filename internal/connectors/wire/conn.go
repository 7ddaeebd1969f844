package wire

import (
	"bufio"
	"io"
	"net"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/signalboxhq/signalbox/internal/crash"
)

// readAhead is the buffer that net/http reads an answer through, in bytes. Reads of that size or less are given a single
// byte (from memory), so that net/http never holds a byte behind the end of an answer.
const readAhead = 64

// wireConn is a connection as net/http sees it: plain text, TLS already done.
//
// It counts the writes begun, which is how it is proved that nothing of a message left. And it lets nothing in
// that nobody asked for: net/http would write such bytes to the log, codes included, or take them for the answer to the
// next message.
type wireConn struct {
	net.Conn
	in    *bufio.Reader // over Conn
	begun atomic.Int64  // writes
	used  atomic.Int64  // messages that were given the connection
	ended atomic.Int64  // the last of them whose exchange was over and the connection kept
}

// Write counts before it writes: a write that fails may have sent bytes.
func (c *wireConn) Write(b []byte) (int, error) {
	c.begun.Add(1)
	return c.Conn.Write(b)
}

// Read ends the connection when bytes come while no message is on it.
func (c *wireConn) Read(p []byte) (int, error) {
	if _, err := c.in.Peek(1); err != nil {
		return 0, err
	}
	if c.ended.Load() == c.used.Load() {
		return 0, io.EOF
	}
	if len(p) > 1 && len(p) <= readAhead {
		p = p[:1]
	}
	return c.in.Read(p)
}

func wrap(conn net.Conn) *wireConn {
	conn = crash.Writing("P3", conn)
	return &wireConn{Conn: conn, in: bufio.NewReader(conn)}
}

// watch follows one message on its way out.
type watch struct {
	messages atomic.Int64 // written to the end, or failed while being written
	conns    atomic.Int64 // connections given to the message
	conn     atomic.Pointer[wireConn]
	before   atomic.Int64 // writes begun on conn before the message
	turn     atomic.Int64 // which of conn's messages this is
}

func (w *watch) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn:      w.gotConn,
		WroteRequest: func(httptrace.WroteRequestInfo) { w.messages.Add(1); crash.Here("P4") },
		PutIdleConn:  w.kept,
	}
}

// gotConn runs before the message is handed to the connection.
func (w *watch) gotConn(info httptrace.GotConnInfo) {
	w.conns.Add(1)
	conn, ok := info.Conn.(*wireConn)
	if !ok {
		return // unsent then proves nothing
	}
	w.before.Store(conn.begun.Load())
	w.turn.Store(conn.used.Add(1))
	w.conn.Store(conn)
}

// kept runs when the whole answer was read, before net/http reads on. Another message may have been given the connection
// by then: its turn is a later one, so that this one's end does not count.
func (w *watch) kept(err error) {
	if conn := w.conn.Load(); err == nil && conn != nil {
		conn.ended.Store(w.turn.Load())
	}
}

// unsent tells whether it is proved that no byte of the message left. It may be asked only after the round trip ended:
// net/http has stopped writing by then.
func (w *watch) unsent() bool {
	conn := w.conn.Load()
	if conn == nil {
		return w.conns.Load() == 0
	}
	return w.conns.Load() == 1 && conn.begun.Load() == w.before.Load()
}

// repeated tells whether more than one message may have left, against everything the transport is set up for (I2).
func (w *watch) repeated() bool { return w.messages.Load() > 1 || w.conns.Load() > 1 }
