package jsonedit

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestApply(t *testing.T) {
	t.Parallel()
	raw := `{"id":"1", "list" : [ {"a" : 1} ],"n":null,"x":{"deep":"\u0041"}}`
	for name, tc := range map[string]struct {
		edits []Edit
		want  string
	}{
		"nothing":       {nil, `{"id":"1","list":[ {"a" : 1} ],"n":null,"x":{"deep":"\u0041"}}`},
		"replace":       {[]Edit{Set("id", []byte(`"2"`))}, `{"id":"2","list":[ {"a" : 1} ],"n":null,"x":{"deep":"\u0041"}}`},
		"add":           {[]Edit{Set("y", []byte(`true`))}, `{"id":"1","list":[ {"a" : 1} ],"n":null,"x":{"deep":"\u0041"},"y":true}`},
		"fill present":  {[]Edit{Fill("id", []byte(`"2"`))}, `{"id":"1","list":[ {"a" : 1} ],"n":null,"x":{"deep":"\u0041"}}`},
		"fill null":     {[]Edit{Fill("n", []byte(`"2"`))}, `{"id":"1","list":[ {"a" : 1} ],"n":"2","x":{"deep":"\u0041"}}`},
		"push":          {[]Edit{Push("list", []byte(`2,3`))}, `{"id":"1","list":[ {"a" : 1} ,2,3],"n":null,"x":{"deep":"\u0041"}}`},
		"push to null":  {[]Edit{Push("n", []byte(`2`))}, `{"id":"1","list":[ {"a" : 1} ],"n":[2],"x":{"deep":"\u0041"}}`},
		"push to none":  {[]Edit{Push("z", []byte(`2`))}, `{"id":"1","list":[ {"a" : 1} ],"n":null,"x":{"deep":"\u0041"},"z":[2]}`},
		"push nothing":  {[]Edit{Push("list", nil)}, `{"id":"1","list":[ {"a" : 1} ],"n":null,"x":{"deep":"\u0041"}}`},
		"remove":        {[]Edit{Remove("list"), Remove("absent")}, `{"id":"1","n":null,"x":{"deep":"\u0041"}}`},
		"several":       {[]Edit{Set("x", []byte(`1`)), Remove("id"), Set("y", []byte(`2`))}, `{"list":[ {"a" : 1} ],"n":null,"x":1,"y":2}`},
		"push to empty": {[]Edit{Set("list", []byte(`[]`))}, `{"id":"1","list":[],"n":null,"x":{"deep":"\u0041"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Apply([]byte(raw), tc.edits...)
			require.NoError(t, err)
			require.Equal(t, tc.want, string(got))
		})
	}
}

func TestApplyRefuses(t *testing.T) {
	t.Parallel()
	_, err := Apply([]byte(`[1]`), Set("a", []byte("1")))
	require.ErrorIs(t, err, ErrNotObject)
	_, err = Apply([]byte(`{"a":1}`), Push("a", []byte("1")))
	require.ErrorContains(t, err, "not a list")
	_, err = Apply([]byte(`{"a":`), Set("a", []byte("1")))
	require.ErrorIs(t, err, ErrSyntax)
}

func TestMemberAndElements(t *testing.T) {
	t.Parallel()
	raw := []byte(`{"a":{"b":[1, 2]},"e":[],"n":null}`)
	require.Equal(t, "[1, 2]", string(Member(raw, "a", "b")))
	require.Nil(t, Member(raw, "a", "c"))
	require.Nil(t, Member(raw, "n"))
	require.Nil(t, Member([]byte("{"), "n"))
	require.Equal(t, "1, 2", string(Elements(Member(raw, "a", "b"))))
	require.Nil(t, Elements(Member(raw, "e")))
	require.Nil(t, Elements(nil))
	got, err := Apply([]byte(`{"l":[]}`), Push("l", Elements([]byte("[1,2]"))))
	require.NoError(t, err)
	require.Equal(t, `{"l":[1,2]}`, string(got))
}
