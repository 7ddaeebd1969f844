package api

import (
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// fakeStore is a record of clients in memory.
type fakeStore struct {
	mu       sync.Mutex
	accounts map[string]Account
	reads    int
	creates  int
	owned    int
	fail     error
	reading  func() // runs at each read
}

func (f *fakeStore) FindAccount(_ context.Context, id string) (Account, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reads++
	if f.reading != nil {
		f.reading()
	}
	if f.fail != nil {
		return Account{}, f.fail
	}
	a, ok := f.accounts[id]
	if !ok {
		return Account{}, apperr.Errorf(apperr.NotFound, "no client %s", id)
	}
	return a, nil
}

func (f *fakeStore) CreateAccount(_ context.Context, id, hash string) (Account, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.creates++
	if _, taken := f.accounts[id]; taken {
		return Account{}, apperr.Errorf(apperr.Conflict, "taken")
	}
	a := Account{Client: switchcore.Client{ID: id}, Enabled: true, Hashes: []string{hash}, Version: 1}
	f.accounts[id] = a
	return a, nil
}

func (f *fakeStore) OwnerOf(_ context.Context, fingerprint []byte) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.owned++
	for id, a := range f.accounts {
		if a.pinned(fingerprint) {
			return id, f.fail
		}
	}
	return "", apperr.Errorf(apperr.NotFound, "not pinned")
}

func (f *fakeStore) set(id string, change func(*Account)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	a := f.accounts[id]
	change(&a)
	a.Version++
	f.accounts[id] = a
}

// cheapHash is a hash that costs a test nothing.
func cheapHash(password string) (string, error) {
	return argon2id.CreateHash(password, &argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
}

// fixture is an Auth whose clock stands still until moved and whose delays are only noted.
type fixture struct {
	*Auth
	store  *fakeStore
	clock  atomic.Int64
	mu     sync.Mutex
	delays []time.Duration // that addresses earned
	evened int             // answers that waited so that all refusals take as long
}

func newFixture(t *testing.T, sandbox bool) *fixture {
	t.Helper()
	f := &fixture{store: &fakeStore{accounts: map[string]Account{}}}
	a := newAuth(f.store, sandbox, slog.New(slog.DiscardHandler), cheapHash)
	f.Auth = a
	now := func() time.Time { return time.Unix(1000, f.clock.Load()) }
	a.now, a.accounts.now = now, now
	a.sleep = func(d time.Duration) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if d == refusedAfter {
			f.evened++
			return
		}
		f.delays = append(f.delays, d)
	}
	return f
}

func (f *fixture) advance(d time.Duration) { f.clock.Add(int64(d)) }

func (f *fixture) add(t *testing.T, id string, passwords ...string) {
	t.Helper()
	a := Account{Client: switchcore.Client{ID: id, Name: "Name of " + id}, Enabled: true, Version: 1}
	for _, p := range passwords {
		h, err := cheapHash(p)
		require.NoError(t, err)
		a.Hashes = append(a.Hashes, h)
	}
	f.store.accounts[id] = a
}

