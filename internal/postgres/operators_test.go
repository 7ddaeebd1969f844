package postgres_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
)

var sharedHasher = sync.OnceValue(operators.NewHasher)

const goodPassword = "three quiet signals at dawn"

type people struct {
	db      *postgres.DB
	store   *postgres.Operators
	service *operators.Service
}

func newPeople(t *testing.T, settings operators.Settings) people {
	t.Helper()
	db := postgrestest.New(t)
	store := postgres.NewOperators(db)
	return people{db: db, store: store, service: operators.NewService(store, sharedHasher(), settings)}
}

// person invites and enrols somebody who may then sign in.
func (p people) person(t *testing.T, mail string, grants ...operators.Grant) operators.Operator {
	t.Helper()
	token, o, err := p.service.Invite(t.Context(), operators.Invitation{Name: "Thandi Mokoena", Mail: mail, Grants: grants}, operators.CLI())
	require.NoError(t, err)
	_, err = p.service.Enrol(t.Context(), token, goodPassword, operators.Actor{IP: "192.0.2.1"})
	require.NoError(t, err)
	return o
}

func (p people) signIn(t *testing.T, mail, password string) (operators.SignedIn, error) {
	t.Helper()
	return p.service.SignIn(t.Context(), mail, password, operators.Actor{IP: "192.0.2.1", RequestID: "rq-1"})
}

func (p people) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	_, err := p.db.Pool.Exec(t.Context(), sql, args...)
	require.NoError(t, err)
}

func (p people) actions(t *testing.T) []string {
	t.Helper()
	page, err := p.store.SearchAudit(t.Context(), operators.AuditFilter{Limit: 200})
	require.NoError(t, err)
	out := make([]string, 0, len(page.Rows))
	for i := len(page.Rows) - 1; i >= 0; i-- {
		out = append(out, page.Rows[i].Entry.Action+" "+string(page.Rows[i].Entry.Result))
	}
	return out
}

var supportDesk = operators.Grant{Role: operators.Support, Half: operators.Request}

func TestAPersonIsInvitedEnrolsSignsInAndOut(t *testing.T) {
	t.Parallel()
	p := newPeople(t, operators.Settings{})
	token, o, err := p.service.Invite(t.Context(), operators.Invitation{Mail: " Thandi@Example.org ", Grants: operators.Grants{supportDesk}}, operators.CLI())
	require.NoError(t, err)
	assert.Equal(t, "thandi@example.org", o.Mail)
	assert.Equal(t, "thandi", o.Name)

	_, err = p.signIn(t, o.Mail, "")
	assert.Equal(t, apperr.Unauthorized, apperr.CodeOf(err), "an invited account has no password, not an empty one")

	_, err = p.service.Enrol(t.Context(), token, "short", operators.Actor{})
	assert.Equal(t, "password", apperr.FieldOf(err))
	_, err = p.service.Enrol(t.Context(), token, goodPassword, operators.Actor{IP: "192.0.2.1"})
	require.NoError(t, err, "a refused password leaves the link usable")
	_, err = p.service.Enrol(t.Context(), token, goodPassword+" again", operators.Actor{})
	assert.Equal(t, apperr.NotFound, apperr.CodeOf(err), "links work once")

	in, err := p.signIn(t, "THANDI@example.org", goodPassword)
	require.NoError(t, err)
	session, err := p.service.Session(t.Context(), in.Token)
	require.NoError(t, err)
	assert.Equal(t, in.Session.ID, session.ID)
	assert.Equal(t, operators.Grants{supportDesk}, session.Operator.Grants)
	assert.Nil(t, session.StepUpAt)

	require.NoError(t, p.service.SignOut(t.Context(), in.Token, operators.Actor{ID: o.ID.String()}))
	require.NoError(t, p.service.SignOut(t.Context(), in.Token, operators.Actor{ID: o.ID.String()}))
	_, err = p.service.Session(t.Context(), in.Token)
	assert.Equal(t, apperr.Unauthorized, apperr.CodeOf(err))

	assert.Equal(t, []string{
		"operator.invite DONE", "session.sign-in FAILED", "operator.enrol DONE", "session.sign-in DONE", "session.sign-out DONE",
	}, p.actions(t), "signing out twice is one action")
	var clear int
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), `select count(*) from sessions where token_hash = convert_to($1, 'UTF8')`, in.Token).Scan(&clear))
	assert.Zero(t, clear)
}

