package finance

import (
	"errors"
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

// read is a file with what was taken from it.
type read struct {
	Statement
	Lines      []StatementLine
	Exceptions []Exception
}

func parse(t require.TestingT, body string) (out read) {
	in, err := NewIntake(StatementOf("f.csv", []byte(body)), day, johannesburg)
	require.NoError(t, err)
	require.EqualValues(t, len(body), in.Bytes)
	out.Statement, err = in.Read(func(l StatementLine) error {
		out.Lines = append(out.Lines, l)
		return nil
	}, func(e Exception) error {
		out.Exceptions = append(out.Exceptions, e)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []int{len(out.Lines), len(out.Exceptions)}, []int{out.Records, out.Refused})
	return out
}

func TestParseStatementReadsLinesAndTotals(t *testing.T) {
	t.Parallel()
	st := parse(t, columns+good("A", 100)+good("B", 250)+"TRAILER,2,350\n")
	require.Empty(t, st.Failure)
	require.Len(t, st.Lines, 2)
	require.Equal(t, StatementLine{
		LineNo: 2, Date: day, ProviderRef: "A", SwitchRef: "6f1d1111-2222-4333-8444-555566667777", Serial: "S-A", Product: "P",
		Kind: Provision, State: Success, AmountMinor: 100, Currency: "710", At: noon,
	}, st.Lines[0])
	require.Empty(t, parse(t, columns+"TRAILER,0,0\n").Failure, "an empty day is a file without lines")
	require.Empty(t, parse(t, strings.ReplaceAll(columns+good("A", 1)+"TRAILER,1,1\n", "\n", "\r\n")).Failure)
}

func TestParseStatementLeavesNothingOfAReversedLine(t *testing.T) {
	t.Parallel()
	st := parse(t, columns+strings.Replace(good("A", 100), "SUCCESS", "REVERSED", 1)+"TRAILER,1,100\n")
	require.Empty(t, st.Failure)
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
				st := parse(t, columns+body.String()+line+fmt.Sprintf("TRAILER,31,%d\n", sum))
				require.Empty(t, st.Failure)
				require.Len(t, st.Lines, 30)
				require.Len(t, st.Exceptions, 1)
				require.Equal(t, code, st.Exceptions[0].Code)
				require.Equal(t, 32, st.Exceptions[0].LineNo)
			})
		}
	}
}

func TestReadStopsAtAnErrorOfTheReceiver(t *testing.T) {
	t.Parallel()
	in, err := NewIntake(StatementOf("f.csv", []byte(columns+good("A", 1)+"A,B\nTRAILER,2,1\n")), day, johannesburg)
	require.NoError(t, err)
	full := errors.New("full")
	_, err = in.Read(func(StatementLine) error { return full }, nil)
	require.ErrorIs(t, err, full)
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
			st := parse(t, body)
			require.NotEmpty(t, st.Failure)
		})
	}
}

func TestExceptionsDoNotRepeatSecrets(t *testing.T) {
	t.Parallel()
	st := parse(t, columns+"A,B,4111222233334444\nTRAILER,1,0\n")
	require.Equal(t, "A,B,…4444", st.Exceptions[0].Raw)
}

func FuzzParseStatement(f *testing.F) {
	f.Add(columns + good("A", 100) + "TRAILER,1,100\n")
	f.Add(columns + "A,B\n\"\nTRAILER,1,100\n")
	f.Add("TRAILER,9223372036854775807,9223372036854775807\n")
	f.Fuzz(func(t *testing.T, body string) {
		st := parse(t, body)
		if st.Failure != "" {
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