func header(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func statusOf(t *testing.T, err error) int {
	t.Helper()
	if err == nil {
		return 200
	}
	var refused *Error
	require.ErrorAs(t, err, &refused)
	return refused.Status
}

func (f *fixture) try(t *testing.T, user, password string) int {
	t.Helper()
	_, err := f.Authenticate(Caller{Authorization: header(user, password), Source: "10.0.0.1"})
	return statusOf(t, err)
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	f := newFixture(t, false)
	f.add(t, "shop", "pass:word")
	c, err := f.Authenticate(Caller{Authorization: header("shop", "pass:word"), Source: "10.0.0.1"})
	require.NoError(t, err)
	require.Equal(t, "Name of shop", c.Name)

	for name, h := range map[string]string{
		"wrong password":   header("shop", "other"),
		"empty password":   header("shop", ""),
		"unknown user":     header("nobody", "pass:word"),
		"user in capitals": header("SHOP", "pass:word"),
	} {
		_, err = f.Authenticate(Caller{Authorization: h, Source: "10.0.0.2"})
		require.Equal(t, 401, statusOf(t, err), name)
	}
	require.Equal(t, map[string]float64{reasonCredentials: 4}, f.counted(t))
	for name, h := range map[string]string{
		"missing":       "",
		"scheme only":   "Basic",
		"other scheme":  "Bearer " + header("shop", "pass:word")[6:],
		"no base64":     "Basic ***",
		"no colon":      "Basic " + base64.StdEncoding.EncodeToString([]byte("shop")),
		"empty user":    header("", "pass:word"),
		"control":       header("sh\x00op", "x"),
		"not UTF-8":     header("sh\xffop", "x"),
		"long user":     header(strings.Repeat("u", 129), "x"),
		"long password": header("shop", strings.Repeat("p", 129)),
	} {
		_, err = f.Authenticate(Caller{Authorization: h, Source: "10.0.0.3"})
		var refused *Error
		require.ErrorAs(t, err, &refused, name)
		require.Equal(t, 401, refused.Status, name)
		require.True(t, refused.Challenge, name)
		require.Equal(t, TypeAuthentication, refused.Type, name)
	}
	require.EqualValues(t, 4, f.counted(t)[reasonCredentials], "no guess was made")
	_, err = f.Authenticate(Caller{Authorization: "bAsIc " + header("shop", "pass:word")[6:], Source: "10.0.0.3"})
	require.NoError(t, err, "the scheme is not case-sensitive")
}

func TestTheSlowHashRunsOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, false)
	f.add(t, "shop", "secret")
	require.Equal(t, 200, f.try(t, "shop", "secret"))
	checked := 0
	f.Auth.accounts.entries["shop"].account.Hashes = nil
	f.store.mu.Lock()
	reads := f.store.reads
	f.store.mu.Unlock()
	for range 50 {
		if f.try(t, "shop", "secret") == 200 {
			checked++
		}
	}
	require.Equal(t, 50, checked, "memory alone says yes")
	require.Equal(t, reads, f.store.reads, "a fresh account is not read again")
}

func TestManyFirstCallsShareOneCheck(t *testing.T) {
	t.Parallel()
	f := newFixture(t, true)
	var wg sync.WaitGroup
	var fine atomic.Int32
	for range 50 {
		wg.Go(func() {
			if _, err := f.Authenticate(Caller{Authorization: header("new", "secret"), Source: "10.0.0.1"}); err == nil {
				fine.Add(1)
			}
		})
	}
	wg.Wait()
	require.Equal(t, int32(50), fine.Load())
	require.Equal(t, 1, f.store.creates)
}

func TestSandboxCreatesUnknownUsers(t *testing.T) {
	t.Parallel()
	f := newFixture(t, true)
	require.Equal(t, 200, f.try(t, "newcomer", "first"))
	require.Equal(t, 401, f.try(t, "newcomer", "second"))
	require.Equal(t, 200, f.try(t, "newcomer", "first"))

	f = newFixture(t, false)
	require.Equal(t, 401, f.try(t, "newcomer", "first"))
	require.Zero(t, f.store.creates)
}

func TestChangesActSoon(t *testing.T) {
	t.Parallel()
	f := newFixture(t, false)
	f.add(t, "shop", "old")
	require.Equal(t, 200, f.try(t, "shop", "old"))

	added, err := cheapHash("new")
	require.NoError(t, err)
	f.store.set("shop", func(a *Account) { a.Hashes = append([]string{added}, a.Hashes...) })
	require.Equal(t, 200, f.try(t, "shop", "new"), "a new password is found at once")
	require.Equal(t, 200, f.try(t, "shop", "old"), "two are valid while it is being changed")

	f.store.mu.Lock() // the old one ends by time, which changes no version
	a := f.store.accounts["shop"]
	a.Hashes = a.Hashes[:1]
	f.store.accounts["shop"] = a
	f.store.mu.Unlock()
	f.advance(4 * time.Second)
	require.Equal(t, 401, f.try(t, "shop", "old"))
	require.Equal(t, 200, f.try(t, "shop", "new"))

	f.store.set("shop", func(a *Account) { a.Enabled = false })
	f.advance(4 * time.Second)
	require.Equal(t, 401, f.try(t, "shop", "new"))
	f.store.set("shop", func(a *Account) { a.Enabled = true })
	require.Equal(t, 200, f.try(t, "shop", "new"))

	f.store.mu.Lock()
	delete(f.store.accounts, "shop")
	f.store.mu.Unlock()
	f.advance(4 * time.Second)
	require.Equal(t, 401, f.try(t, "shop", "new"))
}

