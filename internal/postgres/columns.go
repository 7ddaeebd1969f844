package postgres

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/signalboxhq/signalbox/internal/saf"
)

// column maps one column of a table to one field of a row type, both ways.
type column[T any] struct {
	name string
	oid  uint32 // number of its PostgreSQL type
	read string // expression to select; empty: the column itself
	kept bool   // in an update, an absent value leaves what is stored
	// write appends the value of a row in the server's form.
	write func(packed, *T) packed
	set   func(*T) any // pointer to scan into
}

// columns is the mapping of a whole table, or of the part that a step may change.
type columns[T any] []column[T]

// names lists the columns, comma separated.
func (c columns[T]) names() string {
	list := make([]string, len(c))
	for i, col := range c {
		list[i] = col.name
	}
	return strings.Join(list, ", ")
}

// selected lists the expressions to select from an alias; absent values read as the zero value of their field.
func (c columns[T]) selected(alias string) string {
	list := make([]string, len(c))
	for i, col := range c {
		list[i] = alias + "." + col.name
		if col.read != "" {
			list[i] = strings.ReplaceAll(col.read, "$", alias+"."+col.name)
		}
	}
	return strings.Join(list, ", ")
}

// targets gives the scan targets of one row.
func (c columns[T]) targets(row *T) []any {
	out := make([]any, len(c))
	for i, col := range c {
		out[i] = col.set(row)
	}
	return out
}

// pick keeps the named columns, in the given order.
func (c columns[T]) pick(names ...string) columns[T] {
	out := make(columns[T], 0, len(names))
	for _, name := range names {
		for _, col := range c {
			if col.name == name {
				out = append(out, col)
			}
		}
	}
	return out
}

// The kinds of columns: required ones, and optional ones whose zero value is stored as null.

const (
	readText = "coalesce($, '')"
	readInt  = "coalesce($, 0)"
	readTime = "coalesce($, '0001-01-01 00:00:00+00')"
	readUUID = "coalesce($, '00000000-0000-0000-0000-000000000000')"
)

// id is a required id, ref an optional one.
func id[T any](name string, at func(*T) *uuid.UUID) column[T] {
	return column[T]{name: name, oid: pgtype.UUIDOID, write: func(a packed, t *T) packed { return a.uuid(*at(t)) }, set: func(t *T) any { return at(t) }}
}

func ref[T any](name string, at func(*T) *uuid.UUID) column[T] {
	return column[T]{name: name, oid: pgtype.UUIDOID, read: readUUID, write: func(a packed, t *T) packed {
		if *at(t) == uuid.Nil {
			return a.null()
		}
		return a.uuid(*at(t))
	}, set: func(t *T) any { return at(t) }}
}

// word is a required text whose Go type may be a named string, text an optional one.
func word[T any, V ~string](name string, at func(*T) *V) column[T] {
	return column[T]{name: name, oid: pgtype.TextOID, write: func(a packed, t *T) packed { return a.text(string(*at(t))) }, set: func(t *T) any { return at(t) }}
}

func text[T any, V ~string](name string, at func(*T) *V) column[T] {
	return column[T]{name: name, oid: pgtype.TextOID, read: readText, write: func(a packed, t *T) packed {
		if *at(t) == "" {
			return a.null()
		}
		return a.text(string(*at(t)))
	}, set: func(t *T) any { return at(t) }}
}

// count is a required integer, number an optional one.
func count[T any, V ~int | ~int64](name, typ string, at func(*T) *V) column[T] {
	oid := integerOID(typ)
	return column[T]{name: name, oid: oid, write: func(a packed, t *T) packed { return a.integer(oid, int64(*at(t))) }, set: func(t *T) any { return at(t) }}
}

func number[T any, V ~int | ~int64](name, typ string, at func(*T) *V) column[T] {
	oid := integerOID(typ)
	return column[T]{name: name, oid: oid, read: readInt, write: func(a packed, t *T) packed {
		if *at(t) == 0 {
			return a.null()
		}
		return a.integer(oid, int64(*at(t)))
	}, set: func(t *T) any { return at(t) }}
}

// integerOID tells the two integer types apart.
func integerOID(typ string) uint32 {
	if typ == "bigint" {
		return pgtype.Int8OID
	}
	return pgtype.Int4OID
}

// minor is an optional amount in minor units.
func minor[T any](name string, at func(*T) **int64) column[T] {
	return column[T]{name: name, oid: pgtype.Int8OID, write: func(a packed, t *T) packed {
		if v := *at(t); v != nil {
			return a.int64(*v)
		}
		return a.null()
	}, set: func(t *T) any { return at(t) }}
}

// flag is a boolean.
func flag[T any](name string, at func(*T) *bool) column[T] {
	return column[T]{name: name, oid: pgtype.BoolOID, write: func(a packed, t *T) packed { return a.bool(*at(t)) }, set: func(t *T) any { return at(t) }}
}

// stamp is a required time, moment an optional one.
func stamp[T any](name string, at func(*T) *time.Time) column[T] {
	return column[T]{name: name, oid: pgtype.TimestamptzOID, write: func(a packed, t *T) packed { return a.time(*at(t)) }, set: func(t *T) any { return at(t) }}
}

func moment[T any](name string, at func(*T) *time.Time) column[T] {
	return column[T]{name: name, oid: pgtype.TimestamptzOID, read: readTime, write: func(a packed, t *T) packed {
		if at(t).IsZero() {
			return a.null()
		}
		return a.time(*at(t))
	}, set: func(t *T) any { return at(t) }}
}

// day is a date.
func day[T any](name string, at func(*T) *time.Time) column[T] {
	return column[T]{name: name, oid: pgtype.DateOID, write: func(a packed, t *T) packed { return a.date(*at(t)) }, set: func(t *T) any { return at(t) }}
}

// raw is a required byte string, blob an optional one.
func raw[T any](name string, at func(*T) *[]byte) column[T] {
	return column[T]{name: name, oid: pgtype.ByteaOID, write: func(a packed, t *T) packed {
		if *at(t) == nil {
			return a.null()
		}
		return a.bytes(*at(t))
	}, set: func(t *T) any { return at(t) }}
}

func blob[T any](name string, at func(*T) *[]byte) column[T] {
	return column[T]{name: name, oid: pgtype.ByteaOID, write: func(a packed, t *T) packed {
		if len(*at(t)) == 0 {
			return a.null()
		}
		return a.bytes(*at(t))
	}, set: func(t *T) any { return at(t) }}
}

// sealed is an optional byte string that is stored beside its row, because it is long and never changes again: an update
// that does not name it copies a pointer, where one that repeats it would store it anew.
func sealed[T any](name string, at func(*T) *[]byte) column[T] {
	col := blob(name, at)
	col.kept = true
	return col
}

// due is a time that may never come: saf.Never is PostgreSQL's infinity.
func due[T any](name string, at func(*T) *time.Time) column[T] {
	return column[T]{name: name, oid: pgtype.TimestamptzOID, read: "least($, '9999-12-31 00:00:00+00')", write: func(a packed, t *T) packed {
		if !at(t).Before(saf.Never) {
			return a.infinity()
		}
		return a.time(*at(t))
	}, set: func(t *T) any { return at(t) }}
}
