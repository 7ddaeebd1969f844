// Package postgres is the only place that speaks SQL. Stores are small structs over a DB; gorm serves pages
// and single writes, pgx on the same connections serves volume.
package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	gormpg "gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// DB is one pool of connections seen through two libraries. The API, store-and-forward and the console each
// open their own, so that none can starve the others (guarantees A7).
type DB struct {
	// Pool is the pool itself, for pgx: batches, COPY, explicit transactions.
	Pool *pgxpool.Pool
	// Gorm takes its connections from the same pool and gives them back after each statement.
	Gorm *gorm.DB

	sql *sql.DB
}

// Config says which database to open and how much of it to use.
type Config struct {
	// URL is a postgres:// address.
	URL string
	// Name is shown as application_name in the server's lists.
	Name string
	// MaxConns bounds the pool; 0 means 10.
	MaxConns int32
	// StatementTimeout ends a statement that runs longer; 0 leaves the server's setting.
	StatementTimeout time.Duration
	// LockTimeout ends a wait for a lock (guarantees A3: 2 s); 0 leaves the server's setting.
	LockTimeout time.Duration
	// AllowUnsafe accepts a server that may lose a commit it confirmed. For tests only.
	AllowUnsafe bool
	// Logger receives failed statements without their values; nil keeps gorm silent.
	Logger *slog.Logger
}

// Open connects and proves that the server keeps what it commits (guarantees A3). The caller must Close.
func Open(ctx context.Context, c Config) (*DB, error) {
	pc, err := poolConfig(c)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, apperr.Wrap(err, apperr.Unavailable, "the database pool cannot be opened")
	}
	if err := checkServer(ctx, pool, c.AllowUnsafe); err != nil {
		pool.Close()
		return nil, err
	}
	conn := stdlib.OpenDBFromPool(pool)
	g, err := gorm.Open(gormpg.New(gormpg.Config{Conn: conn}), &gorm.Config{
		SkipDefaultTransaction: true,
		// gorm's own prepared statements would be thrown away with each return to the pool (248 µs a read); pgx keeps
		// them per connection (83 µs).
		PrepareStmt:          false,
		TranslateError:       false, // errors.go reads the server's own codes
		NowFunc:              func() time.Time { return time.Now().UTC() },
		Logger:               newGormLogger(c.Logger),
		DisableAutomaticPing: true,
	})
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("gorm cannot use the pool: %w", err)
	}
	return &DB{Pool: pool, Gorm: g, sql: conn}, nil
}

// Close gives every connection back to the server.
func (d *DB) Close() {
	_ = d.sql.Close()
	d.Pool.Close()
}

// poolConfig turns our settings into the driver's.
func poolConfig(c Config) (*pgxpool.Config, error) {
	pc, err := pgxpool.ParseConfig(c.URL)
	if err != nil {
		// The driver's message may repeat the address, password included.
		return nil, apperr.Errorf(apperr.Invalid, "the database URL cannot be read; it looks like postgres://user:password@host:5432/name")
	}
	pc.MaxConns = c.MaxConns
	if pc.MaxConns == 0 {
		pc.MaxConns = 10
	}
	params := pc.ConnConfig.RuntimeParams
	params["timezone"] = "UTC"
	// Compiling a statement takes the server some 100 ms, more than any of ours should run.
	params["jit"] = "off"
	if c.Name != "" {
		params["application_name"] = c.Name
	}
	if c.StatementTimeout > 0 {
		params["statement_timeout"] = milliseconds(c.StatementTimeout)
	}
	if c.LockTimeout > 0 {
		params["lock_timeout"] = milliseconds(c.LockTimeout)
	}
	pc.AfterConnect = speakTypes
	return pc, nil
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// speakTypes makes timestamptz values arrive in UTC, whatever the zone of this machine, and our arrays and ids travel as they are.
func speakTypes(_ context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID,
		Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	acceptArrays(conn)
	acceptIDs(conn)
	return nil
}
