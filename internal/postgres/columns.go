package postgres

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/signalboxhq/signalbox/internal/saf"
)

// column maps one column of a table to one field of a row type, both ways.
type column[T any] struct {
	name string
	typ  string // PostgreSQL type
	read string // expression to select; empty: the column itself
	kept bool   // in an update, an absent value leaves what is stored
	// array gives the column of many rows as one array that the driver writes without reflection: encoding was half of the
	// writers' time when elements travelled as any.
	array func([]*T) any
	set   func(*T) any // pointer to scan into
}

// columns is the mapping of a whole table. Many rows are written by one statement, as one array per column.
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

// unnest is the table of the arrays, its parameters counted from first.
func (c columns[T]) unnest(first int) string {
	list := make([]string, len(c))
	for i, col := range c {
		list[i] = "$" + strconv.Itoa(first+i) + "::" + col.typ + "[]"
	}
	return "unnest(" + strings.Join(list, ", ") + ")"
}

// insert writes rows from arrays.
func (c columns[T]) insert(table string) string {
	return "insert into " + table + " (" + c.names() + ") select * from " + c.unnest(1)
}

// update sets every column but the first, which is the key.
func (c columns[T]) update(table, more string) string {
	sets := make([]string, 0, len(c))
	for _, col := range c[1:] {
		value := "u." + col.name
		if col.kept {
			value = "coalesce(" + value + ", t." + col.name + ")"
		}
		sets = append(sets, col.name+" = "+value)
	}
	return "update " + table + " t set " + strings.Join(sets, ", ") + more + " from " + c.unnest(1) + " as u(" + c.names() + ") where t." + c[0].name + " = u." + c[0].name +
		" and t." + c[0].name + " = any($1)" // the index comes first, however small the table was when the plan was made
}

// arrays turns rows into one array per column.
func (c columns[T]) arrays(rows []*T) []any {
	out := make([]any, len(c))
	for i, col := range c {
		out[i] = col.array(rows)
	}
	return out
}

// arrayOf builds the array of a column, element by element.
func arrayOf[T, E any](element func(*T) E) func([]*T) any {
	return func(rows []*T) any {
		list := make(pgtype.FlatArray[E], len(rows))
		for i, row := range rows {
			list[i] = element(row)
		}
		return list
	}
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
	return column[T]{name: name, typ: "uuid", array: arrayOf(func(t *T) pgtype.UUID { return pgtype.UUID{Bytes: *at(t), Valid: true} }), set: func(t *T) any { return at(t) }}
}

func ref[T any](name string, at func(*T) *uuid.UUID) column[T] {
	return column[T]{name: name, typ: "uuid", read: readUUID, array: arrayOf(func(t *T) pgtype.UUID {
		return pgtype.UUID{Bytes: *at(t), Valid: *at(t) != uuid.Nil}
	}), set: func(t *T) any { return at(t) }}
}

// word is a required text whose Go type may be a named string, text an optional one.
func word[T any, V ~string](name string, at func(*T) *V) column[T] {
	return column[T]{name: name, typ: "text", array: arrayOf(func(t *T) pgtype.Text { return pgtype.Text{String: string(*at(t)), Valid: true} }), set: func(t *T) any { return at(t) }}
}

func text[T any, V ~string](name string, at func(*T) *V) column[T] {
	return column[T]{name: name, typ: "text", read: readText, array: arrayOf(func(t *T) pgtype.Text {
		return pgtype.Text{String: string(*at(t)), Valid: *at(t) != ""}
	}), set: func(t *T) any { return at(t) }}
}

// count is a required integer, number an optional one.
func count[T any, V ~int | ~int64](name, typ string, at func(*T) *V) column[T] {
	return column[T]{name: name, typ: typ, array: arrayOf(func(t *T) pgtype.Int8 { return pgtype.Int8{Int64: int64(*at(t)), Valid: true} }), set: func(t *T) any { return at(t) }}
}

func number[T any, V ~int | ~int64](name, typ string, at func(*T) *V) column[T] {
	return column[T]{name: name, typ: typ, read: readInt, array: arrayOf(func(t *T) pgtype.Int8 {
		return pgtype.Int8{Int64: int64(*at(t)), Valid: *at(t) != 0}
	}), set: func(t *T) any { return at(t) }}
}

// minor is an optional amount in minor units.
func minor[T any](name string, at func(*T) **int64) column[T] {
	return column[T]{name: name, typ: "bigint", array: arrayOf(func(t *T) pgtype.Int8 {
		if v := *at(t); v != nil {
			return pgtype.Int8{Int64: *v, Valid: true}
		}
		return pgtype.Int8{}
	}), set: func(t *T) any { return at(t) }}
}

// flag is a boolean.
func flag[T any](name string, at func(*T) *bool) column[T] {
	return column[T]{name: name, typ: "boolean", array: arrayOf(func(t *T) pgtype.Bool { return pgtype.Bool{Bool: *at(t), Valid: true} }), set: func(t *T) any { return at(t) }}
}

// stamp is a required time, moment an optional one.
func stamp[T any](name string, at func(*T) *time.Time) column[T] {
	return column[T]{name: name, typ: "timestamptz", array: arrayOf(func(t *T) pgtype.Timestamptz { return pgtype.Timestamptz{Time: *at(t), Valid: true} }), set: func(t *T) any { return at(t) }}
}

func moment[T any](name string, at func(*T) *time.Time) column[T] {
	return column[T]{name: name, typ: "timestamptz", read: readTime, array: arrayOf(func(t *T) pgtype.Timestamptz {
		return pgtype.Timestamptz{Time: *at(t), Valid: !at(t).IsZero()}
	}), set: func(t *T) any { return at(t) }}
}

// day is a date.
func day[T any](name string, at func(*T) *time.Time) column[T] {
	return column[T]{name: name, typ: "date", array: arrayOf(func(t *T) pgtype.Date { return pgtype.Date{Time: *at(t), Valid: true} }), set: func(t *T) any { return at(t) }}
}

// raw is a required byte string, blob an optional one.
func raw[T any](name string, at func(*T) *[]byte) column[T] {
	return column[T]{name: name, typ: "bytea", array: arrayOf(func(t *T) []byte { return *at(t) }), set: func(t *T) any { return at(t) }}
}

func blob[T any](name string, at func(*T) *[]byte) column[T] {
	return column[T]{name: name, typ: "bytea", array: arrayOf(func(t *T) []byte {
		if len(*at(t)) == 0 {
			return nil
		}
		return *at(t)
	}), set: func(t *T) any { return at(t) }}
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
	return column[T]{name: name, typ: "timestamptz", read: "least($, '9999-12-31 00:00:00+00')", array: arrayOf(func(t *T) pgtype.Timestamptz {
		if !at(t).Before(saf.Never) {
			return pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}
		}
		return pgtype.Timestamptz{Time: *at(t), Valid: true}
	}), set: func(t *T) any { return at(t) }}
}
