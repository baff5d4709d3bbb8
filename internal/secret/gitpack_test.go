package secret

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/gitpack"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// gitRepository is a repository that Git itself keeps.
type gitRepository struct {
	t   testing.TB
	dir string
}

func newGitRepository(t testing.TB, args ...string) *gitRepository {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	r := &gitRepository{t, t.TempDir()}
	r.git(append([]string{"init", "-q"}, args...)...)
	return r
}

func (r *gitRepository) git(args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b")
	cmd.Stderr = new(bytes.Buffer)
	out, err := cmd.Output()
	if err != nil {
		r.t.Fatalf("git %v: %v: %s", args, err, cmd.Stderr)
	}
	return string(out)
}

// commit commits the repository with these files in it and no others.
func (r *gitRepository) commit(message string, files map[string]string) {
	r.t.Helper()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Join(r.dir, filepath.Dir(name)), 0o755); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o644); err != nil {
			r.t.Fatal(err)
		}
	}
	for name := range strings.SplitSeq(r.git("ls-files"), "\n") {
		if _, ok := files[name]; !ok && name != "" {
			os.Remove(filepath.Join(r.dir, name))
		}
	}
	r.git("add", "-A")
	r.git("commit", "-q", "--allow-empty", "-m", message)
}

// pack gives the one pack of the repository, packed again.
func (r *gitRepository) pack(args ...string) string {
	r.t.Helper()
	r.git(append(args, "repack", "-adfq", "--depth=50", "--window=50")...)
	r.git("prune-packed")
	packs, err := filepath.Glob(filepath.Join(r.dir, ".git/objects/pack/*.pack"))
	if err != nil || len(packs) != 1 {
		r.t.Fatalf("packs: %v, %v", packs, err)
	}
	data, err := os.ReadFile(packs[0])
	if err != nil {
		r.t.Fatal(err)
	}
	return string(data)
}

// values gives what an analyzer finds in each object by itself, as "rule value".
func (r *gitRepository) values(a *Analyzer) map[string]bool {
	r.t.Helper()
	names := make(map[string]string)
	for line := range strings.Lines(r.git("rev-list", "--objects", "--all")) {
		id, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		names[id] = name
	}
	values := make(map[string]bool)
	for rest := r.git("cat-file", "--batch-all-objects", "--batch"); rest != ""; {
		var id, kind string
		var length int
		head, body, _ := strings.Cut(rest, "\n")
		if _, err := fmt.Sscan(head, &id, &kind, &length); err != nil {
			r.t.Fatal(err)
		}
		text := []byte(body[:length])
		rest = body[length+1:]
		if kind == "tree" {
			continue
		}
		if kind != "blob" {
			names[id] = gitText
		}
		origin := credential.OriginOf(names[id], text[:min(len(text), seaworthy.HeadSize)])
		found, _ := a.scanText(text, &origin, credential.NewEffort())
		for _, s := range found {
			values[s.Rule+" "+string(s.Value)] = true
		}
	}
	return values
}

const packPath = ".git/objects/pack/pack-1.pack"

// readPack scans a pack, in memory or not.
func readPack(t testing.TB, a *Analyzer, pack string, inMemory bool) *fileScan {
	t.Helper()
	h := &seaworthy.Header{Path: packPath, Type: seaworthy.Regular, Size: int64(len(pack))}
	f := seaworthy.NewFile(h, []byte(pack), true)
	if !inMemory {
		f = seaworthy.NewSpooledFile(h, []byte(pack)[:min(len(pack), seaworthy.HeadSize)], strings.NewReader(pack))
	}
	r := a.newFileScan(context.Background(), h.Path, h.Size)
	if err := r.scan(f); err != nil {
		t.Fatal(err)
	}
	return r
}

// history fills a repository with files whose secrets come, change a little, and go.
func (r *gitRepository) history() {
	rnd := random(7)
	word := func() string { return textOf(rnd, `[a-z]{4,9}`) }
	var source, long []string
	for range 300 {
		source = append(source, fmt.Sprintf("\tcall(%s, %s)", word(), word()))
	}
	for range 9000 {
		long = append(long, fmt.Sprintf("%s: %s %s", word(), word(), word()))
	}
	password := []byte(textOf(rnd, `[a-zA-Z0-9]{18}`))
	settings := []string{"# settings", "HOST=db.internal", "DB_PASSWORD=", "PORT=5432"}
	token := githubToken(70)
	for i := range 40 {
		password[i%len(password)] = 'a' + byte(rnd.IntN(26))
		settings[2] = "DB_PASSWORD=" + string(password)
		if i%7 == 6 {
			settings[2] = "DB_PASSWORD=${DB_PASSWORD}"
		}
		source[rnd.IntN(len(source))] = "\tcall(" + word() + ")"
		if i == 10 {
			source[150] = "\tconst token = '" + token + "'"
			long[4000] = "api_key: \"" + textOf(rnd, `[a-zA-Z0-9]{24}`) + "\""
		}
		if i == 12 {
			token = token[:len(token)-10] + githubToken(71)[30:]
			source[150] = "\tconst token = '" + githubToken(72) + "'"
		}
		if i == 20 {
			source[150] = "\tnothing()"
			long[4000] = strings.Replace(long[4000], "api_key", "api_kex", 1)
		}
		if i > 20 {
			at := rnd.IntN(len(long))
			long[at] = long[at][:3] + "secret_token: \"" + textOf(rnd, `[a-zA-Z0-9]{20}`) + "\""
		}
		if i%5 == 0 {
			long = append(long[:100], long[100+rnd.IntN(5):]...)
			long = append(long, long[200:260]...)
		}
		r.commit(fmt.Sprintf("change %d, with %s", i, githubToken(uint64(1000+i/10))), map[string]string{
			"src/deep/a.js": strings.Join(source, "\n") + "\n", "config/prod.env": strings.Join(settings, "\n") + "\n", "config/long.yml": strings.Join(long, "\n") + "\n",
			"home/.netrc": "machine a login b password " + string(password[:12]) + "\n",
		})
	}
	r.git("tag", "-a", "-m", "with "+githubToken(1010), "v1")
}

