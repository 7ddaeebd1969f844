package archtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestRepositoryKeepsTheRules(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	require.FileExists(t, filepath.Join(root, "go.mod"))
	found, err := Violations(os.DirFS(root))
	require.NoError(t, err)
	require.Empty(t, strings.Join(found, "\n"))
}

func TestPlantedViolationsAreFound(t *testing.T) {
	t.Parallel()
	tests := []struct {
		file, imported string
		broken         bool
	}{
		{"internal/saf/engine.go", module + "internal/transactions", false},
		{"internal/saf/engine.go", module + "internal/switchcore", true},
		{"internal/transactions/state.go", module + "internal/saf", true},
		{"internal/transactions/state.go", "net/http", true},
		{"internal/transactions/state.go", "net/http/httptrace", true},
		{"internal/transactions/state.go", "net/url", false},
		{"internal/finance/settlement.go", "gorm.io/gorm", true},
		{"internal/finance/settlement_test.go", "gorm.io/gorm", true},
		{"internal/postgres/finance_rows.go", "gorm.io/gorm", false},
		{"internal/postgres/switch_apply.go", module + "internal/switchcore", false},
		{"internal/postgres/switch_apply.go", module + "internal/api", true},
		{"internal/postgres/localpg/server.go", module + "internal/apperr", true},
		{"internal/console/saf_index.go", module + "internal/switchcore", true},
		{"internal/console/saf_index.go", module + "internal/postgres", true},
		{"internal/console/saf_index.go", module + "internal/connectors/flash", true},
		{"internal/console/saf_index.go", module + "web/templates/pages", false},
		{"internal/console/saf_index_test.go", module + "internal/postgres/postgrestest", false},
		{"internal/api/vouchers/provisions_create.go", "github.com/gofiber/fiber/v2", false},
		{"internal/switchcore/processor.go", "github.com/gofiber/fiber/v2", true},
		{"web/templates/pages/saf_index.go", "github.com/gofiber/fiber/v2", true},
		{"web/templates/pages/saf_index.go", module + "internal/operators", true},
		{"internal/jobs/jobs.go", "github.com/go-co-op/gocron/v2", false},
		{"internal/saf/engine.go", "github.com/go-co-op/gocron/v2", true},
		{"internal/saf/engine.go", "github.com/a-h/templ", true},
		{"internal/monitoring/health.go", "database/sql", true},
		{"internal/simulator/books.go", module + "internal/money", true},
		{"internal/simulator/books.go", module + "internal/simulator/issuer", false},
		{"internal/connectors/flash/client.go", module + "internal/connectors/ott", true},
		{"internal/connectors/flash/client.go", "net/http", false},
		{"internal/novelty/new.go", "fmt", true},
		{"internal/moneybox/new.go", "fmt", true},
		{"tools/inner/tool.go", "gorm.io/gorm", false},
		{"internal/saf/testdata/broken.go", "gorm.io/gorm", false},
		{"cmd/console/serve.go", module + "internal/postgres/localpg", false},
	}
	for _, tt := range tests {
		t.Run(tt.file+" "+tt.imported, func(t *testing.T) {
			t.Parallel()
			found, err := Violations(fstest.MapFS{
				"tools/go.mod": {Data: []byte("module tools\n")},
				tt.file:        {Data: []byte("package p\n\nimport _ \"" + tt.imported + "\"\n\nfunc unfinished( {\n")},
			})
			require.NoError(t, err)
			if !tt.broken {
				require.Empty(t, found)
				return
			}
			require.Len(t, found, 1)
			require.Contains(t, found[0], filepath.Dir(tt.file))
		})
	}
}

func TestBannedCallsAreFound(t *testing.T) {
	t.Parallel()
	text := &fstest.MapFile{Data: []byte("package postgres\n\nfunc f(tx db) { tx.Save(1) }\n")}
	found, err := Violations(fstest.MapFS{"internal/postgres/rows.go": text, "internal/postgres/rows_test.go": text, "internal/saf/rows.go": text})
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Contains(t, found[0], "internal/postgres/rows.go calls Save")
}
