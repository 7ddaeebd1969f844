package setup

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every member is explained in docs/providers.md and known to the schema, and the schema knows no other.
func TestEveryMemberIsDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/providers.md")
	require.NoError(t, err)
	raw, err := os.ReadFile("../../docs/providers.schema.json")
	require.NoError(t, err)
	var root schema
	require.NoError(t, json.Unmarshal(raw, &root))
	for what, x := range map[string]struct {
		of   reflect.Type
		says schema
	}{
		"file": {reflect.TypeFor[File](), root}, "institution": {reflect.TypeFor[Institution](), root.Defs["institution"]},
		"provider": {reflect.TypeFor[Provider](), root.Defs["provider"]}, "profile": {reflect.TypeFor[Profile](), root.Defs["profile"]},
		"product": {reflect.TypeFor[Product](), root.Defs["product"]}, "route": {reflect.TypeFor[Route](), root.Defs["route"]},
		"term": {reflect.TypeFor[Term](), root.Defs["term"]}, "client": {reflect.TypeFor[Client](), root.Defs["client"]},
		"certificate": {reflect.TypeFor[Certificate](), root.Defs["certificate"]}, "hummMerchant": {reflect.TypeFor[HummMerchant](), root.Defs["hummMerchant"]},
	} {
		var names, known []string
		for name := range members(x.of) {
			names = append(names, name)
			assert.True(t, strings.Contains(string(page), "`"+name+"`"), "%s of %s is not explained", name, what)
		}
		for name := range x.says.Properties {
			known = append(known, name)
		}
		slices.Sort(names)
		slices.Sort(known)
		assert.Equal(t, names, known, "members of %s in the schema", what)
		require.NotNil(t, x.says.Additional, what)
		assert.False(t, *x.says.Additional, what)
	}
}

type schema struct {
	Properties map[string]json.RawMessage `json:"properties"`
	Additional *bool                      `json:"additionalProperties"`
	Defs       map[string]schema          `json:"$defs"`
}

func TestFlatten(t *testing.T) {
	t.Parallel()
	got, err := Flatten(json.RawMessage(`{"b": {"c": [1, true, "x"]}, "a": "env:NAME", "key": "/etc/key.pem", "token": "abc", "big": 12345678901234567890, "blob": "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA"}`))
	require.NoError(t, err)
	assert.Equal(t, []Setting{
		{Name: "a", Value: "env:NAME", Secret: true},
		{Name: "b.c[0]", Value: "1"},
		{Name: "b.c[1]", Value: "true"},
		{Name: "b.c[2]", Value: "x"},
		{Name: "big", Value: "12345678901234567890"},
		{Name: "blob", Value: hidden},
		{Name: "key", Value: "/etc/key.pem"},
		{Name: "token", Value: hidden},
	}, got)
	got, err = Flatten(nil)
	require.NoError(t, err)
	assert.Empty(t, got)
	_, err = Flatten(json.RawMessage(`[`))
	assert.Error(t, err)
}
