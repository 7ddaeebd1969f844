package main

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// link is the network between one node and the database; it can be cut, and follows the database to a new address.
type link struct {
	listener net.Listener
	target   atomic.Pointer[string]
	mu       sync.Mutex
	isCut    bool
	open     map[net.Conn]bool
}

func newLink(target string) (*link, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &link{listener: ln, open: map[net.Conn]bool{}}
	l.target.Store(&target)
	go l.serve()
	return l, nil
}

func (l *link) serve() {
	for {
		c, err := l.listener.Accept()
		if err != nil {
			return
		}
		go l.carry(c)
	}
}

// carry passes bytes both ways until either end, or the link, is gone.
func (l *link) carry(near net.Conn) {
	defer func() { _ = near.Close() }()
	far, err := net.Dial("tcp", *l.target.Load())
	if err != nil {
		return
	}
	defer func() { _ = far.Close() }()
	if !l.keep(near, far) {
		return
	}
	defer l.forget(near, far)
	done := make(chan struct{}, 2)
	pump := func(to, from net.Conn) { _, _ = io.Copy(to, from); done <- struct{}{} }
	go pump(far, near)
	go pump(near, far)
	<-done
}

func (l *link) keep(conns ...net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range conns {
		if !l.isCut {
			l.open[c] = true
		}
	}
	return !l.isCut
}

func (l *link) forget(conns ...net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range conns {
		delete(l.open, c)
	}
}

// cut breaks every connection and lets no new one through, until heal.
func (l *link) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.isCut = true
	for c := range l.open {
		_ = c.Close()
	}
}

func (l *link) heal() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.isCut = false
}

func (l *link) close() {
	_ = l.listener.Close()
	l.cut()
}
