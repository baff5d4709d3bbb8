package misconfig

import (
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

func TestCoverage(t *testing.T) {
	unbound := layered(imagetest.Layer{}, imagetest.Layer{})
	unbound.Config.History = []seaworthy.History{{CreatedBy: "COPY a /"}}
	silent := layered(imagetest.Layer{imagetest.Dir("a", 0o755)})
	silent.Config.History = []seaworthy.History{}
	large := strings.Repeat("root:x:0:0::/:/bin/sh\n", maxTextSize/20)
	for name, test := range map[string]struct {
		img  imagetest.Image
		want string
	}{
		"nothing to say":    {configured(seaworthy.ContainerConfig{}), "checked configuration: \n"},
		"history unbound":   {unbound, "partial history: The history has another number"},
		"no history":        {silent, "partial history: The image has no history"},
		"a script":          {history("RUN /bin/sh -c if then ( # buildkit"), "partial history: step 0: The script could not be parsed"},
		"large passwd":      {withFile("etc/passwd", large), "partial accounts: etc/passwd is etc/passwd, a file of"},
		"the same":          {withFile("etc/passwd", large), "not-checked layer 0: etc/passwd: The file has"},
		"passwd to nowhere": {layered(imagetest.Layer{imagetest.Symlink("etc/passwd", "/run/passwd")}), "etc/passwd is a link to nowhere"},
		"passwd elsewhere":  {layered(imagetest.Layer{imagetest.Symlink("etc/passwd", "/srv/p"), imagetest.File("srv/p", "")}), "etc/passwd is srv/p, a file"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := judge(t, test.img).String(); !strings.Contains(got, test.want) {
				t.Errorf("got\n%swant %q", got, test.want)
			}
		})
	}
}

func TestForeign(t *testing.T) {
	for os, want := range map[string]bool{"": false, "linux": false, "windows": true} {
		if got := foreign(&seaworthy.Image{Config: seaworthy.ImageConfig{OS: os}}); (got != nil) != want {
			t.Errorf("%q: %v", os, got)
		}
	}
}

// TestBounds gives more of everything than is remembered or reported.
func TestBounds(t *testing.T) {
	var passwd strings.Builder
	for range maxFindings + 10 {
		passwd.WriteString("toor:x:0:0::/:/bin/sh\nbroken\n")
	}
	got := judge(t, withFile("etc/passwd", passwd.String()))
	if n := len(findingsOf(got, "account-root-alias")); n != maxFindings {
		t.Errorf("%d findings of one check, want %d", n, maxFindings)
	}
	if !strings.Contains(got.String(), "partial check account-root-alias: 510 violations; the first 500 are reported.") {
		t.Error("nothing says that findings are missing")
	}
	malformed := findingsOf(got, "account-line-malformed")
	if len(malformed) != 1 || len(malformed[0].Locations) != maxLocations || !strings.Contains(malformed[0].Detail, "Of 510 places the first 100 are listed.") {
		t.Errorf("places of one finding: %v", malformed)
	}
}
