package jobs

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/go-co-op/gocron/v2"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Config is what a scheduler needs besides its jobs; zero members get the defaults named beside them.
type Config struct {
	Store      Store
	Node       string
	Log        *slog.Logger
	Now        func() time.Time // time.Now
	Lease      time.Duration    // 1 min; prolonged three times as often while a run lasts
	Sweep      time.Duration    // 1 min; how often missed, failed and abandoned occasions are looked for
	RetryAfter time.Duration    // 10 min
	CatchUp    time.Duration    // 7 days; older missed dates are left alone
}

func (c *Config) defaults() {
	if c.Now == nil {
		c.Now = time.Now
	}
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{{&c.Lease, time.Minute}, {&c.Sweep, time.Minute}, {&c.RetryAfter, 10 * time.Minute}, {&c.CatchUp, 7 * 24 * time.Hour}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
}

// Scheduler fires the jobs. It may exist without being started: then it only runs by hand.
type Scheduler struct {
	c     Config
	jobs  []Job
	local map[string]*localBook

	ctx    context.Context // of every run; ends when a stop has waited long enough
	cancel context.CancelFunc

	mu        sync.Mutex
	stopping  bool
	running   sync.WaitGroup
	cron      gocron.Scheduler
	firstSeen map[string]time.Time
}

// New checks the jobs; names must differ.
func New(c Config, list []Job) (*Scheduler, error) {
	c.defaults()
	s := &Scheduler{c: c, jobs: list, local: map[string]*localBook{}}
	seen := map[string]bool{}
	for _, j := range list {
		if err := j.validate(); err != nil {
			return nil, err
		}
		if seen[j.Name] {
			return nil, apperr.Errorf(apperr.Invalid, "there are two jobs named %s", j.Name)
		}
		seen[j.Name] = true
		s.local[j.Name] = &localBook{}
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// Start makes the jobs known, starts the timers and catches up what was missed. It does not wait for any run.
func (s *Scheduler) Start(ctx context.Context) error {
	if err := s.register(ctx); err != nil {
		return err
	}
	cron, err := gocron.NewScheduler(gocron.WithLogger(gocron.NewLogger(gocron.LogLevelError)))
	if err != nil {
		return err
	}
	for _, j := range s.jobs {
		task := gocron.NewTask(func() { s.guarded(func() { s.Fire(s.ctx, j.Name) }) })
		if _, err := cron.NewJob(j.Schedule.definition(), task, gocron.WithName(j.Name), gocron.WithSingletonMode(gocron.LimitModeReschedule)); err != nil {
			return errors.Join(apperr.Wrap(err, apperr.Invalid, "job "+j.Name+" cannot be scheduled"), cron.Shutdown())
		}
	}
	sweep := gocron.NewTask(func() { s.guarded(func() { s.Sweep(s.ctx) }) })
	_, err = cron.NewJob(gocron.DurationJob(s.c.Sweep), sweep, gocron.WithSingletonMode(gocron.LimitModeReschedule),
		gocron.WithStartAt(gocron.WithStartImmediately()))
	if err != nil {
		return errors.Join(err, cron.Shutdown())
	}
	s.cron = cron
	cron.Start()
	return nil
}

func (s *Scheduler) register(ctx context.Context) error {
	list := make([]Definition, len(s.jobs))
	for i, j := range s.jobs {
		list[i] = Definition{Name: j.Name, Title: j.Title, Schedule: j.Schedule.String(), Local: j.Once == Local}
	}
	seen, err := s.c.Store.Register(ctx, list)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.firstSeen = seen
	s.mu.Unlock()
	return nil
}

// guarded runs f unless the scheduler is stopping, and lets Stop wait for it.
func (s *Scheduler) guarded(f func()) {
	s.mu.Lock()
	if s.stopping {
		s.mu.Unlock()
		return
	}
	s.running.Add(1)
	s.mu.Unlock()
	defer s.running.Done()
	f()
}

// Stop starts nothing more and waits for what runs. When ctx ends first the runs are cancelled, and their rows stay to
// be taken over.
func (s *Scheduler) Stop(ctx context.Context) error {
	s.mu.Lock()
	s.stopping = true
	s.mu.Unlock()
	done := make(chan struct{})
	go func() { s.running.Wait(); close(done) }()
	var err error
	select {
	case <-done:
	case <-ctx.Done():
		s.cancel()
		<-done
		err = ctx.Err()
	}
	s.cancel()
	if s.cron != nil {
		err = errors.Join(err, s.cron.Shutdown())
	}
	return err
}

func (s *Scheduler) find(name string) (Job, error) {
	for _, j := range s.jobs {
		if j.Name == name {
			return j, nil
		}
	}
	return Job{}, apperr.Errorf(apperr.NotFound, "There is no job named %s.", name)
}

// RunNow starts a job by hand and gives its run row at once; the work goes on. Conflict: the job runs already, or this
// very order was taken before. Whether the person may is the caller's question.
func (s *Scheduler) RunNow(ctx context.Context, order Order) (Run, error) {
	j, err := s.find(order.Job)
	if err != nil {
		return Run{}, err
	}
	if err := order.check(j); err != nil {
		return Run{}, err
	}
	o := order.occasion(s.c.Now())
	run, ok, err := s.c.Store.Claim(ctx, Claim{Occasion: o, Trigger: ByHand, Node: s.c.Node, Lease: s.c.Lease, By: order.By})
	if err != nil {
		return Run{}, err
	}
	if !ok {
		return Run{}, apperr.Errorf(apperr.Conflict, "%s is running already, or this form was sent before; its run is on the schedules page.", j.Title)
	}
	started := false
	s.mu.Lock()
	if !s.stopping {
		started = true
		s.running.Add(1)
	}
	s.mu.Unlock()
	if !started {
		run.State, run.Error = Failed, "this node is stopping"
		s.finish(ctx, run)
		return run, apperr.Errorf(apperr.Unavailable, "This node is stopping; nothing was run.")
	}
	go func() {
		defer s.running.Done()
		s.perform(s.ctx, j, o, run)
	}()
	return run, nil
}

// Overview gives every registered job with its last run and, for the jobs of this node, the next tick.
func (s *Scheduler) Overview(ctx context.Context) ([]Status, error) {
	list, err := s.c.Store.Overview(ctx)
	if err != nil {
		return nil, err
	}
	now := s.c.Now()
	for i := range list {
		if j, err := s.find(list[i].Name); err == nil {
			list[i].Next, list[i].PerDate = j.Schedule.next(now), j.Once == PerDate
		}
	}
	return list, nil
}
