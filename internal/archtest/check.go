package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Violations reads the import lines of every Go file below root, and the calls where some are banned, and gives a line for each broken rule. Folders that
// are modules of their own, hidden folders and test data are left out.
func Violations(root fs.FS) ([]string, error) {
	var found []string
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skip(root, name)
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		imports, err := importsOf(root, name)
		if err != nil {
			return err
		}
		for _, imported := range imports {
			if why := forbidden(path.Dir(name), imported, strings.HasSuffix(name, "_test.go")); why != "" {
				found = append(found, fmt.Sprintf("%s imports %s: %s", name, imported, why))
			}
		}
		calls, err := bannedCalls(root, name)
		if err != nil {
			return err
		}
		found = append(found, calls...)
		if line := missing(path.Dir(name)); line != "" && !slices.Contains(found, line) {
			found = append(found, line)
		}
		return nil
	})
	return found, err
}

// skip leaves out folders that are no part of the program.
func skip(root fs.FS, name string) error {
	base := path.Base(name)
	if name == "." {
		return nil
	}
	if strings.HasPrefix(base, ".") || base == "testdata" || base == "node_modules" {
		return fs.SkipDir
	}
	if _, err := fs.Stat(root, path.Join(name, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

// importsOf parses the import lines of one file and nothing else.
func importsOf(root fs.FS, name string) ([]string, error) {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	imports := make([]string, 0, len(file.Imports))
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		imports = append(imports, imported)
	}
	return imports, nil
}

// bannedCalls finds the calls of a file that its package must not make.
func bannedCalls(root fs.FS, name string) (found []string, err error) {
	for _, ban := range banned {
		if path.Dir(name) != ban.pkg || strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return nil, err
		}
		file, _ := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution) // what is left unfinished is the compiler's business
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if method, ok := call.Fun.(*ast.SelectorExpr); ok && method.Sel.Name == ban.method {
					found = append(found, name+" calls "+ban.method+": "+ban.why)
				}
			}
			return true
		})
	}
	return found, nil
}

// forbidden says why a package may not import something, or nothing.
func forbidden(pkg, imported string, test bool) string {
	for _, rule := range onlyIn {
		if within(imported, rule.library) && !anyWithin(pkg, rule.packages) && (rule.inTests || !test) {
			return "only " + strings.Join(rule.packages, ", ") + " may"
		}
	}
	if test {
		return ""
	}
	if anyWithin(pkg, pure) && anyWithin(imported, neverIn) {
		return "this package speaks no HTTP"
	}
	ours, isOurs := strings.CutPrefix(imported, module)
	if !isOurs {
		return ""
	}
	line := lineOf(pkg)
	if !anyWithin(ours, mayImport[line]) {
		return "it may import only [" + strings.Join(mayImport[line], " ") + "] of ours"
	}
	return ""
}

// missing tells that nobody decided where a package belongs.
func missing(pkg string) string {
	if lineOf(pkg) != "" {
		return ""
	}
	return pkg + " has no line in the table of internal/archtest: decide what it may import"
}

// lineOf gives the longest line of the table that covers a package.
func lineOf(pkg string) string {
	longest := ""
	for line := range mayImport {
		if within(pkg, line) && len(line) > len(longest) {
			longest = line
		}
	}
	return longest
}

// within tells whether a path is the given one or lies below it.
func within(name, above string) bool {
	return name == above || strings.HasPrefix(name, above+"/")
}

func anyWithin(name string, above []string) bool {
	return slices.ContainsFunc(above, func(a string) bool { return within(name, a) })
}
