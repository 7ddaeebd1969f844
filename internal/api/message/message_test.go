package message

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func sample() *Shape {
	inner := Object(Must("name", Text(1, 5)), May("secret", Secret(Text(0, 3))))
	return Object(
		Must("id", UUID()), May("count", Integer()), May("inner", inner), Forgive("newer", inner), Forgive("when", Date()),
		ListThere("list", List(inner)), May("free", Map(Integer())),
		May("kind", Variant(Must("type", Enum("A", "B")), map[string]*Shape{"A": Object(Must("type", Enum("A", "B")), Must("a", Truth())), "B": Object(Must("type", Enum("A", "B")))})),
	)
}

const id = `"id":"0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b"`

// read gives the canonical text, or the refusals as "field leaf value: msg".
func read(t *testing.T, body string, d Dialect) (canonical string, refused []string) {
	t.Helper()
	err := Parse([]byte(body), sample(), d, func(_ View, c []byte) { canonical = string(c) })
	if err == nil {
		return canonical, nil
	}
	var f *Failure
	require.ErrorAs(t, err, &f)
	require.Len(t, f.Entries(), len(f.Violations))
	require.NotEmpty(t, f.Error())
	for i, v := range f.Violations {
		require.Equal(t, v.Msg, f.Entries()[i].Msg)
		refused = append(refused, v.Field+" "+v.Leaf+" "+v.Value+": "+v.Msg)
	}
	return "", refused
}

func TestDialects(t *testing.T) {
	t.Parallel()
	kind := Dialect{IgnoreUnknown: true, QuotedIntegers: true}
	body := `{` + id + `, "x":{"y":1} ,"count":"007","inner":{"name":"n","z":[1]},"newer":null}`
	got, refused := read(t, body, kind)
	require.Empty(t, refused)
	require.Equal(t, `{`+id+`,"count":7,"inner":{"name":"n"}}`, got)
	_, refused = read(t, body, Dialect{})
	require.Equal(t, []string{
		"x x : Unrecognized field 'x'", "inner.z z : Unrecognized field 'z'", "count count 007: count has the wrong type",
	}, refused)
	_, refused = read(t, `{`+id+`,"count":"`+strings.Repeat("9", 30)+`"}`, kind)
	require.Len(t, refused, 1)
}

func TestForgivenMembers(t *testing.T) {
	t.Parallel()
	for _, newer := range []string{
		`"newer":5`, `"newer":{}`, `"newer":{"name":"far too long"}`, `"newer":{"name":null}`, `"newer":[{"name":"n"}]`, `"when":"soon"`, `"newer":{"name":1,"q":2},"when":false`,
	} {
		d := Dialect{}
		got, refused := read(t, `{`+newer+`,`+id+`}`, d)
		require.Empty(t, refused, newer)
		require.Equal(t, `{`+id+`}`, got, newer)
	}
	got, refused := read(t, `{"when":"2031-02-03T04:05:06Z",`+id+`,"newer":{"name":"n"}}`, Dialect{})
	require.Empty(t, refused)
	require.Equal(t, `{"when":"2031-02-03T04:05:06Z",`+id+`,"newer":{"name":"n"}}`, got)
	_, refused = read(t, `{"newer":{},"inner":{}}`, Dialect{})
	require.Equal(t, []string{"inner.name name null: inner.name may not be null", "id id null: id may not be null"}, refused, "what is not forgiven is still reported")
}

func TestValuesAreQuotedWithCare(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`"inner":{"name":"toolong"}`:             "inner.name name toolong: inner.name length must be between 1 and 5",
		`"inner":{"name":"n","secret":"1234"}`:   "inner.secret secret : inner.secret length must be between 0 and 3",
		`"inner":{"name":"6000000000000000017"}`: "inner.name name *******************: inner.name length must be between 1 and 5",
		`"inner":"n"`:                            "inner inner : inner has the wrong type",
		`"inner":{"name":{"a":"b"}}`:             "inner.name name : inner.name has the wrong type",
		`"inner":{"name":true}`:                  "inner.name name true: inner.name has the wrong type",
		`"list":[{"name":"n"},5]`:                "list[1] list : list[1] has the wrong type",
		`"list":[null]`:                          "list[0] list null: list[0] may not be null",
		`"list":null`:                            "list list null: list may not be null",
		`"list":[{"name":"n"},{"name":"` + strings.Repeat("ü", 300) + `"}]`: "list[1].name name " + strings.Repeat("ü", 100) + ": list[1].name length must be between 1 and 5",
		`"free":{"A":"x"}`:          "free.A A x: free.A has the wrong type",
		`"kind":{}`:                 "kind.type type null: kind.type may not be null",
		`"kind":{"type":"C"}`:       `kind.type type C: kind.type must match "A|B"`,
		`"kind":{"type":"A","a":1}`: "kind.a a 1: kind.a has the wrong type",
	} {
		_, refused := read(t, `{`+id+`,`+body+`}`, Dialect{})
		require.Equal(t, []string{want}, refused, body)
	}
}

func TestConflict(t *testing.T) {
	t.Parallel()
	require.Empty(t, sample().Conflict())
	many := make([]Field, 65)
	for i := range many {
		many[i] = May(strings.Repeat("x", i+1), Truth())
	}
	require.Contains(t, Object(May("deep", List(Object(many...)))).Conflict(), ".deep[] has too many members")
	require.Contains(t, Object(May("twice", Truth()), May("twice", Truth())).Conflict(), "share a mark")
}

func TestObjectWriter(t *testing.T) {
	t.Parallel()
	var w ObjectWriter
	require.Nil(t, w.Bytes())
	w.Text("empty", "")
	w.Raw("nothing", nil)
	require.Nil(t, w.Bytes())
	w.Text("a", `say "x"`)
	w.Raw("b", []byte(`[1]`))
	require.Equal(t, `{"a":"say \"x\"","b":[1]}`, string(w.Bytes()))
}
