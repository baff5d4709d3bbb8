package misconfig

import (
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// built is an image whose one layer was made by a step.
func built(createdBy string, layer ...imagetest.Entry) imagetest.Image {
	img := layered(imagetest.Layer{imagetest.Dir("bin", 0o755)}, layer)
	img.Config.History = []seaworthy.History{{CreatedBy: "/bin/sh -c #(nop) ADD file:0000000000000000000000000000000000000000000000000000000000000000 in / "}, {CreatedBy: createdBy}}
	return img
}

func buildExamples() []example {
	type images = map[string]imagetest.Image
	const hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	nop := func(text string, layer ...imagetest.Entry) imagetest.Image {
		return built("/bin/sh -c #(nop) "+text, layer...)
	}
	lists := imagetest.File("var/lib/apt/lists/example.org_dists_stable_InRelease", "lists")
	return []example{
		{
			check: "add-instead-of-copy",
			trigger: images{
				"a file":                  nop("ADD file:"+hash+" in /app/", imagetest.Dir("app", 0o755), imagetest.File("app/main", "x")),
				"a directory":             nop("ADD dir:"+hash+" in /app", imagetest.File("app/a", "x"), imagetest.File("app/b", "x")),
				"BuildKit":                built("ADD app /app # buildkit", imagetest.File("app", "x")),
				"first step with no base": history("ADD app /app # buildkit"),
			},
			clean: images{
				"the base":             nop("CMD [\"sh\"]"),
				"an archive, unpacked": nop("ADD file:"+hash+" in /app", imagetest.File("app/a", "x"), imagetest.File("app/b", "x")),
				"an archive by name":   built("ADD app.tar.gz /app # buildkit"),
				"a URL":                built("ADD https://example.org/f /f # buildkit"),
				"COPY":                 built("COPY app /app # buildkit"),
			},
		},
		{
			check: "add-remote-unverified",
			trigger: images{
				"a URL":            built("ADD https://example.org/f /f # buildkit"),
				"the old builder":  nop("ADD " + hash + " in /f"),
				"a branch":         built("ADD https://example.org/r.git#main /src # buildkit"),
				"in a later build": history("ONBUILD ADD http://example.org/f /f"),
			},
			clean: images{
				"with a checksum": history("ONBUILD ADD --checksum=sha256:" + hash + " https://example.org/f /f"),
				"a commit":        built("ADD https://example.org/r.git#0123456789abcdef0123456789abcdef01234567 /src # buildkit"),
				"a file":          built("ADD f /f # buildkit"),
			},
		},
		{
			check: "update-alone",
			trigger: images{
				"apt-get":       built("RUN /bin/sh -c apt-get update # buildkit", lists),
				"with options":  built("RUN /bin/sh -c apt-get -y -qq update && echo done # buildkit", lists),
				"apk":           built("/bin/sh -c apk update", imagetest.File("var/cache/apk/APKINDEX.0.tar.gz", "x")),
				"layer unknown": history("RUN /bin/sh -c apt-get update # buildkit"),
				"dnf":           built("RUN /bin/sh -c dnf makecache # buildkit", imagetest.File("var/cache/dnf/x.solv", "x")),
			},
			clean: images{
				"with install":        built("RUN /bin/sh -c apt-get update && apt-get install -y curl # buildkit", lists),
				"through a condition": built("RUN /bin/sh -c set -ex; apt-get update; if true; then apt-get -y install curl; fi # buildkit", lists),
				"nothing left":        built("RUN /bin/sh -c apt-get update && rm -rf /var/lib/apt/lists/* # buildkit"),
				"an upgrade":          built("RUN /bin/sh -c dnf update -y # buildkit", imagetest.File("var/cache/dnf/x.solv", "x")),
				"another update":      built("RUN /bin/sh -c update-ca-certificates && git submodule update # buildkit", lists),
			},
		},
		{
			check:   "build-sudo",
			trigger: images{"sudo": built("RUN /bin/sh -c sudo apt-get install -y curl # buildkit"), "after another": built("/bin/sh -c cd /x && sudo -E make install")},
			clean:   images{"the package": built("RUN /bin/sh -c apt-get install -y sudo # buildkit"), "a name": built("RUN /bin/sh -c adduser app sudo # buildkit")},
		},
		{
			check: "build-password",
			trigger: images{
				"chpasswd": built("RUN /bin/sh -c echo 'root:hunter2' | chpasswd # buildkit"),
				"stdin":    built("RUN /bin/sh -c echo hunter2 | passwd --stdin root # buildkit"),
				"useradd":  built("RUN /bin/sh -c useradd -m -p hunter2hunter app # buildkit"),
			},
			clean: images{
				"from a variable": built("RUN /bin/sh -c echo \"$PASSWORD\" | chpasswd # buildkit"),
				"locked":          built("RUN /bin/sh -c useradd -p '!' app && passwd -l root # buildkit"),
				"another pipe":    built("RUN /bin/sh -c echo a:b | tee /etc/x # buildkit"),
			},
		},
	}
}

func TestUpdateAloneSeesEachTool(t *testing.T) {
	img := history("RUN /bin/sh -c apk add curl; apt-get update # buildkit")
	if got := analyze(t, img); len(findingsOf(got, "update-alone")) != 1 {
		t.Errorf("an install by another tool counts for apt-get:\n%s", got)
	}
}

func findingsOf(v *verdicts, id string) []*seaworthy.Finding {
	var list []*seaworthy.Finding
	for _, f := range v.findings {
		if f.ID == id {
			list = append(list, f)
		}
	}
	return list
}
