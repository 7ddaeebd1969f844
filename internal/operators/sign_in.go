package operators

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// SignedIn is a fresh session and its token, which is given to the browser and kept nowhere else.
type SignedIn struct {
	Token   string
	Session Session
}

// WaitError is the refusal of a sign-in that came too soon; Wait says when the next try is looked at.
type WaitError struct {
	Wait time.Duration
	err  error
}

// Error gives the text for logs.
func (e *WaitError) Error() string { return e.err.Error() }

// Unwrap gives the error with its code.
func (e *WaitError) Unwrap() error { return e.err }

func tooSoon(wait time.Duration) error {
	wait = max(wait.Round(time.Second), time.Second)
	return &WaitError{Wait: wait, err: apperr.Errorf(apperr.TooMany,
		"Too many tries. The next one is looked at in %s.", inWords(wait))}
}

func inWords(d time.Duration) string {
	if d > 90*time.Second {
		return fmt.Sprintf("%d min", int(d.Round(time.Minute)/time.Minute))
	}
	return fmt.Sprintf("%d s", int(d/time.Second))
}

func wrongCredentials() error {
	return apperr.Errorf(apperr.Unauthorized, "The mail address or the password is wrong.")
}

// SignIn checks a mail address and a password and opens a session. Known and unknown addresses get the same
// answers in the same time: Unauthorized for wrong credentials, a *WaitError (TooMany) when tries
// come too fast or the address is locked. Success and refusal are audited.
func (s *Service) SignIn(ctx context.Context, mail, password string, from Actor) (SignedIn, error) {
	normal, err := NormalMail(mail)
	if err != nil {
		normal = "unreadable"
	}
	verdict, err := s.store.Try(ctx, []TrySubject{
		{subjectOfMail(normal), accountThrottle(s.settings.LockAfter, s.settings.LockFor)},
		{subjectOfAddress(from.IP), addressThrottle()},
	})
	if err != nil {
		return SignedIn{}, err
	}
	account, err := s.store.FindAccount(ctx, normal)
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return SignedIn{}, err
	}
	if !verdict.Allowed() {
		return SignedIn{}, s.refuse(ctx, account, from, verdict, tooSoon(verdict.Wait))
	}
	if !s.hasher.Matches(password, account.PasswordHash) || account.State != Active {
		return SignedIn{}, s.refuse(ctx, account, from, verdict, wrongCredentials())
	}
	in, err := s.open(ctx, account, from, "password")
	if apperr.Is(err, apperr.Conflict) { // disabled or given another password meanwhile
		return SignedIn{}, s.refuse(ctx, account, from, verdict, wrongCredentials())
	}
	return in, err
}

// refuse writes the failure down and gives the answer, unless the failure cannot be written down.
func (s *Service) refuse(ctx context.Context, a Account, from Actor, v Verdict, answer error) error {
	entry := AuditEntry{Actor: from, Action: "session.sign-in", ObjectType: "operator", Result: Failed, Reason: "wrong credentials"}
	entry.Actor.Name = "unknown"
	switch {
	case v.Locked:
		entry.Reason = "locked"
	case !v.Allowed():
		entry.Reason = "too soon after a failure"
	case v.Locks:
		entry.Reason = "wrong credentials; locked from now on"
	}
	if a.ID != uuid.Nil {
		entry.ObjectID, entry.Actor.Name = a.ID.String(), a.Name
	}
	if err := s.store.Record(ctx, entry); err != nil {
		return err
	}
	return answer
}

func (s *Service) open(ctx context.Context, a Account, from Actor, method string) (SignedIn, error) {
	token, fresh := s.newSession(a.Operator)
	fresh.PasswordHash, fresh.Refund = a.PasswordHash, subjectOfAddress(from.IP)
	session, err := s.store.OpenSession(ctx, fresh, signInEntry(a.Operator, fresh, from, method))
	if err != nil {
		return SignedIn{}, err
	}
	return SignedIn{Token: token, Session: session}, nil
}

func (s *Service) newSession(o Operator) (string, NewSession) {
	token := NewToken()
	return token, NewSession{
		ID: uuid.New(), OperatorID: o.ID, TokenHash: HashToken(token),
		Forgive: subjectOfMail(o.Mail), Limits: s.limits(),
	}
}

func signInEntry(o Operator, fresh NewSession, from Actor, method string) AuditEntry {
	from.ID, from.Name, from.SessionID = o.ID.String(), o.Name, fresh.ID.String()
	return AuditEntry{
		Actor: from, Action: "session.sign-in", ObjectType: "operator", ObjectID: o.ID.String(),
		After: map[string]string{"method": method},
	}
}
