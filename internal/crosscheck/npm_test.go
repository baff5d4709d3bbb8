package crosscheck_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/imagetest"
)

// TestInstalledNPM scans old packages and their dependencies as installed by npm. It needs
// npm and its registry; [TestLanguages] does not.
func TestInstalledNPM(t *testing.T) {
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skip("npm is not installed")
	}
	advisories := shared(t)
	dir := t.TempDir()
	write(t, dir, map[string]string{"package.json": `{"name": "app", "version": "1.0.0"}`})
	npm := func(args ...string) ([]byte, error) {
		cmd := exec.CommandContext(t.Context(), "npm", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "npm_config_cache="+filepath.Join(t.TempDir(), "cache"), "npm_config_fetch_retries=0", "npm_config_fetch_timeout=20000")
		return cmd.Output()
	}
	if _, err := npm("install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts",
		"express@4.15.0", "handlebars@4.0.5", "marked@0.3.5", "minimist@0.0.8", "moment@2.15.0", "@hapi/hoek@8.0.0"); err != nil {
		t.Skipf("npm cannot install: %v", err)
	}
	list, err := npm("ls", "--all", "--json", "--long")
	if err != nil {
		t.Fatal(err)
	}
	var tree npmTree
	if err := json.Unmarshal(list, &tree); err != nil {
		t.Fatal(err)
	}
	packages := tree.packages(nil)
	got := scan(t, advisories, "oci:"+imagetest.Image{Layers: []imagetest.Layer{copied(t, dir, "srv/app/")}}.OCILayout(t))
	comparePackages(t, packages, got, "npm")
	compare(t, rules{ecosystem: "npm", compare: semver}.expected(records(t, "npm"), packages), got)
}

// npmTree is a package in the output of npm ls.
type npmTree struct {
	Name, Version string
	Dependencies  map[string]npmTree
}

// packages returns the packages below, each once.
func (n npmTree) packages(all []installed) []installed {
	for _, d := range n.Dependencies {
		if p := (installed{name: d.Name, version: d.Version}); d.Name != "" && !slices.Contains(all, p) {
			all = append(all, p)
		}
		all = d.packages(all)
	}
	return all
}

// copied returns a layer with the regular files of a directory, without the files that list
// the requested packages.
func copied(t *testing.T, dir, to string) (l imagetest.Layer) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if name = filepath.ToSlash(name); strings.Contains(name, "/") {
			l = append(l, imagetest.File(to+name, string(read(t, path))))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return l
}
