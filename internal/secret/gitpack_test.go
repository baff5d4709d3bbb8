package secret

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha1"
	"encoding/binary"
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
		t.Skip("git is not installed")
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

// pack gives the one pack of the repository, packed anew.
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
		pl := credential.OriginOf(names[id], text[:min(len(text), seaworthy.HeadSize)])
		found, _ := a.look(text, &pl)
		for _, s := range found {
			values[s.Rule+" "+string(s.Value)] = true
		}
	}
	return values
}

const packPath = ".git/objects/pack/pack-1.pack"

// readPack looks through a pack, in memory or not.
func readPack(t testing.TB, a *Analyzer, pack string, inMemory bool) *reading {
	t.Helper()
	h := &seaworthy.Header{Path: packPath, Type: seaworthy.Regular, Size: int64(len(pack))}
	f := seaworthy.NewFile(h, []byte(pack), true)
	if !inMemory {
		f = seaworthy.NewSpooledFile(h, []byte(pack)[:min(len(pack), seaworthy.HeadSize)], strings.NewReader(pack))
	}
	r := a.reading(context.Background(), h.Path, h.Size)
	if err := r.file(f); err != nil {
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
					t.Errorf("%d sightings of %d values", len(r.found), len(got))
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

// madePack is a pack made by hand.
type madePack struct {
	bytes.Buffer
	count int
}

// add adds an object, with what stands between its header and its data.
func (p *madePack) add(kind byte, length int, base, data []byte) (at int) {
	at = packHeadSize + p.Len()
	c := kind<<4 | byte(length&15)
	for length >>= 4; length > 0; length >>= 7 {
		p.WriteByte(c | 0x80)
		c = byte(length & 0x7f)
	}
	p.WriteByte(c)
	p.Write(base)
	z := zlib.NewWriter(p)
	z.Write(data)
	z.Close()
	p.count++
	return at
}

func (p *madePack) whole(kind byte, text string) int {
	return p.add(kind, len(text), nil, []byte(text))
}

// different adds a delta from the object at an offset.
func (p *madePack) different(base int, delta []byte) int {
	n := packHeadSize + p.Len() - base
	back := []byte{byte(n & 0x7f)}
	for n >>= 7; n > 0; n >>= 7 {
		n--
		back = append([]byte{0x80 | byte(n&0x7f)}, back...)
	}
	return p.add(packOffsetDelta, len(delta), back, delta)
}

func (p *madePack) String() string {
	b := binary.BigEndian.AppendUint32([]byte("PACK\x00\x00\x00\x02"), uint32(p.count))
	b = append(b, p.Bytes()...)
	sum := sha1.Sum(b)
	return string(append(b, sum[:]...))
}

// delta describes a text: numbers are what to copy from the base, as offset and
// length, and strings what to insert.
func delta(base, target int, ops ...any) []byte {
	d := binary.AppendUvarint(binary.AppendUvarint(nil, uint64(base)), uint64(target))
	for i := 0; i < len(ops); i++ {
		switch op := ops[i].(type) {
		case string:
			for c := range slices.Chunk([]byte(op), 127) {
				d = append(append(d, byte(len(c))), c...)
			}
		case int:
			n := ops[i+1].(int)
			d = append(d, 0xff, byte(op), byte(op>>8), byte(op>>16), byte(op>>24), byte(n), byte(n>>8), byte(n>>16))
			i++
		}
	}
	return d
}

func blobID(text string) []byte {
	id := sha1Format.of(packBlob, []byte(text))
	return id[:sha1.Size]
}

// noise is a megabyte that cannot be compressed.
func noise(seed uint64) string {
	b := make([]byte, 1<<20)
	rnd := random(seed)
	for i := range b {
		b[i] = byte(rnd.Uint32())
	}
	return string(b)
}

// TestPacksOfAllKinds finds secrets however a pack brings them about, and says what
// it does not know.
func TestPacksOfAllKinds(t *testing.T) {
	a, err := New(Options{Show: true})
	if err != nil {
		t.Fatal(err)
	}
	token := githubToken(80)
	other := strings.Repeat("some other line\n", 10)
	long := strings.Repeat("all work and no play\n", 10_000)
	zeros := strings.Repeat("\x00", maxPacked)
	noise := noise(85) // so that the pack is not too short for what comes out of it
	for name, c := range map[string]struct {
		make func(p *madePack)
		find bool
		gaps []gap
		tail string
	}{
		"half of it copied": {find: true, make: func(p *madePack) {
			base := "x = " + token[:20] + "\n"
			p.different(p.whole(packBlob, base), delta(len(base), 4+len(token), 0, 24, token[20:]))
		}},
		"halves that meet": {find: true, make: func(p *madePack) {
			base := token[:20] + "\n" + token[20:]
			p.different(p.whole(packBlob, base), delta(len(base), len(token), 0, 20, 21, len(token)-20))
		}},
		"name copied, value inserted": {find: true, make: func(p *madePack) {
			base := long + "db_password = \""
			p.different(p.whole(packBlob, base+"\"\n"), delta(len(base)+2, len(base)+20, 0, len(base), "xK4q9vbT2mWz7pRd\"\n", 0, 2))
		}},
		"difference before its base": {find: true, make: func(p *madePack) {
			p.add(packNamedDelta, len(delta(len(other), len(token), token)), blobID(other), delta(len(other), len(token), token))
			p.whole(packBlob, other)
		}},
		"what is deleted joins": {find: true, make: func(p *madePack) {
			base := long + "# " + token[:12] + long + token[12:] + "\n" + long
			p.different(p.whole(packBlob, base), delta(len(base), len(base)-len(long), 0, len(long)+14, 2*len(long)+14, len(base)-2*len(long)-14))
		}},
		"commit": {find: true, make: func(p *madePack) { p.whole(packCommit, "tree "+strings.Repeat("0", 40)+"\n\n"+token) }},
		"tag":    {find: true, make: func(p *madePack) { p.whole(packTag, "object "+strings.Repeat("0", 40)+"\n\n"+token) }},
		"no base": {gaps: []gap{packBaseless}, make: func(p *madePack) {
			p.add(packNamedDelta, len(delta(10, len(token), token)), blobID(other), delta(10, len(token), token))
		}},
		"each other's base": {gaps: []gap{packBaseless}, make: func(p *madePack) {
			for _, other := range []string{"a" + token, "b" + token} {
				p.add(packNamedDelta, len(delta(10, len(token), token)), blobID(other), delta(10, len(token), token))
			}
		}},
		"too deep": {gaps: []gap{packTooDeep}, make: func(p *madePack) {
			at := p.whole(packBlob, other)
			for range maxPackDepth {
				at = p.different(at, delta(len(other), len(other), 0, len(other)))
			}
			p.different(at, delta(len(other), len(token), token))
		}},
		"as deep as may be": {find: true, make: func(p *madePack) {
			at := p.whole(packBlob, other)
			for range maxPackDepth - 1 {
				at = p.different(at, delta(len(other), len(other), 0, len(other)))
			}
			p.different(at, delta(len(other), len(token), token))
		}},
		"too long a base": {find: true, gaps: []gap{packTooLong}, make: func(p *madePack) {
			p.whole(packBlob, noise)
			base := zeros + "\n" + token + "\n"
			p.different(p.whole(packBlob, base), delta(len(base), 10, 0, 10))
		}},
		"too long a version": {gaps: []gap{packTooLong}, make: func(p *madePack) {
			p.whole(packBlob, noise)
			at := p.whole(packBlob, zeros)
			at = p.different(at, delta(len(zeros), len(zeros)+1, 0, len(zeros)-1, "ab"))
			p.different(at, delta(len(zeros)+1, len(token), token))
		}},
		"wrong length of the base": {gaps: []gap{damaged}, make: func(p *madePack) {
			p.different(p.whole(packBlob, other), delta(len(other)+1, len(token), token))
		}},
		"a copy from nowhere": {gaps: []gap{damaged}, make: func(p *madePack) {
			p.different(p.whole(packBlob, other), delta(len(other), 20+len(token), token, len(other)-10, 20))
		}},
		"too short a difference": {gaps: []gap{damaged}, make: func(p *madePack) {
			p.different(p.whole(packBlob, other), delta(len(other), 20+len(token), token))
		}},
		"nothing but a length": {gaps: []gap{damaged}, make: func(p *madePack) { p.add(packBlob, 1<<40, nil, nil) }},
		"one damaged of two": {find: true, gaps: []gap{damaged}, make: func(p *madePack) {
			at := p.whole(packBlob, other)
			p.different(at, []byte("\xff"+string(delta(len(other), 10, other[:10]))))
			p.different(at, delta(len(other), len(token), token))
		}},
		"bytes behind it": {find: true, gaps: []gap{damaged}, tail: strings.Repeat("x", 30), make: func(p *madePack) { p.whole(packBlob, token) }},
		"bomb": {gaps: []gap{tooLarge}, make: func(p *madePack) {
			at := p.whole(packBlob, zeros)
			for range 300 {
				p.different(at, delta(len(zeros), len(zeros), 0, len(zeros)-1, "a"))
			}
		}},
		"a tree of long texts": {gaps: []gap{tooLarge}, make: func(p *madePack) {
			at := p.whole(packBlob, zeros)
			for range 200 {
				next := p.different(at, delta(len(zeros), len(zeros), 0, len(zeros)-1, "a"))
				p.different(p.different(at, delta(len(zeros), 10, 0, 10)), delta(10, 10, 0, 10))
				at = next
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			p := &madePack{}
			c.make(p)
			for _, inMemory := range []bool{true, false} {
				r := readPack(t, a, p.String()+c.tail, inMemory)
				if diff := cmp.Diff(c.gaps, r.gaps); diff != "" {
					t.Errorf("gaps (-want +got):\n%s", diff)
				}
				if c.find != (len(r.found) == 1) {
					t.Errorf("found %+v", r.found)
				}
			}
		})
	}
}

// TestLongVersions makes texts anew that did not fit into memory together.
func TestLongVersions(t *testing.T) {
	a, err := New(Options{Show: true})
	if err != nil {
		t.Fatal(err)
	}
	base := strings.Repeat("0123456789abcde\n", maxPackHeld/3/16)
	p := &madePack{}
	p.whole(packBlob, noise(86))
	at := p.whole(packBlob, base)
	var want []string
	for i := range 8 {
		token := githubToken(uint64(90 + i))
		want = append(want, token)
		next := p.different(at, delta(len(base), len(base), 0, len(base)-20, fmt.Sprintf("%020d", i)))
		leaf := p.different(at, delta(len(base), 96, 0, 96))
		p.different(leaf, delta(96, 96+len(token), 0, 96, token))
		at = next
	}
	r := readPack(t, a, p.String(), true)
	var got []string
	for _, s := range r.found {
		got = append(got, string(s.Value))
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" || len(r.gaps) > 0 {
		t.Errorf("(-want +got):\n%s\ngaps: %q", diff, r.gaps)
	}
}

// TestPacksThatAreCut are looked through as far as they go.
func TestPacksThatAreCut(t *testing.T) {
	a, err := New(Options{Show: true})
	if err != nil {
		t.Fatal(err)
	}
	p := &madePack{}
	p.whole(packBlob, githubToken(81))
	for i := range 20 {
		text := textOf(random(82), `[a-z]{200}`)
		p.whole(packBlob, text)
		named := delta(len(text), 300, textOf(random(uint64(i)), `[a-z]{300}`))
		p.add(packNamedDelta, len(named), blobID(text), named)
	}
	whole := p.String()
	for n := 150; n < len(whole)-sha1.Size; n += 7 {
		if r := readPack(t, a, whole[:n], n%2 == 0); len(r.found) != 1 || !slices.Equal(r.gaps, []gap{damaged}) {
			t.Fatalf("of %d bytes: found %d, gaps %q", n, len(r.found), r.gaps)
		}
	}
}

func TestSecretInManyVersions(t *testing.T) {
	repo := newGitRepository(t)
	secret := "DB_PASSWORD=" + textOf(random(83), `[a-zA-Z0-9]{10}`) + "\n"
	for i := range 30 {
		repo.commit("x", map[string]string{"config/prod.env": strings.Repeat("# a line\n", i) + secret, "other/x.env": secret + strings.Repeat("# a line\n", i)})
	}
	got := judge(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("srv/app/"+packPath, repo.pack())}}})
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

func FuzzGitPack(f *testing.F) {
	p := &madePack{}
	base := strings.Repeat("some line\n", 20)
	at := p.whole(packBlob, base)
	at = p.different(at, delta(len(base), 150, 0, 50, githubToken(84)+"\n", 50, 100))
	p.different(at, delta(150, 50, 10, 50))
	named := delta(len(base), 20, 7, 20)
	p.add(packNamedDelta, len(named), blobID(base), named)
	tree := "100644 a.env\x00" + string(blobID(base))
	p.whole(packTree, tree)
	id := sha1Format.of(packTree, []byte(tree))
	p.whole(packCommit, fmt.Sprintf("tree %x\n\nx\n", id[:sha1.Size]))
	f.Add([]byte(p.String()))
	a, err := New(Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, pack []byte) {
		if !bytes.HasPrefix(pack, []byte("PACK\x00\x00\x00")) {
			return
		}
		first := readPack(t, a, string(pack), true)
		second := readPack(t, a, string(pack), false)
		if len(first.found) != len(second.found) || !slices.Equal(first.gaps, second.gaps) {
			t.Errorf("in memory %d found, gaps %q; otherwise %d, %q", len(first.found), first.gaps, len(second.found), second.gaps)
		}
	})
}
