package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Values has a column of each kind.
type Values struct {
	ID, Ref        uuid.UUID
	Word, Text     string
	Count, Number  int
	Big            int64
	Minor          *int64
	Flag           bool
	Stamp, Moment  time.Time
	Due, Day       time.Time
	Raw, Blob, Tag []byte
}

var valueColumns = columns[Values]{
	id("id", func(v *Values) *uuid.UUID { return &v.ID }),
	ref("ref", func(v *Values) *uuid.UUID { return &v.Ref }),
	word("word", func(v *Values) *string { return &v.Word }),
	text("text", func(v *Values) *string { return &v.Text }),
	count("count", "int", func(v *Values) *int { return &v.Count }),
	number("number", "int", func(v *Values) *int { return &v.Number }),
	count("big", "bigint", func(v *Values) *int64 { return &v.Big }),
	minor("minor", func(v *Values) **int64 { return &v.Minor }),
	flag("flag", func(v *Values) *bool { return &v.Flag }),
	stamp("stamp", func(v *Values) *time.Time { return &v.Stamp }),
	moment("moment", func(v *Values) *time.Time { return &v.Moment }),
	due("due", func(v *Values) *time.Time { return &v.Due }),
	day("day", func(v *Values) *time.Time { return &v.Day }),
	raw("raw", func(v *Values) *[]byte { return &v.Raw }),
	blob("blob", func(v *Values) *[]byte { return &v.Blob }),
	sealed("tag", func(v *Values) *[]byte { return &v.Tag }),
}

// SendRows writes values as rows of a type made for them and gives them as the server read them.
func SendRows(ctx context.Context, db *DB, sent []*Values) (got []*Values, err error) {
	if _, err := db.Pool.Exec(ctx, `create type value_row as (id uuid, ref uuid, word text, text text, count int, number int, big bigint,
  minor bigint, flag boolean, stamp timestamptz, moment timestamptz, due timestamptz, day date, raw bytea, blob bytea, tag bytea)`); err != nil {
		return nil, err
	}
	err = db.Pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		if err := learn(ctx, conn.Conn(), "value_row"); err != nil {
			return err
		}
		rows, err := conn.Query(ctx, "select "+valueColumns.selected("v")+" from unnest($1::value_row[]) v", records[Values]{valueColumns, sent})
		if err != nil {
			return err
		}
		got, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (*Values, error) {
			v := &Values{}
			return v, row.Scan(valueColumns.targets(v)...)
		})
		return err
	})
	return got, err
}