func TestInvitingAgain(t *testing.T) {
	t.Parallel()
	p := newPeople(t, operators.Settings{})
	invite := func(role operators.Role) (string, error) {
		token, _, err := p.service.Invite(t.Context(), operators.Invitation{Mail: "a@example.org", Grants: operators.Grants{{Role: role, Half: operators.Request}}}, operators.CLI())
		return token, err
	}
	first, err := invite(operators.Support)
	require.NoError(t, err)
	second, err := invite(operators.Support)
	require.NoError(t, err)
	_, err = p.service.Link(t.Context(), first, operators.EnrolLink)
	assert.Equal(t, apperr.NotFound, apperr.CodeOf(err), "a new link ends the old one")
	_, err = invite(operators.Admin)
	assert.Equal(t, apperr.Conflict, apperr.CodeOf(err), "an invitation never changes roles")
	_, err = p.service.Enrol(t.Context(), second, goodPassword, operators.Actor{})
	require.NoError(t, err)
	_, err = invite(operators.Support)
	assert.Equal(t, apperr.Conflict, apperr.CodeOf(err))
}

func TestTenFailuresLockKnownAndUnknownAlike(t *testing.T) {
	t.Parallel()
	p := newPeople(t, operators.Settings{})
	o := p.person(t, "known@example.org", supportDesk)
	answers := map[string][]string{}
	for _, mail := range []string{o.Mail, "nobody@example.org", "not an address"} {
		for range 11 {
			_, err := p.signIn(t, mail, "wrong wrong wrong")
			answers[mail] = append(answers[mail], string(apperr.CodeOf(err)))
			// The growing pause passes; the counter stays.
			p.exec(t, "update sign_in_failures set last_at = last_at - interval '2 min'")
		}
	}
	want := []string{
		"UNAUTHORIZED", "UNAUTHORIZED", "UNAUTHORIZED", "UNAUTHORIZED", "UNAUTHORIZED",
		"UNAUTHORIZED", "UNAUTHORIZED", "UNAUTHORIZED", "UNAUTHORIZED", "UNAUTHORIZED", "TOO_MANY",
	}
	for mail, got := range answers {
		assert.Equal(t, want, got, mail)
	}
	_, err := p.signIn(t, o.Mail, goodPassword)
	var wait *operators.WaitError
	require.ErrorAs(t, err, &wait, "even the right password waits")
	assert.InDelta(t, 30*time.Minute, wait.Wait, float64(time.Minute))

	p.exec(t, "update sign_in_failures set locked_until = locked_until - interval '31 min', last_at = last_at - interval '31 min'")
	_, err = p.signIn(t, o.Mail, goodPassword)
	assert.NoError(t, err, "the lock ends by itself")
}

func TestTriesAtTheSameMomentCannotPassTheLimit(t *testing.T) {
	t.Parallel()
	p := newPeople(t, operators.Settings{})
	policy := operators.ThrottlePolicy{FreeTries: 100, LockAfter: 10, LockFor: time.Hour, Forget: time.Hour}
	var wg sync.WaitGroup
	var mu sync.Mutex
	allowed := 0
	for range 20 {
		wg.Go(func() {
			v, err := p.store.Try(t.Context(), []operators.TrySubject{{Name: "mail:x", Policy: policy}, {Name: "addr:y", Policy: policy}})
			assert.NoError(t, err)
			mu.Lock()
			defer mu.Unlock()
			if v.Allowed() {
				allowed++
			}
		})
	}
	wg.Wait()
	assert.Equal(t, 10, allowed)
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	admin := operators.Actor{ID: uuid.NewString(), Name: "Grace Adams"}
	for name, end := range map[string]func(p people, o operators.Operator, in operators.SignedIn) error{
		"idle for 15 min": func(p people, _ operators.Operator, in operators.SignedIn) error {
			_, err := p.db.Pool.Exec(t.Context(), "update sessions set last_seen_at = last_seen_at - interval '15 min 1 s' where id = $1", in.Session.ID)
			return err
		},
		"older than 12 h, however busy": func(p people, _ operators.Operator, in operators.SignedIn) error {
			_, err := p.db.Pool.Exec(t.Context(), "update sessions set created_at = created_at - interval '12 h 1 s' where id = $1", in.Session.ID)
			return err
		},
		"role change": func(p people, o operators.Operator, _ operators.SignedIn) error {
			return p.service.ChangeGrants(t.Context(), o.ID, operators.Grants{{Role: operators.Viewer, Half: operators.Request}}, "moved desks", admin)
		},
		"disable": func(p people, o operators.Operator, _ operators.SignedIn) error {
			return p.service.Disable(t.Context(), o.ID, "left the company", admin)
		},
		"new password": func(p people, o operators.Operator, _ operators.SignedIn) error {
			token, err := p.service.IssueLink(t.Context(), o, operators.EnrolLink, admin)
			if err != nil {
				return err
			}
			_, err = p.service.Enrol(t.Context(), token, "another quiet signal at dusk", operators.Actor{})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPeople(t, operators.Settings{})
			o := p.person(t, "a@example.org", supportDesk)
			in, err := p.signIn(t, o.Mail, goodPassword)
			require.NoError(t, err)
			_, err = p.service.Session(t.Context(), in.Token)
			require.NoError(t, err)
			require.NoError(t, end(p, o, in))
			_, err = p.service.Session(t.Context(), in.Token)
			assert.Equal(t, apperr.Unauthorized, apperr.CodeOf(err))
		})
	}
}

