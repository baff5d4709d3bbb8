package misconfig

import (
	"slices"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// repository is what makes a directory a repository of git.
func repository(dir string) []imagetest.Entry {
	return []imagetest.Entry{
		imagetest.Dir(dir+"/.git", 0o755), imagetest.File(dir+"/.git/HEAD", "ref: refs/heads/main\n"), imagetest.Dir(dir+"/.git/objects", 0o755),
		imagetest.File(dir+"/.git/objects/aa", "x"), imagetest.File(dir+"/.git/config", "x"),
	}
}

func leftoverExamples() []example {
	return []example{
		{
			check: "repository-left",
			trigger: images{
				"git": files(repository("app")...), "removed": layered(repository("app"), imagetest.Layer{imagetest.Whiteout("app/.git")}),
				"subversion": files(imagetest.File("app/.svn/wc.db", "x")), "mercurial": files(imagetest.File("app/.hg/requires", "x")),
			},
			clean: images{
				"no history": files(imagetest.File("app/.git/HEAD", "x")), "a submodule's file": files(imagetest.File("app/.git", "gitdir: x")),
				"another HEAD": files(imagetest.File("app/HEAD", "x"), imagetest.Dir("app/objects", 0o755)), "only ignored names": files(imagetest.File("app/.gitignore", "x")),
			},
		},
		{
			check: "development-file-left",
			trigger: images{
				"Dockerfile": files(imagetest.File("app/Dockerfile", "x")), "compose": files(imagetest.File("app/docker-compose.yml", "x")), "swap": files(imagetest.File("app/.a.swp", "x")),
			},
			clean: images{
				"of a dependency": files(imagetest.File("app/node_modules/x/Dockerfile", "x")), "of a package": files(imagetest.File("usr/share/vim/vim90/syntax/Dockerfile", "x")),
				"a directory": files(imagetest.Dir("app/Dockerfile", 0o755)), "another swp": files(imagetest.File("app/data.swp", "x")),
			},
		},
	}
}

func TestRepositorySeverity(t *testing.T) {
	severities{
		"the application's": {files(repository("app")...), seaworthy.Medium},
		"a dependency's":    {files(repository("app/node_modules/x")...), seaworthy.Low},
		"a tool's":          {files(repository("root/.oh-my-zsh")...), seaworthy.Low},
	}.hold(t, "repository-left")
}

func TestOneFindingForARepository(t *testing.T) {
	v := analyze(t, layered(repository("app"), repository("app"), repository("lib")))
	n := 0
	for _, f := range v.findings {
		if f.ID == "repository-left" {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d findings of two repositories:\n%s", n, v)
	}
	if i := slices.IndexFunc(v.findings, func(f *seaworthy.Finding) bool { return f.ID == "repository-left" }); len(v.findings[i].Locations) != 2 {
		t.Errorf("locations %v", v.findings[i].Locations)
	}
}
