package main

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// sieve finds planted secrets in anything, as they are and in the ways in which programs write bytes down. Every secret has
// at least eight characters, so that none is found by accident.
type sieve struct {
	mu      sync.Mutex
	planted map[string]string // value -> what it is
	needles map[[8]byte][]needle
	first   [1 << 16]bool
	found   map[string]string // finding -> an excerpt
}

type needle struct {
	bytes []byte
	what  string
}

func newSieve() *sieve {
	return &sieve{planted: map[string]string{}, needles: map[[8]byte][]needle{}, found: map[string]string{}}
}

// plant remembers a secret in all its forms, and gives it back.
func (s *sieve) plant(what, value string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(value) < 8 {
		panic("too short to be told from chance: " + what)
	}
	if s.planted[value] != "" {
		return value
	}
	s.planted[value] = what
	s.add(what, value)
	s.add(what+" in hex", hex.EncodeToString([]byte(value)))
	s.add(what+" in hex", strings.ToUpper(hex.EncodeToString([]byte(value))))
	for pad := range 3 { // where a secret stands in what is encoded decides how it looks
		for _, in := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			text := in.EncodeToString(append(bytes.Repeat([]byte{0}, pad), value...))
			s.add(what+" in base64", text[(pad*8+5)/6:len(value)*8/6])
		}
	}
	return value
}

func (s *sieve) add(what, form string) {
	if len(form) < 8 {
		return
	}
	n := needle{[]byte(form), what}
	key := [8]byte(n.bytes)
	if !slices.ContainsFunc(s.needles[key], func(o needle) bool { return bytes.Equal(o.bytes, n.bytes) }) {
		s.needles[key] = append(s.needles[key], n)
	}
	s.first[pair(n.bytes)] = true
}

var changing = regexp.MustCompile(`[0-9]+|[0-9a-f-]{36}`)

// find remembers one place of each kind: what stands before the secret tells which member held it.
func (s *sieve) find(n needle, where string, before []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	member := before[max(0, len(before)-40):]
	s.found[n.what+" @ "+changing.ReplaceAllString(where, "#")+string(changing.ReplaceAll(member, []byte("#")))] = fmt.Sprintf("%s: %q%s", where, before, n.bytes)
}

// pair is the quick test that most places fail.
func pair(b []byte) int { return int(b[0])<<8 | int(b[1]) }

// look searches data and remembers what it finds there.
func (s *sieve) look(where string, data []byte) {
	for i := 0; i+8 <= len(data); i++ {
		if !s.first[pair(data[i:])] {
			continue
		}
		for _, n := range s.needles[[8]byte(data[i:])] {
			if bytes.HasPrefix(data[i:], n.bytes) {
				s.find(n, where, data[max(0, i-80):i])
			}
		}
	}
}

var byteaText = regexp.MustCompile(`\\x([0-9a-f]{16,})`)

// lookAtRow searches a row of the database as text, and what its bytes hold.
func (s *sieve) lookAtRow(table, row string) {
	s.look("table "+table, []byte(row))
	for _, m := range byteaText.FindAllStringSubmatch(row, -1) {
		if raw, err := hex.DecodeString(m[1]); err == nil {
			s.look("bytes in table "+table, raw)
		}
	}
}

// lookAtFiles searches every file below a directory, in workbooks every part.
func (s *sieve) lookAtFiles(t testing.TB, name, dir string) (files int) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil // files of a running database come and go
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		files++
		rest, _ := filepath.Rel(dir, path)
		s.look(name+" "+rest, data)
		if strings.HasSuffix(path, ".xlsx") {
			s.lookAtWorkbook(t, name+" "+rest, data)
		}
		return nil
	}))
	return files
}

func (s *sieve) lookAtWorkbook(t testing.TB, where string, data []byte) {
	t.Helper()
	book, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	for _, part := range book.File {
		in, err := part.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(in)
		require.NoError(t, err)
		s.look(where+" "+part.Name, text)
	}
}

// report fails the test with everything that was found, what it is and where.
func (s *sieve) report(t testing.TB) {
	t.Helper()
	var list []string
	for _, finding := range s.found {
		list = append(list, finding)
	}
	slices.Sort(list)
	if len(list) > 0 {
		t.Fatalf("%d kinds of findings:\n%s", len(list), strings.Join(list[:min(len(list), 200)], "\n"))
	}
}

// A sieve that finds nothing proves nothing unless it finds what is there.
func TestSieve(t *testing.T) {
	t.Parallel()
	s := newSieve()
	s.plant("pin", "PIN-4471-canary")
	const secret = "PIN-4471-canary"
	for _, hidden := range []string{
		secret, "x" + secret + "y", hex.EncodeToString([]byte("ab" + secret)), base64.StdEncoding.EncodeToString([]byte("a" + secret + "z")),
		base64.StdEncoding.EncodeToString([]byte("ab" + secret)), base64.RawURLEncoding.EncodeToString([]byte("abc" + secret)),
		strings.ToUpper(hex.EncodeToString([]byte(secret))),
	} {
		s.found = map[string]string{}
		s.look("here", []byte(hidden))
		require.NotEmpty(t, s.found, hidden)
	}
	s.found = map[string]string{}
	s.lookAtRow("t", `(1,"\\x`+hex.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(secret))))+`")`)
	require.NotEmpty(t, s.found, "base64 in bytes")
	s.found = map[string]string{}
	s.look("here", []byte("PIN-4471-canarx PIN-4471 ****"))
	require.Empty(t, s.found)
}
