package config

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// defaults are the settings of a program that is told nothing.
func defaults(t *testing.T) (s Switch) {
	t.Helper()
	line, err := kong.New(&s)
	require.NoError(t, err)
	_, err = line.Parse(nil)
	require.NoError(t, err)
	return s
}

// The numbers are those of guarantees A5 to A7.
func TestDefaults(t *testing.T) {
	t.Parallel()
	s := defaults(t)
	require.NoError(t, s.Validate())
	require.Equal(t, Switch{
		ClientBudget: 55 * time.Second, ProviderTimeout: 45 * time.Second, DialTimeout: 3 * time.Second,
		LateWindow: time.Minute, LeaseMargin: 15 * time.Second, UnknownMaxAge: 15 * time.Minute,
		DecisionMaxAge: 24 * time.Hour, AdviceWait: 5 * time.Second, BackoffMin: time.Second,
		BackoffMax: 5 * time.Minute, ParkAfter: 72 * time.Hour, SweepEvery: 5 * time.Second,
		SAFParallel: 8, Bulkhead: 64, Zone: "Africa/Johannesburg", CutOff: "00:00",
	}, s)
	zone, err := s.Location()
	require.NoError(t, err)
	require.Equal(t, "Africa/Johannesburg", zone.String())
}

func TestEverySettingIsNamedAlike(t *testing.T) {
	t.Parallel()
	typ := reflect.TypeFor[Switch]()
	for i := range typ.NumField() {
		tag := typ.Field(i).Tag
		name := tag.Get("name")
		require.NotEmpty(t, name, typ.Field(i).Name)
		require.Equal(t, "SIGNALBOX_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_")), tag.Get("env"))
		require.NotEmpty(t, tag.Get("default"), name)
		require.NotEmpty(t, tag.Get("help"), name)
	}
}

func TestCutOffTime(t *testing.T) {
	t.Parallel()
	cut, err := Switch{CutOff: "22:30"}.CutOffTime()
	require.NoError(t, err)
	require.Equal(t, 22*time.Hour+30*time.Minute, cut)
}

func TestValidateListsEveryProblem(t *testing.T) {
	t.Parallel()
	s := defaults(t)
	s.Zone, s.SAFParallel = "Mars/Olympus", 0
	err := s.Validate()
	require.ErrorContains(t, err, "zone: ")
	require.ErrorContains(t, err, "saf-parallel: ")
	require.Equal(t, apperr.Invalid, apperr.CodeOf(err))
}

func TestValidate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		setting string
		spoil   func(*Switch)
	}{
		{"dial-timeout", func(s *Switch) { s.DialTimeout = 0 }},
		{"provider-timeout", func(s *Switch) { s.DialTimeout = s.ProviderTimeout }},
		{"client-budget", func(s *Switch) { s.ClientBudget = s.ProviderTimeout }},
		{"client-budget", func(s *Switch) { s.ClientBudget = time.Minute }},
		{"late-window", func(s *Switch) { s.LateWindow = -1 }},
		{"lease-margin", func(s *Switch) { s.LeaseMargin = 5 * time.Second }},
		{"advice-wait", func(s *Switch) { s.AdviceWait = s.ClientBudget }},
		{"unknown-max-age", func(s *Switch) { s.UnknownMaxAge = 0 }},
		{"decision-max-age", func(s *Switch) { s.DecisionMaxAge = s.UnknownMaxAge }},
		{"backoff-min", func(s *Switch) { s.BackoffMin = 0 }},
		{"backoff-max", func(s *Switch) { s.BackoffMax = s.BackoffMin - 1 }},
		{"park-after", func(s *Switch) { s.ParkAfter = s.BackoffMax }},
		{"sweep-every", func(s *Switch) { s.SweepEvery = 0 }},
		{"saf-parallel", func(s *Switch) { s.SAFParallel = 0 }},
		{"bulkhead", func(s *Switch) { s.Bulkhead = -1 }},
		{"zone", func(s *Switch) { s.Zone = "" }},
		{"zone", func(s *Switch) { s.Zone = "Local" }},
		{"cut-off", func(s *Switch) { s.CutOff = "24:00" }},
	}
	for _, tt := range tests {
		t.Run(tt.setting, func(t *testing.T) {
			t.Parallel()
			s := defaults(t)
			tt.spoil(&s)
			err := s.Validate()
			require.Error(t, err)
			require.Equal(t, 1, strings.Count(err.Error(), "\n")+1, "exactly one problem: %v", err)
			require.Equal(t, tt.setting, apperr.FieldOf(err))
		})
	}
}