func TestUseKeepsASessionAlive(t *testing.T) {
	t.Parallel()
	p := newPeople(t, operators.Settings{})
	o := p.person(t, "a@example.org", supportDesk)
	in, err := p.signIn(t, o.Mail, goodPassword)
	require.NoError(t, err)
	for range 3 {
		p.exec(t, "update sessions set last_seen_at = last_seen_at - interval '14 min'")
		_, err = p.service.Session(t.Context(), in.Token)
		require.NoError(t, err)
	}
}

func TestAFourthSessionEndsTheOldest(t *testing.T) {
	t.Parallel()
	p := newPeople(t, operators.Settings{})
	o := p.person(t, "a@example.org", supportDesk)
	var tokens []string
	for range 4 {
		in, err := p.signIn(t, o.Mail, goodPassword)
		require.NoError(t, err)
		tokens = append(tokens, in.Token)
	}
	for i, token := range tokens {
		_, err := p.service.Session(t.Context(), token)
		assert.Equal(t, i > 0, err == nil, "session %d", i)
	}
}

func TestADisabledAccountIsShutEverywhere(t *testing.T) {
	t.Parallel()
	p := newPeople(t, operators.Settings{Sandbox: true})
	o := p.person(t, "a@example.org", supportDesk)
	link, err := p.service.IssueLink(t.Context(), o, operators.SignInLink, operators.CLI())
	require.NoError(t, err)
	require.NoError(t, p.service.Disable(t.Context(), o.ID, "left the company", operators.CLI()))

	_, err = p.signIn(t, o.Mail, goodPassword)
	assert.Equal(t, apperr.Unauthorized, apperr.CodeOf(err))
	_, err = p.service.RedeemLink(t.Context(), link, operators.Actor{})
	assert.Equal(t, apperr.NotFound, apperr.CodeOf(err))
	_, err = p.service.IssueLink(t.Context(), o, operators.EnrolLink, operators.CLI())
	assert.Equal(t, apperr.Conflict, apperr.CodeOf(err))
	err = p.service.Disable(t.Context(), o.ID, "again", operators.CLI())
	assert.Equal(t, apperr.Conflict, apperr.CodeOf(err))
}

// No entry, no action (C5): the change of an action whose entry is refused is undone with it.
func TestAChangeWithoutItsAuditEntryIsUndone(t *testing.T) {
	t.Parallel()
	p := newPeople(t, operators.Settings{})
	o := p.person(t, "thandi@example.org", supportDesk)
	before := p.actions(t)
	require.Error(t, p.store.Disable(t.Context(), o.ID, operators.AuditEntry{}))
	_, err := p.signIn(t, "thandi@example.org", goodPassword)
	require.NoError(t, err, "the account is as it was")
	require.Len(t, p.actions(t), len(before)+1, "nothing but the sign-in")
}

