package wire

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

const patience = 10 * time.Second // of tests that must not come to it

func postMessage() Exchange {
	return Exchange{Method: http.MethodPost, Path: "/vouchers", Body: []byte(`{"id":"0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b"}`), Mask: mask.Voucher().Body}
}

func getMessage() Exchange {
	return Exchange{Method: http.MethodGet, Path: "/vouchers?voucherCode=730011882245", Mask: mask.Voucher().Body}
}

func newClient(t testing.TB, base string) *Client {
	t.Helper()
	c, err := New(Config{BaseURL: base})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// peer is a provider on a bare socket: it counts whole messages and answers each as told.
type peer struct {
	url      string
	messages atomic.Int64
	conns    atomic.Int64
}

// listen serves each message with what answer does on the connection; answer returns false to hang up.
func listen(t *testing.T, answer func(n int64, conn net.Conn) bool) *peer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &peer{url: "http://" + l.Addr().String()}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			w.conns.Add(1)
			all.Go(func() { w.serve(conn, answer) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		all.Wait()
	})
	return w
}

func (w *peer) serve(conn net.Conn, answer func(int64, net.Conn) bool) {
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(patience))
	r := bufio.NewReader(conn)
	for {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		if _, err = io.Copy(io.Discard, req.Body); err != nil {
			return
		}
		if !answer(w.messages.Add(1), conn) {
			return
		}
	}
}

func say(status int, body string) string {
	return fmt.Sprintf("HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", status, len(body), body)
}

// reset closes a connection so that the other side reads an error.
func reset(conn net.Conn) bool {
	_ = conn.(*net.TCPConn).SetLinger(0)
	return false
}

