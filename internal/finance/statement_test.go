package finance

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const columns = "provider_ref,switch_ref,serial,product,kind,state,amount_minor,currency,at\n"

var johannesburg = time.FixedZone("SAST", 2*60*60)

func good(ref string, amount int) string {
	return fmt.Sprintf("%s,6F1D1111-2222-4333-8444-555566667777,S-%s,P,SALE,SUCCESS,%d,710,2026-03-11T12:00:00+02:00\n", ref, ref, amount)
}

func parse(body string) Statement {
	return ParseStatement(RawStatement{Name: "f.csv", Body: []byte(body)}, day, johannesburg)
}

func TestParseStatementReadsLinesAndTotals(t *testing.T) {
	t.Parallel()
	st := parse(columns + good("A", 100) + good("B", 250) + "TRAILER,2,350\n")
	require.NoError(t, st.Err())
	require.Len(t, st.Lines, 2)
	require.Equal(t, StatementLine{
		LineNo: 2, Date: day, ProviderRef: "A", SwitchRef: "6f1d1111-2222-4333-8444-555566667777", Serial: "S-A", Product: "P",
		Kind: Provision, State: Success, AmountMinor: 100, Currency: "710", At: noon,
	}, st.Lines[0])
	require.NoError(t, parse(columns+"TRAILER,0,0\n").Err(), "an empty day is a file without lines")
	require.NoError(t, parse(strings.ReplaceAll(columns+good("A", 1)+"TRAILER,1,1\n", "\n", "\r\n")).Err())
}

func TestParseStatementLeavesNothingOfAReversedLine(t *testing.T) {
	t.Parallel()
	st := parse(columns + strings.Replace(good("A", 100), "SUCCESS", "REVERSED", 1) + "TRAILER,1,100\n")
	require.NoError(t, st.Err())
	require.Equal(t, Reversed, st.Lines[0].State)
	require.Zero(t, st.Lines[0].AmountMinor)
}

func TestParseStatementRefusesLines(t *testing.T) {
	t.Parallel()
	cases := map[ExceptionCode][]string{
		BadColumnCount:  {"A,B\n", strings.Replace(good("A", 1), "710", "710,9", 1)},
		BadType:         {strings.Replace(good("A", 1), ",1,710", ",1.50,710", 1), strings.Replace(good("A", 1), ",1,710", ",-1,710", 1), strings.Replace(good("A", 1), "2026-03-11T12:00:00+02:00", "yesterday", 1)},
		BadLength:       {strings.Replace(good("A", 1), "S-A", strings.Repeat("x", 101), 1)},
		MissingRequired: {strings.Replace(good("A", 1), "SALE", "", 1), strings.Replace(strings.Replace(good("", 1), "6F1D1111-2222-4333-8444-555566667777", "", 1), "S-,", ",", 1)},
		UnknownCode:     {strings.Replace(good("A", 1), "SALE", "GIFT", 1), strings.Replace(good("A", 1), "SUCCESS", "DECLINED", 1)},
		OutsidePeriod:   {strings.Replace(good("A", 1), "2026-03-11", "2026-03-14", 1)},
		BadCurrency:     {strings.Replace(good("A", 1), "710", "ZAR", 1)},
	}
	for code, lines := range cases {
		for i, line := range lines {
			t.Run(fmt.Sprint(code, i), func(t *testing.T) {
				t.Parallel()
				var body strings.Builder
				sum := 0
				for k := range 30 {
					body.WriteString(good(fmt.Sprint("G", k), k))
					sum += k
				}
				if code != BadColumnCount && !strings.Contains(line, "1.50") && !strings.Contains(line, "-1,") {
					sum++
				}
				st := parse(columns + body.String() + line + fmt.Sprintf("TRAILER,31,%d\n", sum))
				require.NoError(t, st.Err())
				require.Len(t, st.Lines, 30)
				require.Len(t, st.Exceptions, 1)
				require.Equal(t, code, st.Exceptions[0].Code)
				require.Equal(t, 32, st.Exceptions[0].LineNo)
			})
		}
	}
}

func TestParseStatementTakesADuplicateOnceAndItMatches(t *testing.T) {
	t.Parallel()
	a := record(func(r *SwitchRecord) { r.AmountMinor = 4000 })
	line := fmt.Sprintf("FL-1,%s,S-1,1V-100,SALE,SUCCESS,4000,710,2026-03-11T12:00:00+02:00\n", a.TransactionID)
	st := parse(columns + line + line + "TRAILER,2,8000\n")
	require.NoError(t, st.Err())
	require.Equal(t, DuplicateInFile, st.Exceptions[0].Code)
	got, err := Reconcile(day, []SwitchRecord{a}, st.Lines, len(st.Exceptions))
	require.NoError(t, err)
	require.Len(t, got.Items, 1)
	require.Equal(t, Ready, got.Items[0].Settlement)
	require.Equal(t, 1, got.Summary.Exceptions.Count)
}

func TestParseStatementRefusesFiles(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"empty":               "",
		"no header":           good("A", 1) + "TRAILER,1,1\n",
		"no trailer":          columns + good("A", 1),
		"count":               columns + good("A", 1) + "TRAILER,2,1\n",
		"sum":                 columns + good("A", 1) + "TRAILER,1,2\n",
		"trailer not numbers": columns + "TRAILER,none,0\n",
		"line after trailer":  columns + "TRAILER,0,0\n" + good("A", 1),
		"broken quotes":       columns + "\"A,B\n",
		"too many exceptions": columns + good("A", 1) + "A,B\nTRAILER,2,1\n",
	}
	for name, body := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := parse(body)
			require.Error(t, st.Err())
			require.Empty(t, st.Lines)
		})
	}
}

func TestExceptionsDoNotRepeatSecrets(t *testing.T) {
	t.Parallel()
	st := parse(columns + "A,B,4111222233334444\nTRAILER,1,0\n")
	require.Equal(t, "A,B,…4444", st.Exceptions[0].Raw)
}

func FuzzParseStatement(f *testing.F) {
	f.Add(columns + good("A", 100) + "TRAILER,1,100\n")
	f.Add(columns + "A,B\n\"\nTRAILER,1,100\n")
	f.Add("TRAILER,9223372036854775807,9223372036854775807\n")
	f.Fuzz(func(t *testing.T, body string) {
		st := parse(body)
		if st.Failure != "" {
			require.Empty(t, st.Lines)
			return
		}
		require.Equal(t, st.DeclaredCount, len(st.Lines)+len(st.Exceptions))
		var sum int64
		for _, l := range st.Lines {
			require.GreaterOrEqual(t, l.AmountMinor, int64(0))
			sum += l.AmountMinor
			require.GreaterOrEqual(t, sum, int64(0))
		}
		if len(st.Exceptions) == 0 {
			require.LessOrEqual(t, sum, st.DeclaredSum)
		}
	})
}
