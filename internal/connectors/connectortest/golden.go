package connectortest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Golden compares a text with testdata/name.golden, or writes that file anew.
func Golden(t testing.TB, update bool, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// MessageText writes a message for a golden file.
func MessageText(m switchcore.Message) string {
	return fmt.Sprintf("%s %s\nkind %s\ntraced %s\nheaders %s\n%s\nmasked %s\n", m.Method, m.Path, m.Kind, m.TracedPath, m.Headers, m.Body, m.Masked)
}

// ResultText writes a result for a golden file: every part that is set.
func ResultText(r switchcore.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "class %s\ndetail %s\n", ClassName(r.Class), r.Detail)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s %s\n", name, value)
		}
	}
	line("error type", r.ErrorType)
	for _, flag := range []struct {
		name string
		set  bool
	}{{"state unknown", r.StateUnknown}, {"not found", r.NotFound}, {"alarm", r.Alarm}} {
		if flag.set {
			line(flag.name, "yes")
		}
	}
	if w := r.Words; w != (switchcore.ProviderWords{}) {
		line("words", w.Code+"|"+w.Message+"|"+w.Ref)
	}
	line("break", r.Break)
	if r.Proved != switchcore.ClassUnknown {
		line("proved", ClassName(r.Proved))
	}
	if v := r.Voucher; v != nil {
		line("voucher", fmt.Sprintf("%s serial %s expiry %s", v.Code, v.Serial, v.Expiry.Format("2006-01-02T15:04:05Z07:00")))
	}
	line("approved", sumText(r.ApprovedAmount))
	line("balance", sumText(r.BalanceAmount))
	for _, m := range r.Members {
		line("member "+m.Name, string(m.Raw))
	}
	line("identifiers", r.Identifiers)
	for _, term := range r.Terms {
		line("term "+string(term.Kind), term.Value)
	}
	if f := r.Follow; f != nil {
		fmt.Fprintf(&b, "follow %q %s after %s new reference %t\n%s", f.Step, f.Kind, f.After, f.NewWireRef, MessageText(f.Message))
		if f.Cleanup != nil {
			b.WriteString("cleanup " + MessageText(*f.Cleanup))
		}
	}
	return b.String()
}

func sumText(a *money.Amount) string {
	if a == nil {
		return ""
	}
	return fmt.Sprintf("%d %s", a.Minor, a.Currency)
}

// ClassName gives a class in words.
func ClassName(c switchcore.Class) string {
	names := map[switchcore.Class]string{
		switchcore.ClassUnknown: "unknown", switchcore.ClassApproved: "approved", switchcore.ClassDeclined: "declined",
		switchcore.ClassNotSent: "not sent", switchcore.ClassDone: "done", switchcore.ClassRefused: "refused",
		switchcore.ClassRepeat: "repeat", switchcore.ClassFault: "fault", switchcore.ClassConsumed: "consumed",
	}
	if name, known := names[c]; known {
		return name
	}
	return fmt.Sprint(int(c))
}
