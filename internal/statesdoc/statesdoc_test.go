package statesdoc

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write docs/states.md")

func TestPageIsCurrent(t *testing.T) {
	const page = "../../docs/states.md"
	want := Render()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/states.md is not what the lifecycle tables say; run make generate")
	}
}
