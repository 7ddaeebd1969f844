package jsonedit

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBuilder(t *testing.T) {
	t.Parallel()
	o := &Builder{}
	require.Nil(t, o.Bytes())
	o.Raw("nothing", nil)
	o.Optional("empty", "")
	require.Nil(t, o.Bytes())
	o.Text(`a"b`, "line\nbreak")
	o.Optional("c", "d")
	o.Text("e", "")
	o.Number("n", -12)
	o.Raw("list", []byte(`[1]`))
	require.Equal(t, `{"a\"b":"line\u000abreak","c":"d","e":"","n":-12,"list":[1]}`, string(o.Bytes()))
}
