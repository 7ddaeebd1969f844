package jsonedit

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
)

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for name, tc := range map[string]struct {
		text string
		want error
	}{
		"empty":               {"", ErrSyntax},
		"blank":               {" \n", ErrSyntax},
		"word":                {"nul", ErrSyntax},
		"two values":          {"{}{}", ErrSyntax},
		"trailing comma":      {`{"a":1,}`, ErrSyntax},
		"array comma":         {`[1,]`, ErrSyntax},
		"open object":         {`{"a":1`, ErrSyntax},
		"open string":         {`"abc`, ErrSyntax},
		"bare name":           {`{a:1}`, ErrSyntax},
		"leading zero":        {`01`, ErrSyntax},
		"plus":                {`+1`, ErrSyntax},
		"bare point":          {`1.`, ErrSyntax},
		"bare exponent":       {`1e`, ErrSyntax},
		"control in string":   {"\"a\tb\"", ErrSyntax},
		"bad escape":          {`"\x"`, ErrSyntax},
		"short unicode":       {`"\u12"`, ErrSyntax},
		"lone high surrogate": {`"\ud800"`, ErrSyntax},
		"lone low surrogate":  {`"\udc00"`, ErrSyntax},
		"wrong pair":          {`"\ud800\u0041"`, ErrSyntax},
		"byte order mark":     {"\ufeff{}", ErrSyntax},
		"not UTF-8":           {"\"\xff\"", ErrEncoding},
		"duplicate":           {`{"a":1,"a":2}`, ErrDuplicate},
		"escaped duplicate":   {`{"a":1,"\u0061":2}`, ErrDuplicate},
		"deep":                {deep(MaxDepth + 1), ErrDepth},
		"very deep":           {strings.Repeat(`{"a":`, 100000), ErrDepth},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse([]byte(tc.text))
			require.ErrorIs(t, err, tc.want)
		})
	}
	_, err := Parse([]byte(deep(MaxDepth)))
	require.NoError(t, err)
}

func TestParseFindsDuplicatesInLargeObjects(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 3 * mapFrom {
		b.WriteString(`"k` + strings.Repeat("x", i) + `":1,`)
	}
	_, err := Parse([]byte("{" + b.String() + `"last":1}`))
	require.NoError(t, err)
	for _, again := range []string{"k", "k" + strings.Repeat("x", 2*mapFrom)} {
		_, err = Parse([]byte("{" + b.String() + `"` + again + `":1}`))
		require.ErrorIs(t, err, ErrDuplicate)
	}
}

func TestDocReads(t *testing.T) {
	t.Parallel()
	d, err := Parse([]byte(` { "a" : {"b":[1, "x\u0041\ud83d\ude00", {}], "n":null} , "\u0063":-1.5e3 } `))
	require.NoError(t, err)
	list := d.Find(0, "a", "b")
	var raws []string
	for c := range d.Children(list) {
		raws = append(raws, string(d.Raw(c)))
	}
	require.Equal(t, []string{"1", `"x\u0041\ud83d\ude00"`, "{}"}, raws)
	require.Equal(t, "xA😀", string(d.Text(d.After(d.First(list)))))
	require.Equal(t, "-1.5e3", string(d.Raw(d.Find(0, "c"))))
	require.Equal(t, `"\u0063"`, string(d.RawName(d.Find(0, "c"))))
	require.Equal(t, -1, d.Find(0, "a", "n"), "null counts as missing")
	require.Equal(t, -1, d.Find(0, "c", "d"), "a number has no members")
	require.Equal(t, -1, d.First(d.After(d.After(d.First(list)))), "the empty object holds nothing")
}

// FuzzParse compares acceptance with an independent strict parser and checks that what was read adds up.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`{"a":[1,2,{"b":null}],"c":"\u0041"}`, `[]`, `"x"`, `{"a":1,"a":2}`, `{"\u0061":1}`, "1e5", "-0", `"\ud83d\ude00"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Parse(data)
		if errors.Is(err, ErrDepth) {
			return
		}
		valid := jsontext.Value(data).IsValid()
		if valid != (err == nil) {
			t.Fatalf("accepted %v, the other parser %v: %q", err == nil, valid, data)
		}
		if err != nil {
			return
		}
		for i := range d.Nodes {
			n := d.Nodes[i]
			if n.Kind == String {
				want, err := jsontext.AppendUnquote(nil, d.Raw(i))
				if err != nil || !bytes.Equal(want, d.Text(i)) {
					t.Fatalf("text %q, want %q (%v)", d.Text(i), want, err)
				}
				back, err := Parse(AppendString(nil, d.Text(i)))
				if err != nil || !bytes.Equal(back.Text(0), want) {
					t.Fatalf("%q does not survive quoting", want)
				}
			}
			if int(n.after) <= i || int(n.after) > len(d.Nodes) {
				t.Fatalf("node %d ends at %d of %d", i, n.after, len(d.Nodes))
			}
		}
	})
}