func TestSendMisbehaviour(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer func(net.Conn) bool
		limit  time.Duration // of the caller; 0: patient
		check  func(*testing.T, switchcore.Answer)
	}{
		"reset after the message": {answer: reset, check: broken},
		"closed without a word":   {answer: func(net.Conn) bool { return false }, check: broken},
		"no HTTP": {answer: func(c net.Conn) bool {
			_, _ = io.WriteString(c, "730011882245 hello\r\n\r\n")
			return false
		}, check: broken},
		"body cut short": {answer: func(c net.Conn) bool {
			_, _ = io.WriteString(c, "HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"id\":")
			return false
		}, check: func(t *testing.T, a switchcore.Answer) {
			require.ErrorIs(t, a.Err, ErrIncomplete)
			broken(t, a)
		}},
		"body reset": {answer: func(c net.Conn) bool {
			_, _ = io.WriteString(c, "HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"id\":")
			return reset(c)
		}, check: broken},
		"silence": {limit: 50 * time.Millisecond, answer: hold, check: timedOut},
		"slow drip": {limit: 80 * time.Millisecond, answer: func(c net.Conn) bool {
			_, err := io.WriteString(c, "HTTP/1.1 201 Created\r\nContent-Length: 1000\r\n\r\n")
			for err == nil {
				_, err = io.WriteString(c, " ")
				pause(5 * time.Millisecond)
			}
			return false
		}, check: timedOut},
		"huge body": {answer: func(c net.Conn) bool {
			_, _ = io.WriteString(c, say(201, strings.Repeat("x", maxBody+1)))
			return false
		}, check: func(t *testing.T, a switchcore.Answer) {
			require.ErrorIs(t, a.Err, ErrTooLarge)
			broken(t, a)
		}},
		"endless body": {answer: func(c net.Conn) bool {
			_, err := io.WriteString(c, "HTTP/1.1 201 Created\r\n\r\n")
			for err == nil {
				_, err = c.Write(make([]byte, 1<<16))
			}
			return false
		}, check: func(t *testing.T, a switchcore.Answer) { require.ErrorIs(t, a.Err, ErrTooLarge) }},
		"huge header": {answer: func(c net.Conn) bool {
			_, _ = io.WriteString(c, "HTTP/1.1 201 Created\r\nX: "+strings.Repeat("x", 2*maxHeader)+"\r\n\r\n")
			return false
		}, check: broken},
		"redirect": {answer: func(c net.Conn) bool {
			_, _ = io.WriteString(c, "HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere?voucherCode=730011882245\r\nSet-Cookie: s=1\r\nContent-Length: 0\r\n\r\n")
			return true
		}, check: func(t *testing.T, a switchcore.Answer) {
			require.NoError(t, a.Err)
			require.Equal(t, 307, a.Status)
			require.JSONEq(t, `{"Content-Length":"0","Location":"/elsewhere"}`, a.Headers)
		}},
		"unavailable for a while": {answer: func(c net.Conn) bool {
			_, _ = io.WriteString(c, "HTTP/1.1 503 X\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n")
			return true
		}, check: func(t *testing.T, a switchcore.Answer) { require.Equal(t, 7*time.Second, a.RetryAfter) }},
		"in chunks": {answer: func(c net.Conn) bool {
			_, _ = io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n")
			_, _ = io.WriteString(c, "96\r\n"+strings.Repeat("x", 150)+"\r\n0\r\nTrailer: t\r\n\r\n")
			return true
		}, check: func(t *testing.T, a switchcore.Answer) {
			require.NoError(t, a.Err)
			require.Equal(t, "abcde"+strings.Repeat("x", 150), string(a.Body))
		}},
		"as large as allowed": {answer: func(c net.Conn) bool {
			_, _ = io.WriteString(c, say(201, strings.Repeat("x", maxBody)))
			return true
		}, check: func(t *testing.T, a switchcore.Answer) { require.Len(t, a.Body, maxBody) }},
		"packed body stays packed": {answer: func(c net.Conn) bool {
			_, _ = io.WriteString(c, "HTTP/1.1 201 X\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd")
			return true
		}, check: func(t *testing.T, a switchcore.Answer) { require.Equal(t, "abcd", string(a.Body)) }},
		"answer": {answer: func(c net.Conn) bool {
			_, _ = io.WriteString(c, say(201, `{"voucher":{"code":"730011882245"}}`))
			return true
		}, check: func(t *testing.T, a switchcore.Answer) {
			require.NoError(t, a.Err)
			require.JSONEq(t, `{"voucher":{"code":"********2245"}}`, a.Masked)
			require.JSONEq(t, `{"Content-Length":"35","Content-Type":"application/json"}`, a.Headers)
			require.Positive(t, a.Latency)
		}},
	} {
		for _, m := range []Exchange{postMessage(), getMessage()} {
			t.Run(name+" "+m.Method, func(t *testing.T) {
				t.Parallel()
				w := listen(t, func(_ int64, c net.Conn) bool { return tc.answer(c) })
				c := newClient(t, w.url)
				limit := tc.limit
				if limit == 0 {
					limit = patience
				}
				ctx, cancel := context.WithTimeout(context.Background(), limit)
				defer cancel()
				a := c.Send(ctx, m)
				require.True(t, a.Sent)
				tc.check(t, a)
				if a.Err != nil {
					require.NotContains(t, a.Err.Error(), "730011882245")
				}
				require.Equal(t, int64(1), w.messages.Load(), "one message per Send")
			})
		}
	}
}

func broken(t *testing.T, a switchcore.Answer) {
	t.Helper()
	require.Error(t, a.Err)
	require.False(t, a.Timeout)
	require.Zero(t, a.Status)
}

func timedOut(t *testing.T, a switchcore.Answer) {
	t.Helper()
	require.ErrorIs(t, a.Err, context.DeadlineExceeded)
	require.True(t, a.Timeout)
	require.Zero(t, a.Status)
}

// hold waits until the caller hangs up.
func hold(c net.Conn) bool {
	_, _ = c.Read(make([]byte, 1))
	return false
}

func pause(d time.Duration) { <-time.After(d) }