func TestSignInLinks(t *testing.T) {
	t.Parallel()
	p := newPeople(t, operators.Settings{Sandbox: true})
	o, err := p.service.EnsureOperator(t.Context(), operators.Invitation{Name: "Johan Botha", Mail: "johan@example.org", Grants: operators.Grants{{Role: operators.Auditor, Half: operators.Request}}}, operators.CLI())
	require.NoError(t, err)
	again, err := p.service.EnsureOperator(t.Context(), operators.Invitation{Name: "Johan Botha", Mail: "johan@example.org", Grants: operators.Grants{{Role: operators.Auditor, Half: operators.Request}}}, operators.CLI())
	require.NoError(t, err)
	assert.Equal(t, o.ID, again.ID)

	t.Run("50 at once open one session", func(t *testing.T) {
		token, err := p.service.IssueLink(t.Context(), o, operators.SignInLink, operators.CLI())
		require.NoError(t, err)
		_, err = p.service.Link(t.Context(), token, operators.SignInLink)
		require.NoError(t, err, "looking does not use it up")
		_, err = p.service.Link(t.Context(), token, operators.EnrolLink)
		assert.Equal(t, apperr.NotFound, apperr.CodeOf(err), "a sign-in link sets no password")
		var wg sync.WaitGroup
		var mu sync.Mutex
		opened := 0
		for range 50 {
			wg.Go(func() {
				in, err := p.service.RedeemLink(t.Context(), token, operators.Actor{IP: "127.0.0.1"})
				mu.Lock()
				defer mu.Unlock()
				if err == nil && in.Token != "" {
					opened++
				} else {
					assert.Equal(t, apperr.NotFound, apperr.CodeOf(err))
				}
			})
		}
		wg.Wait()
		assert.Equal(t, 1, opened)
	})
	t.Run("they expire", func(t *testing.T) {
		token, err := p.service.IssueLink(t.Context(), o, operators.SignInLink, operators.CLI())
		require.NoError(t, err)
		p.exec(t, "update one_time_links set expires_at = clock_timestamp() - interval '1 s' where used_at is null and ended_at is null")
		_, err = p.service.RedeemLink(t.Context(), token, operators.Actor{})
		assert.Equal(t, apperr.NotFound, apperr.CodeOf(err))
	})
	t.Run("not outside a sandbox", func(t *testing.T) {
		token, err := p.service.IssueLink(t.Context(), o, operators.SignInLink, operators.CLI())
		require.NoError(t, err)
		strict := operators.NewService(p.store, sharedHasher(), operators.Settings{})
		_, err = strict.IssueLink(t.Context(), o, operators.SignInLink, operators.CLI())
		assert.Equal(t, apperr.Forbidden, apperr.CodeOf(err))
		_, err = strict.RedeemLink(t.Context(), token, operators.Actor{})
		assert.Equal(t, apperr.NotFound, apperr.CodeOf(err))
		_, err = strict.EnsureOperator(t.Context(), operators.Invitation{Mail: "x@example.org"}, operators.CLI())
		assert.Equal(t, apperr.Forbidden, apperr.CodeOf(err))
	})
}

func TestNobodyHoldsBothHalvesEvenThroughTwoAccounts(t *testing.T) {
	t.Parallel()
	p := newPeople(t, operators.Settings{})
	o := p.person(t, "a@example.org", operators.Grant{Role: operators.Finance, Half: operators.Request})
	second := operators.Operator{
		ID: uuid.New(), PersonID: o.PersonID, Name: "Thandi again", Mail: "b@example.org", State: operators.Invited,
		Grants: operators.Grants{{Role: operators.Finance, Half: operators.Approve}},
	}
	err := p.store.CreateOperator(t.Context(), second, nil, operators.AuditEntry{Action: "operator.invite"})
	assert.Equal(t, apperr.Conflict, apperr.CodeOf(err))
	_, err = p.store.FindOperator(t.Context(), second.ID)
	assert.Equal(t, apperr.NotFound, apperr.CodeOf(err), "nothing half done")
	all, err := p.service.Operators(t.Context())
	require.NoError(t, err)
	assert.Len(t, all, 1)
}

func TestNobodyChangesTheirOwnRoles(t *testing.T) {
	t.Parallel()
	p := newPeople(t, operators.Settings{})
	o := p.person(t, "a@example.org", operators.Grant{Role: operators.Admin, Half: operators.Request})
	err := p.service.ChangeGrants(t.Context(), o.ID, operators.Grants{{Role: operators.Finance, Half: operators.Request}}, "", operators.Actor{ID: o.ID.String()})
	assert.Equal(t, apperr.Forbidden, apperr.CodeOf(err))
}

func TestForgottenCountersArePruned(t *testing.T) {
	t.Parallel()
	p := newPeople(t, operators.Settings{})
	_, err := p.signIn(t, "x@example.org", "wrong wrong wrong")
	require.Error(t, err)
	count := func() (n int) {
		require.NoError(t, p.db.Pool.QueryRow(t.Context(), "select count(*) from sign_in_failures").Scan(&n))
		return n
	}
	require.NoError(t, p.store.PruneSignIn(t.Context()))
	assert.Equal(t, 2, count(), "fresh counters stay")
	p.exec(t, "update sign_in_failures set last_at = last_at - interval '3 days'")
	require.NoError(t, p.store.PruneSignIn(t.Context()))
	assert.Zero(t, count())
}
