package operators

import (
	"time"
)

// Settings are the limits of sign-in and sessions. Zero values stand for the defaults of guarantees.md C3.
type Settings struct {
	Idle            time.Duration // 15 min
	Absolute        time.Duration // 12 h
	SessionsPerUser int           // 3
	LockAfter       int           // 10 failures
	LockFor         time.Duration // 30 min
	EnrolTTL        time.Duration // 72 h
	SignInLinkTTL   time.Duration // 12 h
	// Sandbox allows what only a sandbox may have: one-time sign-in links and accounts without a password.
	Sandbox bool
}

func (s Settings) withDefaults() Settings {
	for _, d := range []struct {
		setting *time.Duration
		value   time.Duration
	}{
		{&s.Idle, 15 * time.Minute},
		{&s.Absolute, 12 * time.Hour},
		{&s.LockFor, 30 * time.Minute},
		{&s.EnrolTTL, 72 * time.Hour},
		{&s.SignInLinkTTL, 12 * time.Hour},
	} {
		if *d.setting == 0 {
			*d.setting = d.value
		}
	}
	if s.SessionsPerUser == 0 {
		s.SessionsPerUser = 3
	}
	if s.LockAfter == 0 {
		s.LockAfter = 10
	}
	return s
}

// Service is what people do with accounts. It is safe for concurrent use.
type Service struct {
	store    Store
	hasher   *Hasher
	settings Settings
}

// NewService makes the service over a store.
func NewService(store Store, hasher *Hasher, settings Settings) *Service {
	return &Service{store: store, hasher: hasher, settings: settings.withDefaults()}
}

func (s *Service) limits() SessionLimits {
	return SessionLimits{Idle: s.settings.Idle, Absolute: s.settings.Absolute, PerUser: s.settings.SessionsPerUser}
}