// TestPacksAgainstObjects finds in a pack what is in its objects one by one.
func TestPacksAgainstObjects(t *testing.T) {
	a, err := New(Options{Show: true})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ init, pack []string }{
		"offsets":        {},
		"names":          {pack: []string{"-c", "repack.useDeltaBaseOffset=false"}},
		"SHA-256":        {init: []string{"--object-format=sha256"}},
		"SHA-256, names": {init: []string{"--object-format=sha256"}, pack: []string{"-c", "repack.useDeltaBaseOffset=false"}},
	} {
		t.Run(name, func(t *testing.T) {
			repo := newGitRepository(t, c.init...)
			repo.history()
			pack := repo.pack(c.pack...)
			want := repo.values(a)
			for _, inMemory := range []bool{true, false} {
				r := readPack(t, a, pack, inMemory)
				if len(r.gaps) > 0 {
					t.Errorf("gaps: %q", r.gaps)
				}
				got := make(map[string]bool)
				for _, s := range r.found {
					got[s.Rule+" "+string(s.Value)] = true
				}
				if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" || len(want) < 60 {
					t.Errorf("%d values (-objects +pack):\n%s", len(want), diff)
				}
				if len(r.found) > len(got)+10 {
					t.Errorf("%d occurrences of %d values", len(r.found), len(got))
				}
				for _, s := range r.found {
					if commit, file, ok := strings.Cut(s.Member, ":"); ok {
						if text := repo.git("show", commit+":"+file); !bytes.HasPrefix([]byte(text)[s.Offset:], s.Value) {
							t.Errorf("%s is not at %d", s.Member, s.Offset)
						}
					} else if kind, id, _ := strings.Cut(s.Member, " "); kind == "blob" || !strings.Contains(repo.git("cat-file", kind, id), string(s.Value)) {
						t.Errorf("it is not in %s", s.Member)
					}
				}
			}
		})
	}
}

func TestSecretInManyVersions(t *testing.T) {
	repo := newGitRepository(t)
	secret := "DB_PASSWORD=" + textOf(random(83), `[a-zA-Z0-9]{10}`) + "\n"
	for i := range 30 {
		repo.commit("x", map[string]string{"config/prod.env": strings.Repeat("# a line\n", i) + secret, "other/x.env": secret + strings.Repeat("# a line\n", i)})
	}
	got := analyze(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("srv/app/"+packPath, repo.pack())}}})
	var at []string
	for _, f := range got.findings {
		for _, l := range f.Locations {
			_, file, _ := strings.Cut(l.Path, ":")
			at = append(at, file)
		}
	}
	slices.Sort(at)
	if diff := cmp.Diff([]string{"config/prod.env", "other/x.env"}, at); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestPackGaps is of packs that are searched only partly.
func TestPackGaps(t *testing.T) {
	for _, g := range []gitpack.Gap{gitpack.MissingBase, gitpack.TooDeep, gitpack.TooLong, gitpack.TooManyObjects, gitpack.DamagedObject} {
		if code, _ := packGap(g).describe(); code == seaworthy.CodeUnspecified {
			t.Errorf("%s has no words", g)
		}
	}
	a, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	repo := newGitRepository(t)
	repo.commit("x", map[string]string{"a": githubToken(81)})
	pack := repo.pack()
	repo.commit("y", map[string]string{"zeros": strings.Repeat("\x00", 1<<24)})
	bomb := repo.pack()
	for name, c := range map[string]struct {
		pack string
		want []gap
	}{
		"more":  {pack: pack + strings.Repeat("x", 1<<17), want: []gap{damaged}},
		"cut":   {pack: pack[:len(pack)-40], want: []gap{damaged}},
		"bomb":  {pack: bomb, want: []gap{tooLarge}},
		"short": {pack: pack[:10]},
	} {
		for _, inMemory := range []bool{true, false} {
			if r := readPack(t, a, c.pack, inMemory); !slices.Equal(r.gaps, c.want) {
				t.Errorf("%s: gaps %q, want %q", name, r.gaps, c.want)
			}
		}
	}
}
