// Package migrations holds the schema of the database as numbered SQL files. They are applied by
// internal/postgres, which runs one migrator at a time.
package migrations

import "embed"

// Files are the migrations, embedded.
//
//go:embed *.sql
var Files embed.FS
