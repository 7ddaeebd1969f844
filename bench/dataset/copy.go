package dataset

import (
	"encoding/binary"
	"io"
	"time"

	"github.com/google/uuid"
)

// record is one row in the binary form of COPY: the number of its columns, then each value with its length.
type record []byte

func (r *record) begin(columns int) { *r = binary.BigEndian.AppendUint16(*r, uint16(columns)) }

func (r *record) none() { *r = binary.BigEndian.AppendUint32(*r, 0xffffffff) }

func (r *record) bytes(b []byte) {
	*r = append(binary.BigEndian.AppendUint32(*r, uint32(len(b))), b...)
}

func (r *record) word(s string) {
	*r = append(binary.BigEndian.AppendUint32(*r, uint32(len(s))), s...)
}

// text writes an empty text as null, as the product does.
func (r *record) text(s string) {
	if s == "" {
		r.none()
		return
	}
	r.word(s)
}

func (r *record) uuid(id uuid.UUID) {
	if id == uuid.Nil {
		r.none()
		return
	}
	r.bytes(id[:])
}

func (r *record) int4(n int) {
	*r = binary.BigEndian.AppendUint32(*r, 4)
	*r = binary.BigEndian.AppendUint32(*r, uint32(int32(n)))
}

func (r *record) int8(n *int64) {
	if n == nil {
		r.none()
		return
	}
	*r = binary.BigEndian.AppendUint32(*r, 8)
	*r = binary.BigEndian.AppendUint64(*r, uint64(*n))
}

func (r *record) flag(yes bool) {
	value := byte(0)
	if yes {
		value = 1
	}
	r.bytes([]byte{value})
}

// epoch is where the server's dates and times begin.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func (r *record) time(t time.Time) {
	if t.IsZero() {
		r.none()
		return
	}
	micros := t.Sub(epoch).Microseconds()
	r.int8(&micros)
}

func (r *record) date(t time.Time) { r.int4(int(t.Sub(epoch) / (24 * time.Hour))) }

// stream is the input of one COPY: next appends the rows of a number, none or several, and tells when there is no other.
type stream struct {
	next func(*record) (more bool)
	buf  record
	off  int
	end  bool
}

// signature opens the binary form; its flags and extension are empty.
const signature = "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"

func newStream(next func(*record) bool) io.Reader {
	return &stream{next: next, buf: record(signature)}
}

// Read implements io.Reader.
func (s *stream) Read(p []byte) (int, error) {
	if s.off == len(s.buf) {
		if s.end {
			return 0, io.EOF
		}
		s.buf, s.off = s.buf[:0], 0
	}
	for !s.end && len(s.buf) < len(p) {
		if !s.next(&s.buf) {
			s.buf = append(s.buf, 0xff, 0xff) // the trailer
			s.end = true
		}
	}
	n := copy(p, s.buf[s.off:])
	s.off += n
	return n, nil
}
