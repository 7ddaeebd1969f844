package simulator

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

const statementDay = "2031-05-06"

// tradeDay sells on both sides of midnight in Johannesburg (22:00 UTC).
func tradeDay(t *testing.T, dir string) *kit {
	t.Helper()
	var now atomic.Int64
	set := func(text string) {
		at, err := time.Parse(time.RFC3339, text)
		require.NoError(t, err)
		now.Store(at.UnixNano())
	}
	set("2031-05-05T21:59:59Z")
	k := newKit(t, "demo", Config{DataDir: dir, Now: func() time.Time { return time.Unix(0, now.Load()) }})
	k.expect("provision Before", "201")
	set("2031-05-05T22:00:00Z")
	for i := range 10 {
		k.expect(fmt.Sprintf("provision S%d", i), "201")
		k.expect(fmt.Sprintf("confirm-provision C%d S%d", i, i), "202")
	}
	set("2031-05-06T21:59:59Z")
	k.expect("provision V1", "201")
	k.expect("reverse-provision X1 V1", "202")
	k.expect("redeem R1 S1", "201")
	k.basket = "sim:decline"
	k.expect("provision D1", "400 DO_NOT_HONOR")
	k.basket = ""
	set("2031-05-06T22:00:00Z")
	k.expect("provision After", "201")
	return k
}

func (k *kit) statement(query string) (lines [][]string, trailer []string) {
	k.t.Helper()
	r := k.send(http.MethodGet, "/statements/"+k.provider+query, nil)
	require.Equal(k.t, http.StatusOK, r.status, r.text)
	rd := csv.NewReader(strings.NewReader(r.text))
	rd.FieldsPerRecord = -1
	all, err := rd.ReadAll()
	require.NoError(k.t, err)
	require.Equal(k.t, "provider_ref,switch_ref,serial,product,kind,state,amount_minor,currency,at", strings.Join(all[0], ","))
	lines, trailer = all[1:len(all)-1], all[len(all)-1]
	var sum int
	for _, l := range lines {
		n, err := strconv.Atoi(l[6])
		require.NoError(k.t, err)
		sum += n
	}
	require.Equal(k.t, []string{"TRAILER", strconv.Itoa(len(lines)), strconv.Itoa(sum)}, trailer)
	return lines, trailer
}

func TestStatementOfADay(t *testing.T) {
	t.Parallel()
	k := tradeDay(t, "")
	lines, _ := k.statement("?date=" + statementDay + "&zone=Africa/Johannesburg")
	require.Len(t, lines, 12)
	kinds := map[string]int{}
	for _, l := range lines {
		kinds[l[4]+" "+l[5]]++
	}
	require.Equal(t, map[string]int{"SALE SUCCESS": 10, "SALE REVERSED": 1, "REDEMPTION SUCCESS": 1}, kinds)
	require.Equal(t, []string{
		"DEM-000000000002", uuidOf("S0"), "DEM000000000002", "", "SALE", "SUCCESS", "5000", "710", "2031-05-05T22:00:00Z",
	}, lines[0])
	utc, _ := k.statement("?date=" + statementDay + "&zone=UTC")
	require.Len(t, utc, 3)
	for _, q := range []string{"?date=soon", "?date=" + statementDay + "&zone=Mars/Base", ""} {
		require.Equal(t, http.StatusBadRequest, k.send(http.MethodGet, "/statements/demo"+q, nil).status, q)
	}
}

func TestPlantedBreaks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	k := tradeDay(t, dir)
	query := "?date=" + statementDay
	honest, _ := k.statement(query)
	order := object{"date": statementDay, "seed": 7, "missing": 1, "amount": 1, "extra": 1, "state": 1, "duplicate": 1}
	r := k.send(http.MethodPost, "/statements/demo/plant", order)
	require.Equal(t, http.StatusCreated, r.status, r.text)

	list := plantedIn(t, k.send(http.MethodGet, "/statements/demo/planted"+query, nil))
	require.Len(t, list, 5)
	spoiled, _ := k.statement(query)
	require.Equal(t, expectSpoiled(honest, list), spoiled)

	twin := tradeDay(t, "")
	other := plantedIn(t, twin.send(http.MethodPost, "/statements/demo/plant", order))
	for i := range list {
		require.Equal(t, list[i].SwitchRef, other[i].SwitchRef, "the same seed picks the same lines")
	}

	require.NoError(t, k.sim.Close())
	sim, err := New(Config{DataDir: dir})
	require.NoError(t, err)
	require.Len(t, sim.houses["demo"].Planted(), 5, "breaks outlive a restart")
	require.NoError(t, sim.Close())
}

func plantedIn(t *testing.T, r reply) []stage.Break {
	t.Helper()
	var b struct{ Planted []stage.Break }
	require.NoError(t, json.Unmarshal([]byte(r.text), &b), r.text)
	return b.Planted
}

// expectSpoiled applies the listed breaks to the honest statement by what a
// reader of the list knows: references and figures.
func expectSpoiled(honest [][]string, list []stage.Break) (out [][]string) {
	by := map[string]stage.Break{}
	for _, b := range list {
		by[b.SwitchRef] = b
	}
	for _, l := range honest {
		l = append([]string(nil), l...)
		switch b := by[l[1]]; b.Kind {
		case "missing":
			continue
		case "amount":
			l[6] = strconv.FormatInt(b.TrueAmount+b.By, 10)
		case "state":
			l[5] = "SUCCESS"
		case "duplicate":
			out = append(out, l)
		}
		out = append(out, l)
	}
	for _, b := range list {
		if b.Kind == "extra" {
			x := b.Line
			out = append(out, []string{
				x.ProviderRef, x.SwitchRef, x.Serial, x.Product, x.Kind, x.State,
				strconv.FormatInt(x.Amount, 10), x.Currency, x.At.Format(time.RFC3339),
			})
		}
	}
	return out
}

func TestPlantByReference(t *testing.T) {
	t.Parallel()
	k := tradeDay(t, "")
	r := k.send(http.MethodPost, "/statements/demo/plant", []object{
		{"date": statementDay, "kind": "amount", "switch_ref": uuidOf("S3"), "by": -250},
		{"date": statementDay, "kind": "missing", "switch_ref": uuidOf("S4")},
	})
	require.Equal(t, http.StatusCreated, r.status, r.text)
	lines, _ := k.statement("?date=" + statementDay)
	require.Len(t, lines, 11)
	require.Equal(t, "4750", lines[3][6])

	cases := []struct {
		order  any
		status int
	}{
		{object{"date": statementDay, "kind": "missing", "switch_ref": uuidOf("S4")}, 409}, // already planted
		{object{"date": statementDay, "kind": "state", "switch_ref": uuidOf("S5")}, 409},   // not reversed
		{object{"date": statementDay, "state": 2}, 409},
		{object{"date": statementDay, "kind": "odd"}, 409},
		{object{"date": "soon", "missing": 1}, 409},
		{object{"dat": statementDay}, 400},
		{"nonsense", 400},
	}
	for _, c := range cases {
		r := k.send(http.MethodPost, "/statements/demo/plant", c.order)
		require.Equal(t, c.status, r.status, "%v: %s", c.order, r.text)
	}
	require.Len(t, plantedIn(t, k.send(http.MethodGet, "/statements/demo/planted", nil)), 2, "a refused order plants nothing")
	require.Equal(t, http.StatusOK, k.send(http.MethodDelete, "/statements/demo/planted?date="+statementDay, nil).status)
	lines, _ = k.statement("?date=" + statementDay)
	require.Len(t, lines, 12)
}
