package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/jackc/pgx/v5"
)

// create runs initdb beside the final place and moves the result there in one step, so that a start
// interrupted halfway leaves nothing that looks like a cluster.
func create(ctx context.Context, dir *directory, bin binaries, acct account, password string, quick bool) error {
	fresh := dir.at(newDataName)
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return err
	}
	if err := acct.own(fresh); err != nil {
		return err
	}
	// initdb reads the password from a file, and it reads it as the other account.
	pwFile := dir.at(initName)
	if err := os.RemoveAll(pwFile); err != nil {
		return err
	}
	defer func() { _ = os.Remove(pwFile) }()
	if err := os.WriteFile(pwFile, []byte(password+"\n"), 0o600); err != nil {
		return err
	}
	if err := acct.own(pwFile); err != nil {
		return err
	}
	args := []string{
		"--pgdata", fresh, "--username", superuser, "--pwfile", pwFile, "--auth", "scram-sha-256",
		"--encoding", "UTF8", "--no-locale", "--no-instructions",
	}
	if quick {
		args = append(args, "--no-sync")
	} else {
		args = append(args, "--data-checksums")
	}
	cmd := exec.CommandContext(ctx, bin.path("initdb"), args...)
	acct.apply(cmd)
	if out, err := cmd.CombinedOutput(); ctx.Err() != nil {
		return fmt.Errorf("the cluster was not created: %w", ctx.Err())
	} else if err != nil {
		return fmt.Errorf("initdb of PostgreSQL %d failed: %w\n%s", bin.major, err, strings.TrimSpace(string(out)))
	}
	return os.Rename(fresh, dir.data())
}

// ensureDatabase creates a database when it is missing.
func ensureDatabase(ctx context.Context, maintenance, name string) (err error) {
	conn, err := pgx.Connect(ctx, maintenance)
	if err != nil {
		return fmt.Errorf("the private cluster does not let us in: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	var there bool
	if err := conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", name).Scan(&there); err != nil || there {
		return err
	}
	_, err = conn.Exec(ctx, "create database "+pgx.Identifier{name}.Sanitize())
	return err
}
