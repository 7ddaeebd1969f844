package postgrestest

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// The advisory locks of the maintenance database. Every test program holds inUse shared for its whole life; who
// gets it exclusively knows that it is alone.
const (
	inUse     int32 = 5194801
	preparing int64 = 5194802
)

// idleChecks is how many half seconds without a user end the cluster: long enough for the next package
// of a test run to be linked, and starting again takes a fraction of a second anyway.
const idleChecks = 20

// errEnding is given when the cluster was about to end by itself.
var errEnding = errors.New("the test cluster is ending")

const watcherName = "signalbox-idle-stop"

// usersSQL counts the test programs; $1 is the class of the lock.
const usersSQL = `select count(*) from pg_locks where locktype = 'advisory' and classid = 0 and objid = $1::oid and mode = 'ShareLock' and granted`

// watcherSQL runs inside the server, in a session without a client: it waits until nobody has held the users' lock
// for a while, takes the lock so that nobody new comes in, and tells the postmaster to shut down. The server's
// programs run in the data directory, where the first line of postmaster.pid is its number.
const watcherSQL = `do $$
declare idle int := 0;
begin
	loop
		perform pg_sleep(0.5);
		if exists (select from pg_locks where locktype = 'advisory' and classid = 0 and objid = %[1]d and mode = 'ShareLock' and granted) then
			idle := 0;
		else
			idle := idle + 1;
		end if;
		commit;
		exit when idle >= %[2]d and pg_try_advisory_lock(%[1]d);
	end loop;
	copy (select 1) to program 'kill -INT $(head -n 1 postmaster.pid)';
	perform pg_sleep(10);
end $$`

// register counts this program as a user.
func (c *cluster) register(ctx context.Context) error {
	var ok bool
	if err := c.conn.QueryRow(ctx, "select pg_try_advisory_lock_shared($1::bigint)", int64(inUse)).Scan(&ok); err != nil {
		return errors.Join(errEnding, err)
	}
	if !ok {
		return errEnding
	}
	return nil
}

// watch starts the watcher unless there is one. Its connection is left to itself: a session that is busy inside the
// server does not notice that its client has gone, and goes on watching after this program has ended.
func (c *cluster) watch(ctx context.Context) error {
	var there bool
	err := c.conn.QueryRow(ctx, "select exists (select from pg_stat_activity where application_name = $1)", watcherName).Scan(&there)
	if err != nil || there {
		return err
	}
	cc, err := pgx.ParseConfig(c.url("postgres"))
	if err != nil {
		return err
	}
	cc.RuntimeParams["application_name"] = watcherName
	conn, err := pgx.ConnectConfig(ctx, cc)
	if err != nil {
		return err
	}
	conn.PgConn().Exec(ctx, fmt.Sprintf(watcherSQL, inUse, idleChecks))
	return nil
}
