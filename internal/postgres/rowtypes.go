package postgres

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// statement writes any number of rows at once. They travel as one array of a row type of the schema (migration 0015): unpacking
// an array for each column cost the server four times as much, most of all for a single row, where each of 59 arrays is a
// function with a store of its own.
//
// A row type never changes, for nodes of the version before go on sending it while the schema moves on: a column more is a new
// type of another name.
type statement[T any] struct {
	sql   string
	typ   string // name of the row type
	cols  columns[T]
	keyed bool // the ids follow as a second parameter
}

// insert writes rows into a table.
func (c columns[T]) insert(table, typ string) statement[T] {
	return statement[T]{
		sql: "insert into " + table + " (" + c.names() + ") select " + c.names() + " from unnest($1::" + typ + "[])",
		typ: typ, cols: c,
	}
}

// then appends a clause.
func (s statement[T]) then(clause string) statement[T] {
	s.sql += " " + clause
	return s
}

// update sets every column but the first, which is the key.
func (c columns[T]) update(table, typ, more string) statement[T] {
	sets := make([]string, 0, len(c))
	for _, col := range c[1:] {
		value := "u." + col.name
		if col.kept {
			value = "coalesce(" + value + ", t." + col.name + ")"
		}
		sets = append(sets, col.name+" = "+value)
	}
	key := c[0].name
	return statement[T]{
		sql: "update " + table + " t set " + strings.Join(sets, ", ") + more + " from unnest($1::" + typ + "[]) u where t." + key + " = u." + key +
			" and t." + key + " = any($2::uuid[])", // the index comes first, however small the table was when the plan was made
		typ: typ, cols: c, keyed: true,
	}
}

// queue adds the statement for the rows, if there are any. The connection must have learned the row types.
func (s statement[T]) queue(b *pgx.Batch, rows []*T) {
	if len(rows) == 0 {
		return
	}
	args := []any{records[T]{s.cols, rows}}
	if s.keyed {
		keys := newArray(pgtype.UUIDOID, len(rows))
		for _, row := range rows {
			keys = s.cols[0].write(keys, row)
		}
		args = append(args, keys)
	}
	b.Queue(s.sql, args...)
}

// records are rows on their way into the driver's buffer.
type records[T any] struct {
	cols columns[T]
	rows []*T
}

// rowArray is what a rowCodec can write: records of any row.
type rowArray interface {
	appendTo(buf packed, element uint32) packed
}

// appendTo writes the rows as an array of the row type with that number.
func (r records[T]) appendTo(buf packed, element uint32) packed {
	buf = buf.array(element, len(r.rows))
	for n, row := range r.rows {
		start := len(buf)
		buf = binary.BigEndian.AppendUint32(buf.size(0), uint32(len(r.cols)))
		for i := range r.cols {
			buf = binary.BigEndian.AppendUint32(buf, r.cols[i].oid)
			buf = r.cols[i].write(buf, row)
		}
		size := len(buf) - start
		binary.BigEndian.PutUint32(buf[start:], uint32(size-4))
		if n == 0 { // the others are about as long: room for all at once, unless this one is out of the ordinary
			buf = slices.Grow(buf, min((len(r.rows)-1)*(size+size/4), 1<<20))
		}
	}
	return buf
}

// rowTypes are the row types of all statements; a connection learns their numbers, which differ from database to database.
var rowTypes = []string{
	insertTxns.typ, updateTxns.typ, insertVouchers.typ, updateVouchers.typ, linkVouchers.typ, insertEntries.typ, updateEntries.typ, insertMessage.typ,
	insertAttempts.typ, endAttempts.typ, upsertAdvices.typ, insertTombstones.typ, insertMessages.typ, upsertReferences.typ, upsertDevices.typ,
	insertTraces.typ, insertTerms.typ, insertTimeline.typ, requestKeyType, claimType,
}

// knowsRowTypes marks a connection that has learned them.
const knowsRowTypes = "signalbox.row_types"

// learnRowTypes tells the driver how rows are sent on this connection; the first time costs two round trips.
func learnRowTypes(ctx context.Context, conn *pgx.Conn) error {
	known := conn.PgConn().CustomData()
	if known[knowsRowTypes] != nil {
		return nil
	}
	if err := learn(ctx, conn, rowTypes...); err != nil {
		return err
	}
	known[knowsRowTypes] = true
	return nil
}

// learn tells the driver how the arrays of these row types are written.
func learn(ctx context.Context, conn *pgx.Conn, names ...string) error {
	rows, err := conn.Query(ctx, `select typname, oid, typarray from pg_type where typname = any($1) and typtype = 'c' and pg_type_is_visible(oid)`, names)
	if err != nil {
		return err
	}
	var name string
	var oid, array uint32
	var found []string
	if _, err := pgx.ForEachRow(rows, []any{&name, &oid, &array}, func() error {
		conn.TypeMap().RegisterType(&pgtype.Type{Name: name + "[]", OID: array, Codec: rowCodec{oid}})
		found = append(found, name)
		return nil
	}); err != nil {
		return err
	}
	for _, name := range names {
		if !slices.Contains(found, name) {
			return fmt.Errorf("the schema has no row type %s; is it migrated?", name)
		}
	}
	return nil
}

// rowCodec writes arrays of one row type and reads none.
type rowCodec struct{ element uint32 }

func (rowCodec) FormatSupported(format int16) bool { return format == pgtype.BinaryFormatCode }

func (rowCodec) PreferredFormat() int16 { return pgtype.BinaryFormatCode }

// PlanEncode implements pgtype.Codec.
func (c rowCodec) PlanEncode(_ *pgtype.Map, _ uint32, _ int16, value any) pgtype.EncodePlan {
	if _, ours := value.(rowArray); ours {
		return c
	}
	return nil
}

// Encode implements pgtype.EncodePlan.
func (c rowCodec) Encode(value any, buf []byte) ([]byte, error) {
	return value.(rowArray).appendTo(buf, c.element), nil
}

func (rowCodec) PlanScan(*pgtype.Map, uint32, int16, any) pgtype.ScanPlan { return nil }

func (rowCodec) DecodeDatabaseSQLValue(*pgtype.Map, uint32, int16, []byte) (driver.Value, error) {
	return nil, errNotRead
}

// errNotRead: statements send rows and never ask for them.
var errNotRead = errors.New("arrays of rows are written only")

func (rowCodec) DecodeValue(*pgtype.Map, uint32, int16, []byte) (any, error) { return nil, errNotRead }
