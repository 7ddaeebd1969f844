package operators_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
)

func TestPasswordRules(t *testing.T) {
	t.Parallel()
	o := operators.Operator{Name: "Naledi Khumalo Zulu", Mail: "naledi@example.org"}
	for password, accepted := range map[string]bool{
		"three quiet signals":              true,
		"ÄÖÜäöüßÄÖÜäö":                     true, // 12 characters, more bytes
		strings.Repeat("ab", 64):           true,
		strings.Repeat("ab", 64) + "c":     false,
		"elevenchars":                      false,
		"Password1234":                     false,
		"correct horse battery staple":     false,
		strings.Repeat("z", 20):            false,
		"naledi@example.org":               false,
		"Naledi Khumalo Zulu":              false,
		"naledi khumalo zulu and a dog":    true,
		"\xff\xfe this is not text at all": false,
	} {
		err := operators.CheckPassword(password, o)
		assert.Equal(t, accepted, err == nil, "%q", password)
		if err != nil {
			assert.Equal(t, "password", apperr.FieldOf(err))
			assert.NotContains(t, err.Error(), password)
		}
	}
}

func TestHashes(t *testing.T) {
	t.Parallel()
	h := operators.NewHasher()
	hash, err := h.Hash("three quiet signals")
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$"), hash)
	assert.True(t, h.Matches("three quiet signals", hash))
	assert.False(t, h.Matches("three quiet signal", hash))
	assert.False(t, h.Matches("three quiet signals", ""), "no account, no match")
	assert.False(t, h.Matches("", ""))
	assert.False(t, h.Matches("three quiet signals", "not a hash"))
}

func TestTokens(t *testing.T) {
	t.Parallel()
	a, b := operators.NewToken(), operators.NewToken()
	assert.NotEqual(t, a, b)
	assert.Len(t, a, 43, "256 bits in base64url")
	assert.Len(t, operators.HashToken(a), 32)
	assert.NotEqual(t, operators.CSRFToken(a), operators.CSRFToken(b))
	assert.NotContains(t, operators.CSRFToken(a), a)
}