func TestSendProvesThatNothingLeft(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	strange := httptest.NewUnstartedServer(http.NotFoundHandler())
	strange.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	strange.StartTLS()
	t.Cleanup(strange.Close)
	done, cancel := context.WithCancel(context.Background())
	cancel()
	for name, tc := range map[string]struct {
		ctx  context.Context
		base string
		path string
	}{
		"refused":             {context.Background(), "http://" + closed.Addr().String(), "/vouchers?voucherCode=730011882245"},
		"no such host":        {context.Background(), "http://provider.invalid", "/vouchers?voucherCode=730011882245"},
		"unknown certificate": {context.Background(), strange.URL, "/vouchers?voucherCode=730011882245"},
		"too late":            {done, "http://" + closed.Addr().String(), "/vouchers?voucherCode=730011882245"},
		"bad path":            {context.Background(), "http://" + closed.Addr().String(), "/vouchers?voucherCode=730011882245\n"},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			t.Run(name+" "+method, func(t *testing.T) {
				t.Parallel()
				c := newClient(t, tc.base)
				m := Exchange{Method: method, Path: tc.path}
				if method == http.MethodPost {
					m.Body = []byte(`{"x":"730011882245"}`)
				}
				a := c.Send(tc.ctx, m)
				require.False(t, a.Sent)
				require.Zero(t, a.Status)
				require.Error(t, a.Err)
				require.NotContains(t, a.Err.Error(), "730011882245")
				require.NotContains(t, a.Err.Error(), "canary")
			})
		}
	}
}

func TestDialLimit(t *testing.T) {
	t.Parallel()
	silent := listen(t, func(int64, net.Conn) bool { return false })
	c, err := New(Config{
		BaseURL: strings.Replace(silent.url, "http:", "https:", 1), DialTimeout: 30 * time.Millisecond,
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	a := c.Send(context.Background(), postMessage()) // the other side never shakes hands
	require.False(t, a.Sent)
	require.Less(t, a.Latency, patience)
}

// TestIdleConnectionDies is the trap of A9: a kept connection that dies under a message must not make net/http send it a
// second time.
func TestIdleConnectionDies(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"reset", "close", "close after reading"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			w := listen(t, func(n int64, conn net.Conn) bool {
				if n == 1 {
					_, _ = io.WriteString(conn, say(201, "{}"))
					return true // kept alive, and dead with the second message
				}
				if how == "reset" {
					return reset(conn)
				}
				return false
			})
			c := newClient(t, w.url)
			require.Equal(t, 201, c.Send(context.Background(), postMessage()).Status)
			a := c.Send(context.Background(), postMessage())
			require.True(t, a.Sent)
			require.Error(t, a.Err)
			require.Equal(t, int64(2), w.messages.Load(), "each Send put one message on the wire")
			require.Equal(t, int64(1), w.conns.Load(), "the second went over the kept connection")
		})
	}
}

// TestIdleConnectionDiesBeforeTheMessage closes the kept connection while nothing is being sent: whatever the next Send
// meets, its message goes out at most once, and a failure is never taken for an answer.
func TestIdleConnectionDiesBeforeTheMessage(t *testing.T) {
	t.Parallel()
	for range 20 {
		w := listen(t, func(_ int64, conn net.Conn) bool {
			_, _ = io.WriteString(conn, say(201, "{}"))
			return false
		})
		c := newClient(t, w.url)
		require.Equal(t, 201, c.Send(context.Background(), postMessage()).Status)
		a := c.Send(context.Background(), postMessage())
		if a.Err == nil {
			require.Equal(t, int64(2), w.messages.Load())
			continue
		}
		require.Equal(t, int64(1), w.messages.Load())
		require.Zero(t, a.Status)
	}
}

func TestLookupsKeepNoConnection(t *testing.T) {
	t.Parallel()
	w := listen(t, func(_ int64, conn net.Conn) bool {
		_, _ = io.WriteString(conn, say(200, "{}"))
		return true
	})
	c := newClient(t, w.url)
	require.Equal(t, 200, c.Send(context.Background(), postMessage()).Status)
	for n := int64(2); n < 5; n++ {
		require.Equal(t, 200, c.Send(context.Background(), getMessage()).Status)
		require.Equal(t, n, w.conns.Load(), "never over a connection kept for writes")
	}
	require.Equal(t, 200, c.Send(context.Background(), postMessage()).Status)
	require.Equal(t, int64(4), w.conns.Load(), "writes share theirs")
}

