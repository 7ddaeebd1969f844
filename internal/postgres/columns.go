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
	get  func(*T) any
	set  func(*T) any // pointer to scan into
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
		sets = append(sets, col.name+" = u."+col.name)
	}
	return "update " + table + " t set " + strings.Join(sets, ", ") + more + " from " + c.unnest(1) + " as u(" + c.names() + ") where t." + c[0].name + " = u." + c[0].name
}

// arrays turns rows into one array per column.
func (c columns[T]) arrays(rows []*T) []any {
	out := make([]any, len(c))
	for i, col := range c {
		list := make([]any, len(rows))
		for j, row := range rows {
			list[j] = col.get(row)
		}
		out[i] = list
	}
	return out
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

func need[T, V any](name, typ string, at func(*T) *V) column[T] {
	return column[T]{name: name, typ: typ, get: func(t *T) any { return *at(t) }, set: func(t *T) any { return at(t) }}
}

// word is a required text whose Go type is a named string.
func word[T any, V ~string](name string, at func(*T) *V) column[T] {
	return column[T]{name: name, typ: "text", get: func(t *T) any { return string(*at(t)) }, set: func(t *T) any { return at(t) }}
}

// text is an optional text.
func text[T any, V ~string](name string, at func(*T) *V) column[T] {
	return column[T]{name: name, typ: "text", read: readText, get: func(t *T) any {
		if *at(t) == "" {
			return nil
		}
		return string(*at(t))
	}, set: func(t *T) any { return at(t) }}
}

// number is an optional integer.
func number[T any, V ~int | ~int64](name, typ string, at func(*T) *V) column[T] {
	return column[T]{name: name, typ: typ, read: readInt, get: func(t *T) any {
		if *at(t) == 0 {
			return nil
		}
		return int64(*at(t))
	}, set: func(t *T) any { return at(t) }}
}

// minor is an optional amount.
func minor[T any](name string, at func(*T) **int64) column[T] {
	return column[T]{name: name, typ: "bigint", get: func(t *T) any {
		if *at(t) == nil {
			return nil
		}
		return **at(t)
	}, set: func(t *T) any { return at(t) }}
}

// moment is an optional time.
func moment[T any](name string, at func(*T) *time.Time) column[T] {
	return column[T]{name: name, typ: "timestamptz", read: readTime, get: func(t *T) any {
		if at(t).IsZero() {
			return nil
		}
		return *at(t)
	}, set: func(t *T) any { return at(t) }}
}

// ref is an optional id.
func ref[T any](name string, at func(*T) *uuid.UUID) column[T] {
	return column[T]{name: name, typ: "uuid", read: readUUID, get: func(t *T) any {
		if *at(t) == uuid.Nil {
			return nil
		}
		return *at(t)
	}, set: func(t *T) any { return at(t) }}
}

// blob is an optional byte string.
func blob[T any](name string, at func(*T) *[]byte) column[T] {
	return column[T]{name: name, typ: "bytea", get: func(t *T) any {
		if len(*at(t)) == 0 {
			return nil
		}
		return *at(t)
	}, set: func(t *T) any { return at(t) }}
}

// due is a time that may never come: saf.Never is PostgreSQL's infinity.
func due[T any](name string, at func(*T) *time.Time) column[T] {
	return column[T]{name: name, typ: "timestamptz", read: "least($, '9999-12-31 00:00:00+00')", get: func(t *T) any {
		if !at(t).Before(saf.Never) {
			return pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}
		}
		return *at(t)
	}, set: func(t *T) any { return at(t) }}
}
