package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// answerLimit is longer than the switch ever takes; a caller that waits longer has found a fault.
const answerLimit = 60 * time.Second

// peer is where requests go, and as whom.
type peer struct {
	addr, base, credentials string
}

func newPeer(url, user, password string) peer {
	addr, base, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	if base != "" {
		base = "/" + base
	}
	return peer{addr, base, base64.StdEncoding.EncodeToString([]byte(user + ":" + password))}
}

// wire is one kept connection of one caller. It sends each request exactly once and costs far less than a general client:
// the callers share the machine with what they measure.
type wire struct {
	peer peer
	conn net.Conn
	in   *bufio.Reader
	out  []byte
	body []byte
}

func (p peer) dial() (*wire, error) {
	conn, err := net.DialTimeout("tcp", p.addr, 5*time.Second)
	if err != nil {
		return nil, err
	}
	return &wire{peer: p, conn: conn, in: bufio.NewReaderSize(conn, 8<<10)}, nil
}

func (w *wire) close() { _ = w.conn.Close() }

// post sends a body and gives the answer, which is valid until the next call.
func (w *wire) post(path string, body []byte) (status int, answer []byte, err error) {
	w.out = fmt.Appendf(w.out[:0], "POST %s%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Basic %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
		w.peer.base, path, w.peer.addr, w.peer.credentials, len(body))
	w.out = append(w.out, body...)
	if err := w.conn.SetDeadline(time.Now().Add(answerLimit)); err != nil {
		return 0, nil, err
	}
	if _, err := w.conn.Write(w.out); err != nil {
		return 0, nil, err
	}
	return w.read()
}

func (w *wire) read() (status int, answer []byte, err error) {
	line, err := w.in.ReadSlice('\n')
	if err != nil {
		return 0, nil, err
	}
	if len(line) < 12 {
		return 0, nil, errors.New("not an HTTP answer")
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, nil, err
	}
	length := -1
	for {
		if line, err = w.in.ReadSlice('\n'); err != nil {
			return 0, nil, err
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, nil, err
			}
		}
	}
	if length < 0 {
		return 0, nil, errors.New("an answer without Content-Length")
	}
	if cap(w.body) < length {
		w.body = make([]byte, length)
	}
	w.body = w.body[:length]
	_, err = io.ReadFull(w.in, w.body)
	return status, w.body, err
}
