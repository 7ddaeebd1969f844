package finance

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// StatementSource fetches a provider's statement of one business date.
type StatementSource interface {
	// Fetch gives the raw file. NotFound: the provider makes no statement for that day. Unavailable: it could not
	// be asked; the run fails and is repeated.
	Fetch(ctx context.Context, providerID string, date Date) (RawStatement, error)
}

// RawStatement is a file as it came, before anything in it is believed. It is read twice, so it lies where it can be read
// again, which need not be memory; whoever gets it closes it.
type RawStatement struct {
	Name string
	Body io.ReadSeekCloser
}

// StatementOf is a file that is held in memory.
func StatementOf(name string, body []byte) RawStatement {
	return RawStatement{Name: name, Body: inMemory{bytes.NewReader(body)}}
}

type inMemory struct{ *bytes.Reader }

// Close has nothing to give back.
func (inMemory) Close() error { return nil }

// Intake is a file that can be recognised before it is read.
type Intake struct {
	Name   string
	SHA256 [sha256.Size]byte
	Bytes  int64

	raw  RawStatement
	date Date
	zone *time.Location
}

// NewIntake fingerprints the file of a business date.
func NewIntake(raw RawStatement, date Date, zone *time.Location) (Intake, error) {
	in := Intake{Name: raw.Name, raw: raw, date: date, zone: zone}
	h := sha256.New()
	var err error
	if in.Bytes, err = io.Copy(h, raw.Body); err == nil {
		_, err = raw.Body.Seek(0, io.SeekStart)
	}
	copy(in.SHA256[:], h.Sum(nil))
	return in, apperr.Wrap(err, apperr.Internal, "the statement "+raw.Name+" cannot be read")
}

// Statement is what a file came to.
type Statement struct {
	Records int // lines that can be used
	Refused int // lines that cannot
	// DeclaredCount and DeclaredSum are the trailer's figures.
	DeclaredCount int
	DeclaredSum   int64
	// Failure says why the whole file is refused; empty when it may be loaded. What was taken from it before counts for nothing.
	Failure string
}

// Exception is a refused line (spec/console-and-finance.md 8.3); Raw is masked.
type Exception struct {
	LineNo int
	Code   ExceptionCode
	Text   string
	Raw    string
}

// ExceptionCode says what is wrong with a line.
type ExceptionCode string

// The codes of 8.3.
const (
	BadColumnCount     ExceptionCode = "BAD_COLUMN_COUNT"
	BadType            ExceptionCode = "BAD_TYPE"
	BadLength          ExceptionCode = "BAD_LENGTH"
	MissingRequired    ExceptionCode = "MISSING_REQUIRED"
	UnknownCode        ExceptionCode = "UNKNOWN_CODE"
	OutsidePeriod      ExceptionCode = "OUTSIDE_PERIOD"
	DuplicateInFile    ExceptionCode = "DUPLICATE_IN_FILE"
	DuplicateInProcess ExceptionCode = "DUPLICATE_IN_PROCESS"
	BadCurrency        ExceptionCode = "BAD_CURRENCY"
)

// Limits of a statement file.
const (
	maxStatementBytes = 512 << 20
	maxFieldLength    = 100
	maxExceptionPct   = 5
)

// statementColumns is the header line of the layout.
var statementColumns = []string{
	"provider_ref", "switch_ref", "serial", "product", "kind", "state", "amount_minor", "currency", "at",
}

// Read goes through the file once and gives its lines as they come: the usable ones to take, the others to refuse. Whether
// a line repeats an earlier one is for the receiver to see, who has them all. A file that cannot be trusted as a whole has
// Failure set at the end. The error is one of reading, or of take and refuse.
func (in Intake) Read(take func(StatementLine) error, refuse func(Exception) error) (st Statement, err error) {
	if in.Bytes > maxStatementBytes {
		return st.fail("the file is larger than %d bytes", maxStatementBytes), nil
	}
	p := statementParser{date: in.date, zone: in.zone, take: take, refuse: refuse}
	failure, err := p.read(&st, in.raw.Body)
	if err != nil {
		return st, err
	}
	if failure == "" {
		failure = p.checkTotals(&st)
	}
	switch {
	case failure != "":
		return st.fail("%s", failure), nil
	case st.Refused*100 > maxExceptionPct*p.count:
		return st.fail("%d of %d lines cannot be used, more than %d %%", st.Refused, p.count, maxExceptionPct), nil
	}
	return st, nil
}

func (s Statement) fail(format string, args ...any) Statement {
	s.Failure = fmt.Sprintf(format, args...)
	return s
}

type statementParser struct {
	date     Date
	zone     *time.Location
	take     func(StatementLine) error
	refuse   func(Exception) error
	count    int   // body lines
	sum      int64 // of all lines whose amount is readable
	unsummed bool  // some amount was not readable, so the sum cannot be checked
}

// read goes through header, body and trailer; it gives the reason when the file is broken as a whole.
func (p *statementParser) read(st *Statement, body io.Reader) (failure string, err error) {
	r := csv.NewReader(body)
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	header, err := r.Read()
	if err != nil || !equalColumns(header) {
		return "the header line is not " + strings.Join(statementColumns, ","), unreadable(err)
	}
	closed := false
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		no, _ := lineOf(r, err)
		switch {
		case closed:
			return fmt.Sprintf("line %d stands after the trailer", no), unreadable(err)
		case err != nil:
			return fmt.Sprintf("line %d is not CSV", no), unreadable(err)
		case fields[0] == "TRAILER":
			if closed = true; !st.readTrailer(fields) {
				return "the trailer is not TRAILER,count,sum", nil
			}
		default:
			if err := p.line(st, no, fields); err != nil {
				return "", err
			}
		}
	}
	if !closed {
		return "the trailer is missing: the file may be cut off", nil
	}
	return "", nil
}

// unreadable gives an error that is none of the file's making.
func unreadable(err error) error {
	var syntax *csv.ParseError
	if errors.Is(err, io.EOF) || errors.As(err, &syntax) {
		return nil
	}
	return err
}

func lineOf(r *csv.Reader, err error) (int, int) {
	var pe *csv.ParseError
	if errors.As(err, &pe) {
		return pe.Line, pe.Column
	}
	return r.FieldPos(0)
}

func equalColumns(header []string) bool {
	if len(header) != len(statementColumns) {
		return false
	}
	for i, want := range statementColumns {
		if header[i] != want {
			return false
		}
	}
	return true
}

func (s *Statement) readTrailer(fields []string) bool {
	if len(fields) < 3 {
		return false
	}
	for _, rest := range fields[3:] {
		if rest != "" {
			return false
		}
	}
	var errCount, errSum error
	s.DeclaredCount, errCount = strconv.Atoi(fields[1])
	s.DeclaredSum, errSum = strconv.ParseInt(fields[2], 10, 64)
	return errCount == nil && errSum == nil
}

// checkTotals compares the trailer with what was read. A line whose amount cannot be read is an exception already
// and leaves the sum open, so then only the count is checked.
func (p *statementParser) checkTotals(st *Statement) string {
	if st.DeclaredCount != p.count {
		return fmt.Sprintf("the trailer counts %d lines, the file has %d", st.DeclaredCount, p.count)
	}
	if !p.unsummed && st.DeclaredSum != p.sum {
		return fmt.Sprintf("the trailer's sum is %d, the lines add up to %d", st.DeclaredSum, p.sum)
	}
	return ""
}
