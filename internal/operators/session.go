package operators

import (
	"context"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Session gives the running session of a cookie's token; Unauthorized when there is none (any more).
func (s *Service) Session(ctx context.Context, token string) (Session, error) {
	if token == "" {
		return Session{}, apperr.Errorf(apperr.Unauthorized, "Nobody is signed in.")
	}
	session, err := s.store.FindSession(ctx, HashToken(token), s.limits())
	if apperr.Is(err, apperr.NotFound) {
		return Session{}, apperr.Errorf(apperr.Unauthorized, "The session has ended. Sign in again.")
	}
	return session, err
}

// SignOut ends the session of the token at once, on every node.
func (s *Service) SignOut(ctx context.Context, token string, who Actor) error {
	return s.store.EndSession(ctx, HashToken(token), AuditEntry{
		Actor: who, Action: "session.sign-out", ObjectType: "operator", ObjectID: who.ID,
	})
}
