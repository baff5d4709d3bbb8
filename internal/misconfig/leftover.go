package misconfig

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

func leftoverInterests() []interest {
	return []interest{
		{name: "repository", bases: []string{"HEAD", "wc.db", "requires", "branch-format"}, only: func(h *seaworthy.Header) bool {
			return h.Type == seaworthy.Regular && repositoryOf(h.Path) != ""
		}},
		{name: "development-file", bases: []string{
			"Dockerfile", "dockerfile", "Containerfile", "Dockerfile.dev", "Dockerfile.prod", "Dockerfile.test", "Dockerfile.build",
			".dockerignore", ".containerignore", ".gitlab-ci.yml", "Jenkinsfile", ".vimrc", ".DS_Store", "Thumbs.db",
			"docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml", "docker-compose.override.yml",
			"docker-compose.dev.yml", "docker-compose.prod.yml", "docker-compose.test.yml", "docker-stack.yml",
		}, suffixes: []string{".swp", ".swo", ".Dockerfile", ".dockerfile"}, only: func(h *seaworthy.Header) bool {
			return h.Type == seaworthy.Regular && h.Size > 0
		}},
	}
}

// leftoverChecks judge what was left over from development.
func leftoverChecks() []check {
	return []check{
		{
			id: "repository-left", title: "The image holds a repository of version control",
			severity: seaworthy.Medium,
			cis:      []string{"4.10"},
			dockle:   []string{"DKL-LI-0003"},
			detail:   "Its history has all that was ever committed, removed secrets among it, and its configuration may hold the credentials that it was cloned with.",
			remedy:   remedy("List .git in .dockerignore, or copy only what the program needs. Remove a clone in the instruction that makes it."),
			judge:    judgeRepositories,
		},
		{
			id: "development-file-left", title: "The image holds files that serve development only",
			severity: seaworthy.Negligible,
			cis:      []string{"4.3"},
			dockle:   []string{"DKL-LI-0003"},
			detail:   "They tell how the image and what is around it are built, and compose files often hold passwords.",
			remedy:   remedy("List the files in .dockerignore, or copy only what the program needs."),
			together: true,
			judge:    judgeDevelopmentFiles,
		},
	}
}

// repositoryOf gives the directory that holds a repository's history, if the
// path is the file by which it is known.
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

func judgeRepositories(s *subject) []violation {
	var list []violation
	at := map[string]int{}
	for _, e := range s.noted("repository") {
		dir := repositoryOf(e.Path)
		if strings.HasSuffix(dir, ".git") && len(s.Versions(dir+"/objects")) == 0 {
			continue // the part of a checkout that has no history
		}
		if i, ok := at[dir]; ok {
			list[i].locations = append(list[i].locations, s.at(e, 0))
			continue
		}
		v := violation{evidence: "/" + shown(dir), locations: []seaworthy.Location{s.at(e, 0)}}
		if thirdParty(dir) {
			v.severity, v.title = seaworthy.Low, "The image holds a clone of other people's software with its history"
		}
		at[dir] = len(list)
		list = append(list, v)
	}
	return list
}

// thirdParty is true for directories into which tools clone public software.
func thirdParty(dir string) bool {
	return testData(dir) || slices.ContainsFunc([]string{
		".oh-my-zsh/", ".nvm/", ".rbenv/", ".pyenv/", ".asdf/", ".tfenv/", ".vim/", "linuxbrew/", "Homebrew/", ".sdkman/", "site-packages/",
		"dist-packages/", "/src/github.com/", "go/pkg/", ".cargo/",
	}, func(part string) bool { return strings.Contains(dir, part) })
}

// testData is true for what packages bring along as tests, examples and
// documentation.
func testData(p string) bool {
	return slices.ContainsFunc([]string{
		"node_modules/", "site-packages/", "dist-packages/", "usr/share/", "usr/lib/python", "usr/local/lib/python", "vendor/", "go/pkg/mod/", "/gems/",
		"/test/", "/tests/", "/testdata/", "/test-data/", "/fixtures/", "/examples/", "/example/", "/testing/",
	}, func(part string) bool {
		i := strings.Index(p, part)
		return i == 0 || i > 0 && (part[0] == '/' || p[i-1] == '/')
	})
}

func judgeDevelopmentFiles(s *subject) []violation {
	var list []violation
	for _, e := range s.noted("development-file") {
		base := path.Base(e.Path)
		if testData(e.Path) || strings.HasPrefix(e.Path, "usr/") && !strings.HasPrefix(e.Path, "usr/src/") && !strings.HasPrefix(e.Path, "usr/local/") {
			continue
		}
		if ext := path.Ext(base); (ext == ".swp" || ext == ".swo") && base[0] != '.' {
			continue // not an editor's
		}
		v := violation{evidence: fmt.Sprintf("/%s (%d bytes)", shown(e.Path), e.Size), locations: []seaworthy.Location{s.at(e, 0)}}
		if strings.Contains(base, "compose") || strings.Contains(base, "-stack.") {
			v.severity, v.title = seaworthy.Low, "The image holds compose files"
		}
		list = append(list, v)
	}
	return list
}
