package imagetest

import (
	"os"
	"path/filepath"
	"testing"
)

// Shared returns the path of a file that is too large for the repository, such as
// images/alpine-310.tar.gz. The file is in the directory that SEAWORTHY_SHARED names, or
// in ../shared of the module. It must not be changed, and no program may write into its
// directory. If it is missing the test is skipped, or fails in CI.
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
