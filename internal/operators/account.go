package operators

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Invitation is a person to be let in.
type Invitation struct {
	Name   string // empty: the part of the mail address before the @
	Mail   string
	Grants Grants
}

// operator checks the invitation and makes a new account of it.
func (i Invitation) operator(state State) (Operator, error) {
	mail, err := NormalMail(i.Mail)
	if err != nil {
		return Operator{}, err
	}
	if i.Name == "" {
		i.Name, _, _ = strings.Cut(mail, "@")
	}
	name, err := checkName(i.Name)
	if err != nil {
		return Operator{}, err
	}
	if err := i.Grants.Validate(); err != nil {
		return Operator{}, err
	}
	return Operator{ID: uuid.New(), PersonID: uuid.New(), Name: name, Mail: mail, State: state, Grants: i.Grants}, nil
}

// Invite creates an account and gives the token of its enrolment link (see LinkPath). For an
// account that still waits for its enrolment with the same roles it gives a new link and ends the old one; any
// other account with that address is a Conflict.
func (s *Service) Invite(ctx context.Context, i Invitation, by Actor) (token string, o Operator, err error) {
	o, err = i.operator(Invited)
	if err != nil {
		return "", Operator{}, err
	}
	existing, err := s.store.FindAccount(ctx, o.Mail)
	switch {
	case err == nil && existing.State == Invited && sameGrants(existing.Grants, o.Grants):
		token, err = s.IssueLink(ctx, existing.Operator, EnrolLink, by)
		return token, existing.Operator, err
	case err == nil:
		return "", Operator{}, apperr.Errorf(apperr.Conflict, "%s has an account already (%s, %s)", o.Mail, existing.State, existing.Grants)
	case !apperr.Is(err, apperr.NotFound):
		return "", Operator{}, err
	}
	token = NewToken()
	link := &NewLink{TokenHash: HashToken(token), Kind: EnrolLink, OperatorID: o.ID, TTL: s.settings.EnrolTTL}
	err = s.store.CreateOperator(ctx, o, link, creation(o, "operator.invite", by))
	return token, o, err
}

// EnsureOperator gives the ACTIVE account with the invitation's address and creates it, without a password,
// when there is none. Forbidden outside a sandbox.
func (s *Service) EnsureOperator(ctx context.Context, i Invitation, by Actor) (Operator, error) {
	if !s.settings.Sandbox {
		return Operator{}, apperr.Errorf(apperr.Forbidden, "accounts without enrolment exist only in a sandbox")
	}
	o, err := i.operator(Active)
	if err != nil {
		return Operator{}, err
	}
	existing, err := s.store.FindAccount(ctx, o.Mail)
	if !apperr.Is(err, apperr.NotFound) {
		return existing.Operator, err
	}
	return o, s.store.CreateOperator(ctx, o, nil, creation(o, "operator.create", by))
}

func creation(o Operator, action string, by Actor) AuditEntry {
	return AuditEntry{
		Actor: by, Action: action, ObjectType: "operator", ObjectID: o.ID.String(),
		After: map[string]any{"name": o.Name, "mail": o.Mail, "roles": o.Grants.String()},
	}
}

// ChangeGrants gives the operator other roles; all sessions of the operator end, so that the change acts at once.
func (s *Service) ChangeGrants(ctx context.Context, id uuid.UUID, grants Grants, reason string, by Actor) error {
	if err := grants.Validate(); err != nil {
		return err
	}
	before, err := s.store.FindOperator(ctx, id)
	if err != nil {
		return err
	}
	if by.ID == id.String() {
		return apperr.Errorf(apperr.Forbidden, "nobody changes their own roles")
	}
	return s.store.ReplaceGrants(ctx, id, grants, AuditEntry{
		Actor: by, Action: "role.grant", ObjectType: "operator", ObjectID: id.String(), Reason: reason,
		Before: map[string]string{"roles": before.Grants.String()}, After: map[string]string{"roles": grants.String()},
	})
}

// Disable closes an account; its sessions end at once and its unused links stop working.
func (s *Service) Disable(ctx context.Context, id uuid.UUID, reason string, by Actor) error {
	return s.store.Disable(ctx, id, AuditEntry{
		Actor: by, Action: "operator.disable", ObjectType: "operator", ObjectID: id.String(), Reason: reason,
		After: map[string]string{"state": string(Disabled)},
	})
}

// Operators lists everybody, by name.
func (s *Service) Operators(ctx context.Context) ([]Operator, error) {
	return s.store.ListOperators(ctx)
}

func sameGrants(a, b Grants) bool {
	if len(a) != len(b) {
		return false
	}
	held := map[Grant]bool{}
	for _, g := range a {
		held[g] = true
	}
	for _, g := range b {
		if !held[g] {
			return false
		}
	}
	return true
}
