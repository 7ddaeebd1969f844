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

// RawStatement is a file as it came, before anything in it is believed.
type RawStatement struct {
	Name string
	Body []byte
}

// Statement is a parsed file: the lines that can be used and the ones that cannot.
type Statement struct {
	Name       string
	SHA256     [sha256.Size]byte
	Bytes      int
	Lines      []StatementLine
	Exceptions []Exception
	// DeclaredCount and DeclaredSum are the trailer's figures.
	DeclaredCount int
	DeclaredSum   int64
	// Failure says why the whole file is refused; empty when it is loaded.
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

// ParseStatement reads a provider's file of one business date. It never fails: lines that cannot be used become
// exceptions, and a file that cannot be trusted as a whole has Failure set and keeps no lines.
func ParseStatement(raw RawStatement, date Date, zone *time.Location) Statement {
	st := Statement{Name: raw.Name, SHA256: sha256.Sum256(raw.Body), Bytes: len(raw.Body)}
	if len(raw.Body) > maxStatementBytes {
		return st.fail("the file is larger than %d bytes", maxStatementBytes)
	}
	p := statementParser{date: date, zone: zone, seen: map[string]int{}}
	if failure := p.read(&st, raw.Body); failure != "" {
		return st.fail("%s", failure)
	}
	if failure := p.checkTotals(&st); failure != "" {
		return st.fail("%s", failure)
	}
	if bad := len(st.Exceptions) - p.duplicates; bad*100 > maxExceptionPct*p.count {
		return st.fail("%d of %d lines cannot be used, more than %d %%", bad, p.count, maxExceptionPct)
	}
	return st
}

func (s Statement) fail(format string, args ...any) Statement {
	s.Failure = fmt.Sprintf(format, args...)
	s.Lines = nil
	return s
}

// Err gives the failure as an error, nil for a file that was loaded.
func (s Statement) Err() error {
	if s.Failure == "" {
		return nil
	}
	return apperr.Errorf(apperr.Invalid, "statement %s is refused: %s", s.Name, s.Failure)
}

type statementParser struct {
	date       Date
	zone       *time.Location
	seen       map[string]int // kind and provider reference -> line that has it
	count      int            // body lines
	sum        int64          // of all lines whose amount is readable
	duplicates int
	unsummed   bool // some amount was not readable, so the sum cannot be checked
}

// read goes through header, body and trailer; it gives the reason when the file is broken as a whole.
func (p *statementParser) read(st *Statement, body []byte) string {
	r := csv.NewReader(bytes.NewReader(body))
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	header, err := r.Read()
	if err != nil || !equalColumns(header) {
		return "the header line is not " + strings.Join(statementColumns, ",")
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
			return fmt.Sprintf("line %d stands after the trailer", no)
		case err != nil:
			return fmt.Sprintf("line %d is not CSV", no)
		case fields[0] == "TRAILER":
			if closed = true; !st.readTrailer(fields) {
				return "the trailer is not TRAILER,count,sum"
			}
		default:
			p.line(st, no, fields)
		}
	}
	if !closed {
		return "the trailer is missing: the file may be cut off"
	}
	return ""
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