// TestUnsolicitedBytesReachNoLog: net/http logs what it finds on an idle connection, codes included.
//
//nolint:paralleltest // it listens to the standard logger
func TestUnsolicitedBytesReachNoLog(t *testing.T) {
	var logged strings.Builder
	log.SetOutput(&logged)
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	const code = "730011882245"
	for name, more := range map[string]string{
		"a second answer":   say(201, `{"voucher":{"code":"`+code+`"}}`),
		"bytes left behind": code,
	} {
		for _, apart := range []bool{false, true} {
			hungUp := make(chan struct{})
			w := listen(t, func(_ int64, conn net.Conn) bool {
				answer := say(201, "{}")
				if apart {
					_, _ = io.WriteString(conn, answer)
					answer = ""
				}
				_, _ = io.WriteString(conn, answer+more)
				hold(conn)
				close(hungUp)
				return false
			})
			c := newClient(t, w.url)
			require.Equal(t, 201, c.Send(context.Background(), postMessage()).Status, name)
			<-hungUp // the connection is given up without anybody having asked
		}
	}
	require.Empty(t, logged.String())
}

// TestLateEndOfAnExchange: a connection whose next message has begun is not idle, even if the end of the exchange before
// is noticed late.
func TestLateEndOfAnExchange(t *testing.T) {
	t.Parallel()
	here, there := net.Pipe()
	t.Cleanup(func() { _, _ = here.Close(), there.Close() })
	conn := wrap(here)
	var before, next watch
	before.gotConn(httptrace.GotConnInfo{Conn: conn})
	next.gotConn(httptrace.GotConnInfo{Conn: conn})
	before.kept(nil)
	go func() { _, _ = there.Write([]byte("answer")) }()
	buf := make([]byte, 1)
	_, err := conn.Read(buf)
	require.NoError(t, err)
	next.kept(nil)
	_, err = conn.Read(buf)
	require.ErrorIs(t, err, io.EOF)
}

// TestRequestCannotBeRewound guards A9 at its root: the body hides its type, so that net/http has no way to send it again.
func TestRequestCannotBeRewound(t *testing.T) {
	t.Parallel()
	c := newClient(t, "http://hub.example")
	req, err := c.request(context.Background(), postMessage())
	require.NoError(t, err)
	require.Nil(t, req.GetBody)
	require.NotNil(t, req.Body)
	for _, tr := range []*http.Transport{c.writes, c.reads} {
		require.Nil(t, tr.Proxy, "no proxy from the environment")
		require.True(t, tr.Protocols.HTTP1())
		require.False(t, tr.Protocols.HTTP2())
		require.True(t, tr.DisableCompression)
	}
	require.Equal(t, idlePerHost, c.writes.MaxIdleConnsPerHost)
	require.True(t, c.reads.DisableKeepAlives)
	require.False(t, c.writes.DisableKeepAlives)
}

func TestManyAtOnceShareConnections(t *testing.T) {
	t.Parallel()
	w := listen(t, func(_ int64, conn net.Conn) bool {
		_, err := io.WriteString(conn, say(201, "{}"))
		return err == nil
	})
	c := newClient(t, w.url)
	const workers, each = 16, 20
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for range each {
				if a := c.Send(context.Background(), postMessage()); a.Status != 201 {
					t.Errorf("no answer: %v", a.Err)
				}
			}
		})
	}
	all.Wait()
	require.Equal(t, int64(workers*each), w.messages.Load())
	require.LessOrEqual(t, w.conns.Load(), int64(2*workers), "connections are used again")
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "x": 0, "-1": 0, "0": 0, "12": 12 * time.Second, " 3 ": 3 * time.Second, "99999999": 24 * time.Hour,
		"Mon, 03 Feb 2031 04:06:06 GMT": time.Minute, "Mon, 03 Feb 2031 04:04:06 GMT": 0,
	} {
		require.Equal(t, want, retryAfter(text, now), text)
	}
}

func TestPlainErrorsNameNoAddress(t *testing.T) {
	t.Parallel()
	err := plain(fmt.Errorf("Get http://x?voucherCode=730011882245: %w", &net.OpError{Op: "read", Err: errors.New("730011882245")}))
	require.EqualError(t, err, "network: read failed")
	require.EqualError(t, plain(errors.New(`malformed HTTP response "730011882245"`)), "the connection broke")
}
