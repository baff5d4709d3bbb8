package misconfig

import (
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

func withPath(path string, entries ...imagetest.Entry) imagetest.Image {
	img := files(entries...)
	img.Config.Config.Env = []string{"PATH=" + path}
	return img
}

func searchPathExamples() []example {
	return []example{
		{
			check: "path-writable",
			trigger: images{
				"by all":               withPath("/opt/bin:/bin", imagetest.Dir("opt", 0o755), imagetest.Dir("opt/bin", 0o777)),
				"through a link":       withPath("/bin", imagetest.Dir("usr", 0o755), imagetest.Dir("usr/bin", 0o777), imagetest.Symlink("bin", "usr/bin")),
				"a directory above":    withPath("/opt/bin", imagetest.Dir("opt", 0o777), imagetest.Dir("opt/bin", 0o755)),
				"sticky":               withPath("/tmp", imagetest.Dir("tmp", 0o1777)),
				"missing, can be made": withPath("/tmp/bin", imagetest.Dir("tmp", 0o1777)),
				"by the image's user":  withPath("/app/bin", imagetest.Dir("app", 0o755), imagetest.Dir("app/bin", 0o755).Owned(1000, 1000)),
				"the default PATH":     files(imagetest.Dir("usr", 0o755), imagetest.Dir("usr/local", 0o755), imagetest.Dir("usr/local/bin", 0o777)),
			},
			clean: images{
				"root's":         withPath("/usr/bin:/bin", imagetest.Dir("usr", 0o755), imagetest.Dir("usr/bin", 0o755), imagetest.Symlink("bin", "usr/bin")),
				"another user's": withPath("/app/bin", imagetest.Dir("app", 0o755), imagetest.Dir("app/bin", 0o755).Owned(2000, 2000)),
				"root's group":   withPath("/usr/bin", imagetest.Dir("usr", 0o755), imagetest.Dir("usr/bin", 0o775)),
				"missing":        withPath("/opt/bin", imagetest.Dir("opt", 0o755)),
				"no files":       withPath("/usr/bin"),
			},
		},
		{
			check: "path-relative",
			trigger: images{
				"dot": withPath(".:/bin"), "empty first": withPath(":/bin"), "empty last": withPath("/bin:"), "empty between": withPath("/a::/b"),
				"relative": withPath("node_modules/.bin:/bin"),
			},
			clean: images{"absolute": withPath("/usr/bin:/bin"), "none": files()},
		},
	}
}

func TestPathSeverity(t *testing.T) {
	severities{
		"by all":                    {withPath("/opt/bin", imagetest.Dir("opt", 0o755), imagetest.Dir("opt/bin", 0o777)), seaworthy.High},
		"sticky":                    {withPath("/tmp", imagetest.Dir("tmp", 0o1777)), seaworthy.Medium},
		"the user's own":            {withPath("/app/bin", imagetest.Dir("app", 0o755), imagetest.Dir("app/bin", 0o755).Owned(1000, 1000)), seaworthy.Low},
		"the user's, of the system": {withPath("/usr/local/bin", imagetest.Dir("usr", 0o755), imagetest.Dir("usr/local", 0o755), imagetest.Dir("usr/local/bin", 0o755).Owned(1000, 1000)), seaworthy.Medium},
	}.hold(t, "path-writable")
}

func TestWhatIsCutIsCoverage(t *testing.T) {
	many := strings.Repeat("/a:", 257)
	img := withPath(many+"/a", imagetest.File("etc/ld.so.preload", many), imagetest.File("etc/ld.so.conf", many))
	var got []string
	for _, c := range analyze(t, img).coverage {
		if c.State == seaworthy.Partial && strings.Contains(c.Reason, "the rest was not checked") {
			got = append(got, c.Subject)
		}
	}
	slices.Sort(got)
	if want := []string{"PATH", "etc/ld.so.conf", "etc/ld.so.preload"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