func TestAgeingAccountIsReadInTheBackground(t *testing.T) {
	t.Parallel()
	f := newFixture(t, false)
	f.add(t, "shop", "secret")
	require.Equal(t, 200, f.try(t, "shop", "secret"))
	f.store.set("shop", func(a *Account) { a.Enabled = false })
	f.advance(time.Second)
	require.Eventually(t, func() bool { return f.try(t, "shop", "secret") == 401 }, 5*time.Second, time.Millisecond)
}

func TestRecordUnreachable(t *testing.T) {
	t.Parallel()
	f := newFixture(t, false)
	f.add(t, "shop", "secret")
	require.Equal(t, 200, f.try(t, "shop", "secret"))
	f.store.mu.Lock()
	f.store.fail = errors.New("connection refused")
	f.store.mu.Unlock()
	require.Equal(t, 200, f.try(t, "shop", "secret"), "memory bridges a moment")
	f.advance(4 * time.Second)
	require.Equal(t, 503, f.try(t, "shop", "secret"))
	require.Equal(t, 503, f.try(t, "other", "secret"))
	require.Empty(t, f.counted(t), "nobody's fault")
	f.store.mu.Lock()
	f.store.fail = nil
	f.store.mu.Unlock()
	require.Equal(t, 200, f.try(t, "shop", "secret"))
}

func TestFailuresDelayTheirAddressOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t, false)
	f.add(t, "shop", "secret")
	require.Equal(t, 200, f.try(t, "shop", "secret"))
	for range 13 {
		require.Equal(t, 401, f.try(t, "shop", "wrong"))
	}
	ms := time.Millisecond
	require.Equal(t, []time.Duration{100 * ms, 200 * ms, 400 * ms, 800 * ms, 1600 * ms, 2000 * ms, 2000 * ms, 2000 * ms, 2000 * ms}, f.delays)

	f.delays = nil
	require.Equal(t, 200, f.try(t, "shop", "secret"), "a client is never locked, and proved credentials do not wait")
	_, err := f.Authenticate(Caller{Authorization: header("shop", "wrong"), Source: "10.9.9.9"})
	require.Equal(t, 401, statusOf(t, err))
	require.Empty(t, f.delays, "another address is not delayed")

	f.advance(10 * forgetAfter)
	require.Equal(t, 401, f.try(t, "shop", "wrong"))
	require.Empty(t, f.delays, "failures fade")
}

// A wrong password costs the slow hash only while one of the client's own was not seen yet; what it is answered, and when,
// never tells.
func TestWrongPasswordsCostLittleOnceTheRightOnesAreKnown(t *testing.T) {
	t.Parallel()
	f := newFixture(t, false)
	f.add(t, "shop", "old", "new")
	e := func() *entry {
		e, err := f.accounts.find("shop")
		require.NoError(t, err)
		return e
	}
	require.Equal(t, 401, f.try(t, "shop", "wrong"))
	require.Equal(t, 401, f.try(t, "nobody", "wrong"))
	require.Equal(t, 2, f.evened)
	require.Equal(t, 200, f.try(t, "shop", "new"))
	require.False(t, e().knowsAll(), "the other password may still come")
	require.Equal(t, 200, f.try(t, "shop", "old"))
	require.True(t, e().knowsAll())

	f.match = func(string, []string) string {
		t.Error("a slow hash was computed for nothing")
		return ""
	}
	require.Equal(t, 401, f.try(t, "shop", "wrong"))
	require.Equal(t, 401, f.try(t, "nobody", "wrong"))
	require.Equal(t, 200, f.try(t, "shop", "old"))
	require.Equal(t, 4, f.evened)

	changed := func(change func(*Account)) {
		f.store.set("shop", change)
		_, err := f.accounts.read("shop")
		require.NoError(t, err)
	}
	changed(func(a *Account) { a.Rate, a.Burst = 1000, 1000 })
	require.Equal(t, 200, f.try(t, "shop", "old"), "another setting than the passwords proves nothing anew")
	changed(func(a *Account) { a.Hashes = a.Hashes[1:] })
	require.Equal(t, 401, f.try(t, "shop", "old"), "what was proved of a password that is gone is gone")
	require.Equal(t, 200, f.try(t, "shop", "new"))
	changed(func(a *Account) { a.Enabled = false })
	require.False(t, e().knowsAll(), "nothing is proved of a client that was disabled")
}

