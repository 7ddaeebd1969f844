package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/postgres"
)

// financeKills lets nodes die inside reconciliation and settlement of the day, has both run to their end then, and compares
// what is settled with what the providers hold (P14, F30, W6).
func (w *world) financeKills(ctx context.Context, kills int) error {
	w.callers.work()
	if err := w.atLeast(ctx, 1); err != nil {
		return err
	}
	rest(ctx, 2*time.Second)
	if err := w.judge(ctx, "before finance"); err != nil {
		return err
	}
	dates, err := w.dates(ctx)
	if err != nil {
		return err
	}
	w.without()
	person, err := w.signIn(ctx)
	if err != nil {
		return err
	}
	for i := range kills {
		n, err := w.start(ctx, fmt.Sprintf("P14:%d:kill", 1+rand.IntN(len(played))), w.financeFlags()...)
		if err != nil {
			return err
		}
		job := financeJobs[i%len(financeJobs)]
		if err := person.order(n, job, dates[len(dates)-1]); err != nil {
			return err
		}
		reached := true
		select {
		case <-n.ended:
		case <-time.After(patience / 2): // a run that was done before passes fewer points
			reached = false
			n.kill()
		}
		w.drop(n)
		if !reached {
			w.figures.Missed["P14"]++
		} else {
			w.figures.Kills["P14"]++
		}
		// The dead node's run keeps the job's place for a minute; we do not wait for it.
		if _, err := w.db.Exec(ctx, `update job_runs set lease_until = clock_timestamp() where state = 'RUNNING'`); err != nil {
			return err
		}
	}
	n, err := w.start(ctx, "", w.financeFlags()...)
	if err != nil {
		return err
	}
	for _, date := range dates {
		for _, job := range financeJobs {
			if err := w.runToItsEnd(ctx, person, n, job, date); err != nil {
				return err
			}
		}
	}
	if err := w.db.QueryRow(ctx, `select exists (select 1 from settlement_lines)`).Scan(&w.settled); err != nil {
		return err
	}
	if !w.settled {
		return errors.New("nothing was settled; then this shows nothing")
	}
	return w.judge(ctx, "kills inside finance")
}

// financeJobs are the jobs that P14 lies in, in the order of a day.
var financeJobs = []string{"recon.run", "settle.cutoff"}

func (w *world) financeFlags() []string {
	return []string{"--roles", "console", "--statements-url", w.simulator.facts["simulator"]}
}

// dates are the business dates of the run, oldest first.
func (w *world) dates(ctx context.Context) (list []string, err error) {
	err = w.db.QueryRow(ctx, `select array_agg(distinct business_date::text order by business_date::text) from transactions`).Scan(&list)
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("nothing was sold that could be settled")
	}
	return list, err
}

// runToItsEnd has a job done for a date.
func (w *world) runToItsEnd(ctx context.Context, p *person, n *node, job, date string) error {
	if err := p.order(n, job, date); err != nil {
		return err
	}
	state := ""
	for until := time.Now().Add(time.Minute); time.Now().Before(until) && ctx.Err() == nil; rest(ctx, 50*time.Millisecond) {
		err := w.db.QueryRow(ctx, `select state from job_runs where job = $1 order by started_at desc limit 1`, job).Scan(&state)
		if err == nil && state == "DONE" {
			return nil
		}
	}
	return fmt.Errorf("%s for %s is %s and does not end well", job, date, state)
}

// person is somebody of finance at the console, with a browser that runs no script.
type person struct {
	http *http.Client
	link string
}

// signIn makes the account and its one-time link; the first page they open uses it up.
func (w *world) signIn(ctx context.Context) (*person, error) {
	db, err := postgres.Open(ctx, postgres.Config{URL: w.cluster.URL(""), Name: "chaos", MaxConns: 2})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	people := operators.NewService(postgres.NewOperators(db), operators.NewHasher(), operators.Settings{Sandbox: true})
	o, err := people.EnsureOperator(ctx, operators.Invitation{
		Name: "Farai Finance", Mail: "farai@example.org", Grants: operators.Grants{{Role: operators.Finance, Half: operators.Request}},
	}, operators.CLI())
	if err != nil {
		return nil, err
	}
	token, err := people.IssueLink(ctx, o, operators.SignInLink, operators.CLI())
	if err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	return &person{http: &http.Client{Jar: jar, Timeout: 20 * time.Second}, link: operators.LinkPath(operators.SignInLink, token)}, err
}

var formToken = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

// order starts a job by hand on the schedules page. The node may die of it before it answers.
func (p *person) order(n *node, job, date string) error {
	console := n.facts["console"]
	if p.link != "" {
		if err := p.submit(console, p.link, p.link, url.Values{}); err != nil {
			return err
		}
		p.link = ""
	}
	err := p.submit(console, "/schedules", "/schedules/"+job+"/run", url.Values{
		"date": {date}, "reason": {"The day is over early today"}, "idempotency_key": {uuid.NewString()},
	})
	select {
	case <-n.ended:
		return nil
	case <-time.After(50 * time.Millisecond):
		return err
	}
}

// submit sends a form with the token of its page.
func (p *person) submit(console, page, action string, fields url.Values) error {
	res, err := p.http.Get(console + page)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(res.Body)
	_ = res.Body.Close() // read to its end
	token := formToken.FindSubmatch(text)
	if err != nil || token == nil {
		return fmt.Errorf("the page %s has no form: status %d, %w", page, res.StatusCode, err)
	}
	fields.Set("_csrf", string(token[1]))
	req, err := http.NewRequest(http.MethodPost, console+action, strings.NewReader(fields.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", console)
	if res, err = p.http.Do(req); err != nil {
		return err
	}
	_ = res.Body.Close()
	if res.StatusCode >= 400 {
		return fmt.Errorf("%s was refused: %d", action, res.StatusCode)
	}
	return nil
}
