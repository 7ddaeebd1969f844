// Package localpg runs a private PostgreSQL cluster in a directory, from server programs already on the
// machine. It is what `console sandbox`, `console serve` without a database URL and the tests stand on.
// The cluster listens on 127.0.0.1 only, on a free port, and lets in nobody without the random password
// that is kept 0600 in the directory.
package localpg

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// startLimit bounds a start when the caller's context has no deadline of its own: replaying the log
// after a crash can take a while.
const startLimit = 60 * time.Second

// Options say where the cluster lives and how it behaves.
type Options struct {
	// Dir holds the cluster and everything else named in Siblings. It must be empty, absent or made by
	// an earlier Start.
	Dir string
	// Fresh throws away what an earlier Start made in Dir, Siblings included, before starting. It
	// refuses a directory that holds anything else, and one that another live program uses.
	Fresh bool
	// Database is created when missing; the default is "signalbox".
	Database string
	// Siblings names the entries the rest of the program keeps directly in Dir (journals, reports).
	// They do not count as foreign, and Fresh removes them.
	Siblings []string
	// Settings overrides server settings, for example {"max_connections": "300"}.
	Settings map[string]string
	// FsyncOff gives up durability for speed. For tests only: postgres.Open refuses such a cluster
	// unless it is told to allow it.
	FsyncOff bool
	// Shared lets several programs use the cluster at once: Start joins a running one, waits while
	// another program is starting it, and nobody owns it afterwards. Stop then does nothing. For tests.
	Shared bool
	// Binaries replaces the places searched for server programs; nil means the usual places.
	Binaries []string
}

// Cluster is a running private cluster.
type Cluster struct {
	dir      *directory
	password string
	database string
	shared   bool
	joined   bool

	mu     sync.Mutex
	server *server // another one after it ended by itself

	unwatch context.CancelFunc
	watched chan struct{} // closed when nothing starts it again any more

	stopOnce sync.Once
	stopErr  error
}

// ErrInUse is wrapped by Start when another live program owns the directory.
var ErrInUse = errors.New("the directory is in use")

// Start brings up the cluster in o.Dir: it creates it at the first call, starts it at later ones and
// adopts it when a killed program left it running. Unless it is shared, it is started again when it ends by itself. The caller
// must Stop it.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if o.Database == "" {
		o.Database = "signalbox"
	}
	dir, err := openDirectory(ctx, o)
	if err != nil {
		return nil, err
	}
	c, err := bringUp(ctx, dir, o)
	if err != nil {
		dir.unlock()
		return nil, err
	}
	if o.Shared {
		dir.unlock()
		return c, nil
	}
	watching, unwatch := context.WithCancel(context.WithoutCancel(ctx))
	c.unwatch, c.watched = unwatch, make(chan struct{})
	go c.watch(watching, o, configuration(o))
	return c, nil
}

// bringUp does the work of Start while the directory is locked.
func bringUp(ctx context.Context, dir *directory, o Options) (*Cluster, error) {
	if o.Fresh {
		if err := dir.clear(ctx, o.Siblings); err != nil {
			return nil, err
		}
	}
	password, err := dir.password()
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, password: password, database: o.Database, shared: o.Shared}
	conf := configuration(o)
	if c.server, err = adopt(ctx, dir, conf, password); err != nil {
		return nil, err
	}
	c.joined = c.server != nil
	if c.server == nil {
		if c.server, err = startNew(ctx, dir, conf, password, o, anyPort); err != nil {
			return nil, err
		}
	}
	if err := ensureDatabase(ctx, c.URL("postgres"), o.Database); err != nil {
		if !c.shared || !c.joined {
			err = errors.Join(err, c.server.stop(context.WithoutCancel(ctx)))
		}
		return nil, err
	}
	return c, nil
}

// startNew finds the programs, creates the cluster if there is none yet, and starts it.
func startNew(ctx context.Context, dir *directory, conf, password string, o Options, port int) (*server, error) {
	acct, err := accountFor(dir.data())
	if err != nil {
		return nil, err
	}
	major, err := dir.major()
	if err != nil {
		return nil, err
	}
	bin, err := findBinaries(ctx, acct, major, o.Binaries)
	if err != nil {
		return nil, err
	}
	if err := dir.checkReach(ctx, acct); err != nil {
		return nil, err
	}
	if major == 0 {
		if err := create(ctx, dir, bin, acct, password, o.FsyncOff); err != nil {
			return nil, err
		}
	}
	if err := dir.writeConfiguration(conf, acct); err != nil {
		return nil, err
	}
	return launch(ctx, dir, bin, acct, password, port)
}

// URL gives the address of one database of the cluster, usable as printed by any client on this machine.
// The empty name means the database of Options.Database.
func (c *Cluster) URL(database string) string {
	if database == "" {
		database = c.database
	}
	return address(c.running().port, c.password, database)
}

// Joined tells whether the cluster was already running: left behind by a killed program, or shared.
func (c *Cluster) Joined() bool { return c.joined }

// LogFile gives the path of the server's log.
func (c *Cluster) LogFile() string { return c.dir.logFile() }

// Stop shuts the cluster down: connections are cut and everything committed is kept. It takes at most about
// three seconds; a server that is slower is told to quit at once and repairs itself at its next start.
// Calling it again gives the first result. A shared cluster is left alone.
func (c *Cluster) Stop(ctx context.Context) error {
	if c.shared {
		return nil
	}
	c.stopOnce.Do(func() {
		c.unwatch()
		<-c.watched
		c.stopErr = c.running().stop(ctx)
		c.dir.unlock()
	})
	return c.stopErr
}

// Address gives the URL of a database of the cluster that runs in dir right now, for commands that
// work beside the running program.
func Address(dir, database string) (string, error) {
	path, err := absolute(dir)
	if err != nil {
		return "", err
	}
	d := &directory{path: path}
	p, ok := readPidFile(d.data())
	if !ok || !isServerOf(p.pid, d.data()) {
		return "", fmt.Errorf("no cluster is running in %s", dir)
	}
	password, err := d.readPassword()
	if err != nil {
		return "", err
	}
	if database == "" {
		database = "signalbox"
	}
	return address(p.port, password, database), nil
}

// address composes a URL; sslmode is fixed because the server has no certificate and stays on loopback.
func address(port int, password, database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(superuser, password),
		Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
		Path:     "/" + database,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// absolute resolves links so that the path can be compared with what a running server was given.
func absolute(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return real, nil
	}
	return abs, nil
}
