package misconfig

import (
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

func TestCoverage(t *testing.T) {
	unbound := layered(imagetest.Layer{}, imagetest.Layer{})
	unbound.Config.History = []seaworthy.History{{CreatedBy: "COPY a /"}}
	silent := layered(imagetest.Layer{imagetest.Dir("a", 0o755)})
	silent.Config.History = []seaworthy.History{}
	large := strings.Repeat("root:x:0:0::/:/bin/sh\n", check.MaxTextSize/20)
	for name, test := range map[string]struct {
		img  imagetest.Image
		want string
	}{
		"nothing to say":    {configured(seaworthy.ContainerConfig{}), "checked configuration: \n"},
		"history unbound":   {unbound, "partial history: The history has a different number"},
		"no history":        {silent, "partial history: The image has no history"},
		"a script":          {history("RUN /bin/sh -c if then ( # buildkit"), "partial history: step 0: The script could only be parsed"},
		"large passwd":      {withFile("etc/passwd", large), "partial accounts: etc/passwd is etc/passwd, a file of"},
		"the same":          {withFile("etc/passwd", large), "not-checked layer 0: etc/passwd: The file has"},
		"passwd to nowhere": {layered(imagetest.Layer{imagetest.Symlink("etc/passwd", "/run/passwd")}), "etc/passwd is a link to nowhere"},
		"passwd elsewhere":  {layered(imagetest.Layer{imagetest.Symlink("etc/passwd", "/srv/p"), imagetest.File("srv/p", "")}), "etc/passwd is srv/p, a file"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := analyze(t, test.img).String(); !strings.Contains(got, test.want) {
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
	for range check.MaxFindings + 10 {
		passwd.WriteString("toor:x:0:0::/:/bin/sh\nbroken\n")
	}
	got := analyze(t, withFile("etc/passwd", passwd.String()))
	if n := len(findingsOf(got, "account-root-alias")); n != check.MaxFindings {
		t.Errorf("%d findings of one check, want %d", n, check.MaxFindings)
	}
	if !strings.Contains(got.String(), "partial check account-root-alias: 510 violations; the first 500 are reported.") {
		t.Error("nothing says that findings are missing")
	}
	malformed := findingsOf(got, "account-line-malformed")
	if len(malformed) != 1 || len(malformed[0].Locations) != check.MaxLocations || !strings.Contains(malformed[0].Detail, "Of 510 places the first 100 are listed.") {
		t.Errorf("places of one finding: %v", malformed)
	}
}

// TestRootFileSystem checks files alone, for which there is no configuration.
func TestRootFileSystem(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "etc"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "etc", "passwd"), []byte("root::0:0::/root:/bin/sh\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	a, v := New(nil), &verdicts{}
	if err := a.Image(t.Context(), open(t, a, "dir:"+dir), v); err != nil {
		t.Fatal(err)
	}
	want := "high account-password-empty: root: the password field in etc/passwd is empty etc/passwd\n" +
		"partial configuration: A root file system has no configuration; only its files were checked.\n"
	if got := v.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestLinkedConfiguration: what stands elsewhere under another name was not read,
// and that is said.
func TestLinkedConfiguration(t *testing.T) {
	v := analyze(t, layered(imagetest.Layer{
		imagetest.File("opt/rules", "app ALL=(ALL) NOPASSWD: ALL\n"),
		imagetest.File("etc/sudoers", "@includedir /etc/sudoers.d\n"),
		imagetest.File("etc/sudoers.d/read", "Defaults env_reset\n"),
		imagetest.Link("etc/sudoers.d/hard", "opt/rules"),
		imagetest.Symlink("etc/sudoers.d/symbolic", "/opt/rules"),
		imagetest.Link("etc/sudoers.d/same", "etc/sudoers.d/read"),
		imagetest.Symlink("etc/sudoers.d/nowhere", "/opt/none"),
	}))
	want := "partial layer 0: etc/sudoers.d/hard: It is a link to opt/rules, which was not read.\n" +
		"partial layer 0: etc/sudoers.d/symbolic: It is a link to opt/rules, which was not read.\n"
	if got := v.String(); !strings.Contains(got, want) || strings.Contains(got, "sudoers.d/same") || strings.Contains(got, "sudoers.d/nowhere") {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestLongConfiguration gives more of everything than anybody writes: the work
// stays bounded, and the report says what was cut.
func TestLongConfiguration(t *testing.T) {
	c := seaworthy.ImageConfig{Config: seaworthy.ContainerConfig{Volumes: map[string]struct{}{}, Labels: map[string]string{}}}
	for i := range 40_000 {
		c.Config.Env = append(c.Config.Env, fmt.Sprintf("TOKEN%d=abcdefgh", i))
		c.Config.Volumes[fmt.Sprintf("/proc/%d", i)] = struct{}{}
		c.Config.Labels[fmt.Sprintf("token%d", i)] = "abcdefgh"
		c.History = append(c.History, seaworthy.History{CreatedBy: "VOLUME /data # buildkit", EmptyLayer: true},
			seaworthy.History{CreatedBy: fmt.Sprintf("ENV TOKEN%d=abcdefgh", i), EmptyLayer: true})
	}
	c.History[0].CreatedBy = "RUN /bin/sh -c " + strings.Repeat("curl -k http://example.org/f | sh; echo a:b | chpasswd; ", 5000)
	start := time.Now()
	v := &verdicts{}
	if err := New(nil).Image(t.Context(), noFiles{&seaworthy.Image{ImageID: "sha256:00", Config: c}}, v); err != nil {
		t.Fatal(err)
	}
	if d := time.Since(start); d > 30*time.Second {
		t.Errorf("%s for one configuration", d)
	}
	for _, name := range []string{"Env", "Volumes", "Labels", "history"} {
		if !strings.Contains(v.String(), "partial configuration: "+name) {
			t.Errorf("nothing says that %s was cut", name)
		}
	}
}

// noFiles is an image without layers.
type noFiles struct{ image *seaworthy.Image }

func (m noFiles) Image() *seaworthy.Image                   { return m.image }
func (noFiles) Result(seaworthy.Analyzer, int) []byte       { return nil }
func (noFiles) At(int, int) (e seaworthy.Entry, ok bool)    { return e, false }
func (noFiles) Lookup(string) (e seaworthy.Entry, ok bool)  { return e, false }
func (noFiles) Resolve(string) (e seaworthy.Entry, ok bool) { return e, false }
func (noFiles) List(string) []seaworthy.Entry               { return nil }
func (noFiles) Live() iter.Seq[seaworthy.Entry]             { return func(func(seaworthy.Entry) bool) {} }
func (noFiles) Versions(string) []seaworthy.Entry           { return nil }
func (noFiles) Packages() []*seaworthy.Package              { return nil }
func (noFiles) Owner(string) (*seaworthy.Package, bool)     { return nil, false }
func (noFiles) Installed(string, [][]byte) (*seaworthy.Package, bool) {
	return nil, false
}
func (noFiles) GoFunction(_, _, _ string) (present, known bool) { return false, false }
func (noFiles) InventoryGaps() []*seaworthy.Coverage            { return nil }

// FuzzConfiguration checks configurations and histories of any content. What is
// found must be valid for a report and the same the second time.
func FuzzConfiguration(f *testing.F) {
	f.Add([]byte(`{"config":{"User":"a:b","Env":["LD_LIBRARY_PATH=:","TOKEN=abcdef","DOCKER_HOST=tcp://x"],"Volumes":{"/proc":{}},
		"ExposedPorts":{"20-25/tcp":{}},"StopSignal":"SIGRTMIN+","OnBuild":["ENV TOKEN=abcdef","ADD http://x /"],"Cmd":["sh","-c","x y"]}}`))
	f.Add([]byte(`{"history":[{"created_by":"RUN |1 TOKEN=abcdef /bin/sh -c curl -k http://a:b@h/ | sh # buildkit"},
		{"created_by":"/bin/sh -c #(nop) ADD file:00 in / "},{"created_by":"ADD u /d"},{"created_by":"RUN echo a:b | chpasswd","empty_layer":true}]}`))
	a := New(nil)
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := seaworthy.ParseImageConfig(data)
		if err != nil {
			return
		}
		var texts []string
		for range 2 {
			v := &verdicts{}
			if err := a.Image(t.Context(), noFiles{&seaworthy.Image{ImageID: "sha256:00", Config: c}}, v); err != nil {
				t.Fatal(err)
			}
			for _, f := range v.findings {
				if f.Title == "" || f.Severity == seaworthy.Unknown || len(f.Evidence) > check.MaxLocations*2*check.MaxShown {
					t.Errorf("finding %+v", f)
				}
			}
			texts = append(texts, v.String())
		}
		if texts[0] != texts[1] {
			t.Errorf("first\n%s\nthen\n%s", texts[0], texts[1])
		}
	})
}
