package stage

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParseFault(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Fault{
		"decline":                       {"decline", "", InWork},
		"decline:X:processed":           {"decline", "X:processed", InWork},
		"lost-answer":                   {"lost-answer", "", AfterWork},
		"lost-answer:reset":             {"lost-answer", "reset", AfterWork},
		"late-answer:5":                 {"late-answer", "5", AfterWork},
		"bad-gateway:processed":         {"bad-gateway", "", AfterWork},
		"error-504:unprocessed":         {"error-504", "", BeforeWork},
		"lost-answer:reset:unprocessed": {"lost-answer", "reset", BeforeWork},
		"http-429":                      {"http-429", "", BeforeWork},
	} {
		got, err := Faults().Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "explode", "http-200", "http-", "http-600"} {
		_, err := Faults().Parse(text)
		require.Error(t, err, text)
	}
	require.Equal(t, 7, Fault{Arg: "7"}.Number(1))
	require.Equal(t, 1, Fault{Arg: "-7"}.Number(1))
}

func TestParseHint(t *testing.T) {
	t.Parallel()
	h, err := Faults().ParseHint("BASKET-7")
	require.NoError(t, err)
	require.Nil(t, h)
	h, err = Faults().ParseHint("sim:always-advice-unavailable:3:9")
	require.NoError(t, err)
	require.Equal(t, &Hint{Fault: Fault{"unavailable", "9", BeforeWork}, Always: true, Advice: true, Times: 3}, h)
	_, err = Faults().ParseHint("sim:nothing-such")
	require.Error(t, err)
}

func TestInstead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"unavailable": 503, "error-500": 500, "error-504": 504, "unknown-state": 500, "http-418": 418, "decline": 0, "reset": 0,
	} {
		f, err := Faults().Parse(text)
		require.NoError(t, err)
		got, _ := f.Instead()
		require.Equal(t, want, got, text)
	}
	_, header := Fault{Name: "unavailable", Arg: "7"}.Instead()
	require.Equal(t, "7", header["Retry-After"])
}

func TestPlanDelay(t *testing.T) {
	t.Parallel()
	c := NewControl(Faults())
	p, err := c.newPlan(Settings{Delay: &Delay{MedianMS: 80, Sigma: 0.5}, Seed: 3})
	require.NoError(t, err)
	below := 0
	for range 2000 {
		d := p.Delay()
		require.Positive(t, d)
		if d < 80*time.Millisecond {
			below++
		}
	}
	require.InDelta(t, 1000, below, 120, "half of the draws lie below the median")
	fixed, err := c.newPlan(Settings{Delay: &Delay{MS: 12.5}})
	require.NoError(t, err)
	require.Equal(t, 12500*time.Microsecond, fixed.Delay())
	require.Zero(t, (*Plan)(nil).Delay())
}

func TestControlKnowsItsKinds(t *testing.T) {
	t.Parallel()
	c := NewControl(Faults(), "load")
	put := func(body string) int {
		w := httptest.NewRecorder()
		c.ServeHTTP(w, httptest.NewRequest(http.MethodPut, "/", strings.NewReader(body)))
		return w.Code
	}
	require.Equal(t, http.StatusOK, put(`{"script":[{"on":"load","fault":"decline","skip":1}]}`))
	require.Equal(t, http.StatusBadRequest, put(`{"script":[{"on":"provision","fault":"decline"}]}`))
	var drawn []string
	for _, kind := range []string{"load", "void", "load", "load"} {
		drawn = append(drawn, c.Plan().Draw(kind, false, true).Name)
	}
	require.Equal(t, []string{"", "", "decline", ""}, drawn)
	require.Equal(t, http.StatusOK, put(`{"down":true}`))
	mode, down := c.Plan().Down()
	require.True(t, down)
	require.Equal(t, "reset", mode)
}

func TestReadBodyBoundsMemory(t *testing.T) {
	t.Parallel()
	read := func(n int) int {
		var buf bytes.Buffer
		return ReadBody(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("x", n))), &buf)
	}
	require.Zero(t, read(MaxBody))
	require.Equal(t, http.StatusRequestEntityTooLarge, read(MaxBody+1))
}

func TestDecodeStrict(t *testing.T) {
	t.Parallel()
	var v struct {
		A int `json:"a"`
	}
	require.NoError(t, DecodeStrict([]byte(` {"a":1} `), &v))
	require.ErrorIs(t, DecodeStrict([]byte(`{"a":1}{}`), &v), ErrTrailing)
	for _, bad := range []string{`{"b":1}`, `{`, ``} {
		require.Error(t, DecodeStrict([]byte(bad), &v), bad)
	}
}

func TestVault(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	v, err := OpenVault(path)
	require.NoError(t, err)
	sealed := v.Seal("1234567890")
	require.NotContains(t, string(sealed), "1234567890")
	again, err := OpenVault(path)
	require.NoError(t, err)
	plain, err := again.Open(sealed)
	require.NoError(t, err)
	require.Equal(t, "1234567890", plain)
	sealed[0]++
	_, err = again.Open(sealed)
	require.Error(t, err)
	require.NoError(t, os.WriteFile(path, []byte("short"), 0o600))
	_, err = OpenVault(path)
	require.Error(t, err)
}

func TestJournal(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j.jsonl")
	var seen []int
	apply := func(line []byte) error {
		var n int
		if err := json.Unmarshal(line, &n); err != nil {
			return err
		}
		seen = append(seen, n)
		return nil
	}
	j, err := OpenJournal(path, apply)
	require.NoError(t, err)
	require.NoError(t, j.Append(1))
	require.NoError(t, j.Append(2))
	require.Error(t, j.Append(func() {}))
	require.NoError(t, j.Close())
	require.Error(t, j.Append(3))
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = f.WriteString("9") // torn
	require.NoError(t, err)
	require.NoError(t, f.Close())
	j, err = OpenJournal(path, apply)
	require.NoError(t, err)
	require.Equal(t, []int{1, 2}, seen)
	require.NoError(t, j.Close())
	_, err = OpenJournal(path, func([]byte) error { return errors.New("no") })
	require.ErrorContains(t, err, "line 1")
	require.NoError(t, (*Journal)(nil).Append(1))
	require.NoError(t, (*Journal)(nil).Close())
}
