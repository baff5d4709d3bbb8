package misconfig

import (
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

func packageCacheExamples() []example {
	lists := imagetest.File("var/lib/apt/lists/deb.example_dists_bookworm_main_binary-amd64_Packages", strings.Repeat("x", 1<<18))
	return []example{{
		check: "package-cache",
		trigger: images{
			"apt's lists": files(lists), "packages": files(imagetest.File("var/cache/apt/archives/a_1_amd64.deb", "x")), "apk's index": files(imagetest.File("var/cache/apk/APKINDEX.a.tar.gz", "x")),
			"root's pip": files(imagetest.File("root/.cache/pip/http/a", "x")), "a user's npm": files(imagetest.File("home/node/.npm/_cacache/index", "x")),
			"removed": layered(imagetest.Layer{lists}, imagetest.Layer{imagetest.Whiteout("var/lib/apt/lists")}),
		},
		clean: images{
			"emptied":    files(imagetest.Dir("var/lib/apt/lists/partial", 0o700), imagetest.File("var/lib/apt/lists/lock", ""), imagetest.File("var/cache/apt/archives/lock", "")),
			"apk's keys": files(imagetest.File("etc/apk/keys/a.pub", "x")), "another cache": files(imagetest.File("home/a/.cache/fontconfig/x", "x"), imagetest.File("root/.cache/pipes", "x")),
			"removed in the same step": layered(imagetest.Layer{imagetest.Dir("var/lib/apt/lists", 0o755)}),
		},
	}}
}

func TestPackageCacheSize(t *testing.T) {
	big := strings.Repeat("x", 1<<18)
	v := analyze(t, layered(
		imagetest.Layer{imagetest.File("var/lib/apt/lists/a_Packages", big), imagetest.File("var/lib/apt/lists/b_Packages", "x"), imagetest.File("root/.npm/_cacache/a", "x")},
		imagetest.Layer{imagetest.Opaque("var/lib/apt/lists")},
	))
	var found []*seaworthy.Finding
	for _, f := range v.findings {
		if f.ID == "package-cache" {
			found = append(found, f)
		}
	}
	slices.SortFunc(found, seaworthy.CompareFindings)
	if len(found) != 2 || found[0].Severity != seaworthy.Low || found[1].Severity != seaworthy.Negligible {
		t.Fatalf("findings:\n%s", v)
	}
	const want = "/var/lib/apt/lists: 2 files of 262.1 kB in layer 0, removed in layer 1 but still pulled"
	if found[0].Evidence != want {
		t.Errorf("evidence %q, want %q", found[0].Evidence, want)
	}
	if l := found[0].Locations; len(l) != 1 || l[0].Path != "var/lib/apt/lists" || *l[0].Layer != 0 || *l[0].RemovedIn != 1 {
		t.Errorf("locations %+v", l)
	}
}
