package operators

import (
	"context"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// LinkPath is the console's path of a link's token: "/enrol/<token>" or "/link/<token>".
func LinkPath(kind LinkKind, token string) string {
	if kind == SignInLink {
		return "/link/" + token
	}
	return "/enrol/" + token
}

// IssueLink gives the token of a new one-time link: EnrolLink lets the person choose a password, for the first time or
// again; SignInLink signs in without one and is Forbidden outside a sandbox.
func (s *Service) IssueLink(ctx context.Context, o Operator, kind LinkKind, by Actor) (string, error) {
	ttl := s.settings.EnrolTTL
	if kind == SignInLink {
		if !s.settings.Sandbox {
			return "", apperr.Errorf(apperr.Forbidden, "sign-in links exist only in a sandbox")
		}
		ttl = s.settings.SignInLinkTTL
	}
	token := NewToken()
	err := s.store.AddLink(ctx, NewLink{TokenHash: HashToken(token), Kind: kind, OperatorID: o.ID, TTL: ttl}, AuditEntry{
		Actor: by, Action: "link.issue", ObjectType: "operator", ObjectID: o.ID.String(),
		After: map[string]string{"kind": string(kind)},
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// Link gives a usable link without using it up; NotFound when it was used, has expired or never was.
func (s *Service) Link(ctx context.Context, token string, kind LinkKind) (Link, error) {
	if kind == SignInLink && !s.settings.Sandbox {
		return Link{}, deadLink()
	}
	link, err := s.store.FindLink(ctx, HashToken(token), kind)
	return link, orDeadLink(err)
}

// RedeemLink uses a sign-in link up and opens a session.
func (s *Service) RedeemLink(ctx context.Context, token string, from Actor) (SignedIn, error) {
	link, err := s.Link(ctx, token, SignInLink)
	if err != nil {
		return SignedIn{}, err
	}
	sessionToken, fresh := s.newSession(link.Operator)
	session, err := s.store.RedeemSignIn(ctx, HashToken(token), fresh, signInEntry(link.Operator, fresh, from, "link"))
	if err != nil {
		return SignedIn{}, orDeadLink(err)
	}
	return SignedIn{Token: sessionToken, Session: session}, nil
}

// Enrol uses an enrolment link up: it sets the password and opens the account. A refused password (Invalid) leaves
// the link usable.
func (s *Service) Enrol(ctx context.Context, token, password string, from Actor) (Operator, error) {
	link, err := s.Link(ctx, token, EnrolLink)
	if err != nil {
		return Operator{}, err
	}
	o := link.Operator
	if err := CheckPassword(password, o); err != nil {
		return Operator{}, err
	}
	hash, err := s.hasher.Hash(password)
	if err != nil {
		return Operator{}, err
	}
	from.ID, from.Name = o.ID.String(), o.Name
	err = s.store.RedeemEnrolment(ctx, HashToken(token), hash, subjectOfMail(o.Mail), AuditEntry{
		Actor: from, Action: "operator.enrol", ObjectType: "operator", ObjectID: o.ID.String(),
		After: map[string]string{"state": string(Active), "password": "set"},
	})
	return o, orDeadLink(err)
}

func deadLink() error {
	return apperr.Errorf(apperr.NotFound, "This link was used already, has expired, or never existed.")
}

func orDeadLink(err error) error {
	if apperr.Is(err, apperr.NotFound) || apperr.Is(err, apperr.Conflict) {
		return deadLink()
	}
	return err
}