// TestRefusalsTakeAsLongForUnknownUsers: looking a user up takes time, which an unknown one costs each time.
func TestRefusalsTakeAsLongForUnknownUsers(t *testing.T) {
	t.Parallel()
	f := newFixture(t, false)
	f.add(t, "shop", "secret")
	require.Equal(t, 200, f.try(t, "shop", "secret"))
	f.store.reading = func() { f.advance(3 * time.Millisecond) }
	require.Equal(t, 401, f.try(t, "nobody", "wrong"))
	require.Equal(t, 401, f.try(t, "shop", "wrong"))
	require.Equal(t, []time.Duration{refusedAfter - 6*time.Millisecond, refusedAfter - 3*time.Millisecond}, f.delays,
		"each is answered a quarter of a second after it came")
}

// TestNetworksOfCallers: whoever has one IPv6 address has billions, and is still one caller.
func TestNetworksOfCallers(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"2001:db8::1": "2001:db8::/64", "2001:db8::ffff:2": "2001:db8::/64", "2001:db8:0:1::1": "2001:db8:0:1::/64", "fe80::1%eth0": "fe80::/64",
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "::ffff:192.0.2.7", "": "", "unreadable": "unreadable",
	} {
		require.Equal(t, want, network(source))
	}
}

func TestThrottleIsBounded(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	th := throttle{addresses: map[string]*address{}}
	for range freeFailures + 1 {
		_, ok := th.enter("a", "shop", now)
		require.True(t, ok)
		th.leave("a", "shop", now, true)
	}
	for range maxOfUser {
		_, ok := th.enter("a", "shop", now)
		require.True(t, ok)
	}
	_, ok := th.enter("a", "shop", now)
	require.False(t, ok, "an address with failures may not pile up attempts")
	for i := range maxWaiting - maxOfUser {
		_, ok := th.enter("a", strconv.Itoa(i), now)
		require.True(t, ok, "other users of the address still have their places")
	}
	_, ok = th.enter("a", "another", now)
	require.False(t, ok, "up to a bound")
	for range 10 * maxWaiting {
		_, ok = th.enter("b", "shop", now)
		require.True(t, ok, "an address without failures may")
	}
	for i := range 2 * maxAddresses {
		source := string(rune(0x10000 + i))
		if _, ok := th.enter(source, "shop", now); ok {
			th.leave(source, "shop", now, true)
		}
	}
	require.LessOrEqual(t, len(th.addresses), maxAddresses)
	_, ok = th.enter("late", "shop", now.Add(time.Hour))
	require.True(t, ok, "old failures make room")
	require.Less(t, len(th.addresses), 10)
}

func TestRate(t *testing.T) {
	t.Parallel()
	f := newFixture(t, false)
	f.add(t, "shop", "secret")
	f.store.set("shop", func(a *Account) { a.Rate, a.Burst = 2, 3 })
	for i, want := range []int{200, 200, 200, 429, 429} {
		require.Equal(t, want, f.try(t, "shop", "secret"), i)
	}
	_, err := f.Authenticate(Caller{Authorization: header("shop", "secret"), Source: "10.0.0.1"})
	var refused *Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, TypeGeneral, refused.Type)
	require.Equal(t, 500*time.Millisecond, refused.RetryAfter)
	f.advance(500 * time.Millisecond)
	require.Equal(t, 200, f.try(t, "shop", "secret"))
	require.Equal(t, 429, f.try(t, "shop", "secret"))

	f.add(t, "free", "secret")
	for range 1000 {
		require.Equal(t, 200, f.try(t, "free", "secret"))
	}
}

func TestPasswordHash(t *testing.T) {
	t.Parallel()
	h, err := HashPassword("x")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(h, "$argon2id$v=19$m=19456,t=2,p=1$"), h)
	require.Equal(t, h, matching("x", []string{"broken", h}))
	require.Empty(t, matching("y", []string{h}))
	require.Empty(t, matching("x", nil))
}

func BenchmarkAuthenticate(b *testing.B) {
	store := &fakeStore{accounts: map[string]Account{}}
	a := NewAuth(store, true, slog.New(slog.DiscardHandler))
	h := header("shop", "secret")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Authenticate(Caller{Authorization: h, Source: "10.0.0.1"}); err != nil {
			b.Fatal(err)
		}
	}
}
