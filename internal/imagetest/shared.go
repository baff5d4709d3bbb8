package imagetest

import (
	"os"
	"path/filepath"
	"testing"
)

// Shared gives the path of a file that is kept beside the module because of its
// size, such as images/alpine-310.tar.gz. It is looked for in the directory
// that SEAWORTHY_SHARED names, else in ../shared of the module. Without the
// file the test is skipped, or fails in CI.
func Shared(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("SEAWORTHY_SHARED")
	if dir == "" {
		module, err := os.Getwd()
		check(t, err)
		for {
			if _, err := os.Stat(filepath.Join(module, "go.mod")); err == nil || module == filepath.Dir(module) {
				break
			}
			module = filepath.Dir(module)
		}
		dir = filepath.Join(module, "..", "shared")
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		skip(t, "no "+name+" in "+dir+" (SEAWORTHY_SHARED names another directory)")
	}
	return path
}
