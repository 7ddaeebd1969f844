package postgres

import "context"

// The names under which sessions work on messages: those of the switch and those of stored advices. Config.Name takes them.
const (
	SwitchSessions = "signalbox switch"
	AdviceSessions = "signalbox saf"
)

// SwitchAtWork looks for a session that runs a statement for a message at this moment, on this database and of whatever node. It
// reads the server's list of sessions and no table, so it costs the same however long a queue is. A server that does not keep
// the list (track_activities off) is never at work, and neither is a replica.
func (f *Finance) SwitchAtWork(ctx context.Context) (busy bool, err error) {
	err = f.db.Pool.QueryRow(ctx, `select exists (select 1 from pg_stat_activity
		where datname = current_database() and state = 'active' and application_name in ($1, $2))`, SwitchSessions, AdviceSessions).Scan(&busy)
	return busy, Explain(err, "list of sessions")
}
