package crosscheck_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// TestLaterLayers scans an image in which later layers upgrade, delete, hide and restore
// packages of the first layer. The report has the remaining packages, with the layer since
// which they are unchanged.
func TestLaterLayers(t *testing.T) {
	advisories := shared(t)
	alpine, gems, python, npm := records(t, "Alpine"), records(t, "RubyGems"), records(t, "PyPI"), records(t, "npm")
	since := make(map[string]int) // "package version" to a layer
	apk := func(version string, n int) []installed {
		var all []installed
		for i, name := range []string{"curl", "openssl", "busybox", "git", "python3", "sqlite"} {
			p := installed{name: name, version: "1.0.0-r0"}
			if i < n {
				p.version = version
			}
			all = append(all, p)
		}
		return all
	}
	database := func(all []installed) imagetest.Entry {
		var b strings.Builder
		for _, p := range all {
			fmt.Fprintf(&b, "P:%s\nV:%s\nA:x86_64\no:%[1]s\n\n", p.name, p.version)
		}
		return imagetest.File("lib/apk/db/installed", b.String())
	}
	one := func(l imagetest.Layer) imagetest.Entry { return l[0] }
	gem := func(p installed) imagetest.Entry { return one(gemspecs(t, []installed{p})) }
	wheel := func(version string) imagetest.Entry {
		return imagetest.File("usr/lib/python3/site-packages/django.dist-info/METADATA", "Metadata-Version: 2.1\nName: Django\nVersion: "+version+"\n\n")
	}
	module := func(p installed) imagetest.Entry { return one(nodeModules(t, []installed{p})) }
	rack, rails := installed{name: "rack", version: "1.0.0"}, installed{name: "rails", version: "3.0.0"}
	marked, handlebars := installed{name: "marked", version: "0.3.0"}, installed{name: "handlebars", version: "3.0.0"}
	live := apk("1.0.1-r0", 2)
	img := imagetest.Image{Layers: []imagetest.Layer{
		{imagetest.File("etc/os-release", "ID=alpine\nVERSION_ID=3.11.6\nPRETTY_NAME=\"Alpine Linux v3.11\"\n"), database(apk("", 0)), gem(rack), wheel("1.8"), module(marked)},
		// Everything of Ruby is hidden, and marked deleted.
		{database(apk("1.0.1-r0", 3)), imagetest.Dir("usr/lib/ruby", 0o755), imagetest.Opaque("usr/lib/ruby"), imagetest.Whiteout("app/0"), wheel("2.2")},
		// busybox is as it was at first, and marked is back next to another.
		{database(live), gem(rails), imagetest.File("app/1/node_modules/handlebars/package.json", `{"name": "handlebars", "version": "3.0.0"}`), module(marked)},
	}}
	for _, p := range live {
		since[p.name+" "+p.version] = map[string]int{"curl": 1, "openssl": 1, "busybox": 2}[p.name]
	}
	since["rails 3.0.0"], since["django 2.2"], since["marked 0.3.0"], since["handlebars 3.0.0"] = 2, 1, 2, 2
	want := slices.Concat(
		rules{ecosystem: "Alpine:v3.11", compare: apkOrder}.expected(alpine, live),
		rules{ecosystem: "RubyGems", compare: gemOrder}.expected(gems, []installed{rails}),
		rules{"PyPI", pep440OrNone, pythonName}.expected(python, []installed{{name: "django", version: "2.2"}}),
		rules{ecosystem: "npm", compare: semver}.expected(npm, []installed{marked, handlebars}),
	)
	slices.Sort(want)
	for _, reference := range []string{"oci:" + img.OCILayout(t), "docker-archive:" + img.DockerArchive(t, "a:1")} {
		got := scan(t, advisories, reference)
		compare(t, want, got)
		for _, f := range got.Findings {
			if f.Package == nil || f.ID == "distribution-end-of-life" {
				continue
			}
			at := slices.IndexFunc(f.Locations, func(l seaworthy.Location) bool { return l.Layer != nil })
			if layer, ok := since[f.Package.Name+" "+f.Package.Version]; !ok || at < 0 || *f.Locations[at].Layer != layer {
				t.Errorf("%s of %s %s: %+v, want layer %d", f.ID, f.Package.Name, f.Package.Version, f.Locations, layer)
			}
		}
	}
}

// pep440OrNone is pep440, in which an invalid version is before all others.
func pep440OrNone(a, b string) int {
	x, y := pep440Form.MatchString(strings.ToLower(a)), pep440Form.MatchString(strings.ToLower(b))
	switch {
	case x && y:
		return pep440(a, b)
	case x:
		return 1
	case y:
		return -1
	default:
		return strings.Compare(a, b)
	}
}
