package filecheck

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// leftoverInterests returns the files that leftoverChecks are about.
func leftoverInterests() []check.Interest {
	return []check.Interest{
		{Name: "repository", Bases: []string{"HEAD", "wc.db", "requires", "branch-format"}, Only: func(h *seaworthy.Header) bool {
			return h.Type == seaworthy.Regular && repositoryOf(h.Path) != ""
		}},
		{Name: "development-file", Bases: []string{
			"Dockerfile", "dockerfile", "Containerfile", "Dockerfile.dev", "Dockerfile.prod", "Dockerfile.test", "Dockerfile.build",
			".dockerignore", ".containerignore", ".gitlab-ci.yml", "Jenkinsfile", ".vimrc", ".DS_Store", "Thumbs.db",
			"docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml", "docker-compose.override.yml",
			"docker-compose.dev.yml", "docker-compose.prod.yml", "docker-compose.test.yml", "docker-stack.yml",
		}, Suffixes: []string{".swp", ".swo", ".Dockerfile", ".dockerfile"}, Only: func(h *seaworthy.Header) bool {
			return h.Type == seaworthy.Regular && h.Size > 0
		}},
	}
}

// leftoverChecks returns the checks of files that were left over from development.
func leftoverChecks() []check.Check {
	return []check.Check{
		{
			ID: "repository-left", Title: "Version control repository in the image",
			Severity: seaworthy.Medium,
			CIS:      []string{"4.10"},
			Dockle:   []string{"DKL-LI-0003"},
			Detail:   "Its history has everything that was ever committed, including removed secrets, and its configuration may hold the credentials that it was cloned with.",
			Remedy:   check.Remedy("List .git in .dockerignore, or copy only what the program needs. Remove a clone in the instruction that makes it."),
			Find:     findRepositories,
		},
		{
			ID: "development-file-left", Title: "Development files in the image",
			Severity: seaworthy.Negligible,
			CIS:      []string{"4.3"},
			Dockle:   []string{"DKL-LI-0003"},
			Detail:   "They show how the image and its environment are built, and compose files often hold passwords.",
			Remedy:   check.Remedy("List the files in .dockerignore, or copy only what the program needs."),
			Grouped:  true,
			Find:     findDevelopmentFiles,
		},
	}
}

// repositoryOf returns the directory with the history of a repository (.git, .svn, ...)
// if the path is the file that identifies such a directory, else "".
func repositoryOf(p string) string {
	dir, base := path.Split(p)
	dir = strings.TrimSuffix(dir, "/")
	kind := dir[strings.LastIndexByte(dir, '/')+1:]
	switch {
	case base == "HEAD" && kind == ".git", base == "wc.db" && kind == ".svn", base == "requires" && kind == ".hg", base == "branch-format" && kind == ".bzr":
		return dir
	}
	return ""
}

func findRepositories(s *check.Image) []check.Violation {
	var list []check.Violation
	at := map[string]int{}
	for _, e := range s.Entries("repository") {
		dir := repositoryOf(e.Path)
		if strings.HasSuffix(dir, ".git") && len(s.Versions(dir+"/objects")) == 0 {
			continue // the part of a checkout that has no history
		}
		if i, ok := at[dir]; ok {
			list[i].Locations = append(list[i].Locations, s.Location(e, 0))
			continue
		}
		v := check.Violation{Evidence: "/" + check.Shown(dir), Locations: []seaworthy.Location{s.Location(e, 0)}}
		if thirdParty(dir) {
			v.Severity, v.Title = seaworthy.Low, "Clone of third-party software with its history in the image"
		}
		at[dir] = len(list)
		list = append(list, v)
	}
	return list
}

// thirdParty reports whether a directory is one into which tools clone public software.
func thirdParty(dir string) bool {
	return testData(dir) || slices.ContainsFunc([]string{
		".oh-my-zsh/", ".nvm/", ".rbenv/", ".pyenv/", ".asdf/", ".tfenv/", ".vim/", "linuxbrew/", "Homebrew/", ".sdkman/", "site-packages/",
		"dist-packages/", "/src/github.com/", "go/pkg/", ".cargo/",
	}, func(part string) bool { return strings.Contains(dir, part) })
}

// testData reports whether a path is in the tests, examples or documentation of a
// package.
func testData(p string) bool {
	return slices.ContainsFunc([]string{
		"node_modules/", "site-packages/", "dist-packages/", "usr/share/", "usr/lib/python", "usr/local/lib/python", "vendor/", "go/pkg/mod/", "/gems/",
		"/test/", "/tests/", "/testdata/", "/test-data/", "/fixtures/", "/examples/", "/example/", "/testing/",
	}, func(part string) bool {
		i := strings.Index(p, part)
		return i == 0 || i > 0 && (part[0] == '/' || p[i-1] == '/')
	})
}

func findDevelopmentFiles(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, e := range s.Entries("development-file") {
		base := path.Base(e.Path)
		if testData(e.Path) || strings.HasPrefix(e.Path, "usr/") && !strings.HasPrefix(e.Path, "usr/src/") && !strings.HasPrefix(e.Path, "usr/local/") {
			continue
		}
		if ext := path.Ext(base); (ext == ".swp" || ext == ".swo") && base[0] != '.' {
			continue // not an editor's
		}
		v := check.Violation{Evidence: fmt.Sprintf("/%s (%d bytes)", check.Shown(e.Path), e.Size), Locations: []seaworthy.Location{s.Location(e, 0)}}
		if strings.Contains(base, "compose") || strings.Contains(base, "-stack.") {
			v.Severity, v.Title = seaworthy.Low, "Compose files in the image"
		}
		list = append(list, v)
	}
	return list
}
