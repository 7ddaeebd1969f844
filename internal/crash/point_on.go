//go:build crashpoints

// Package crash kills or stops the process at a named moment of guarantees A4, in builds for chaos only.
package crash

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// variable holds the order of this process: point, passing, and what to do there, as in P4:3:kill or P10:1:stop.
const variable = "SIGNALBOX_CRASH"

// order is where to end; the empty point is nowhere.
var order struct {
	point   string
	passing int64
	signal  syscall.Signal
}

var passed atomic.Int64

func init() {
	text := os.Getenv(variable)
	if text == "" {
		return
	}
	parts := strings.Split(text, ":")
	signals := map[string]syscall.Signal{"kill": syscall.SIGKILL, "stop": syscall.SIGSTOP}
	passing, err := strconv.ParseInt(parts[min(1, len(parts)-1)], 10, 64)
	if len(parts) != 3 || err != nil || signals[parts[2]] == 0 {
		panic(variable + " is written point:passing:kill or point:passing:stop")
	}
	order.point, order.passing, order.signal = parts[0], passing, signals[parts[2]]
}

// due tells whether this is the passing at which to end.
func due(point string) bool { return point == order.point && passed.Add(1) == order.passing }

// Here marks a point by its name of guarantees A4.
func Here(point string) {
	if due(point) {
		end(point)
	}
}

// end does not return after a kill; a stopped process goes on from here when it is continued.
func end(point string) {
	fmt.Fprintln(os.Stderr, "crash point", point)
	_ = syscall.Kill(os.Getpid(), order.signal)
	if order.signal == syscall.SIGKILL {
		select {}
	}
}

// Writing gives a connection on which the point lies in the middle of a write.
func Writing(point string, c net.Conn) net.Conn {
	if point != order.point {
		return c
	}
	return &torn{Conn: c, point: point}
}

// torn lets half of a write through.
type torn struct {
	net.Conn
	point string
}

func (c *torn) Write(b []byte) (int, error) {
	if !due(c.point) {
		return c.Conn.Write(b)
	}
	n, err := c.Conn.Write(b[:len(b)/2])
	end(c.point)
	if err != nil {
		return n, err
	}
	more, err := c.Conn.Write(b[n:])
	return n + more, err
}

// Answering gives a listener whose connections have the point in the middle of a write.
func Answering(point string, l net.Listener) net.Listener {
	if point != order.point {
		return l
	}
	return &tearing{l, point}
}

type tearing struct {
	net.Listener
	point string
}

func (l *tearing) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return Writing(l.point, c), nil
}
