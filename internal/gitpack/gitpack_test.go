package gitpack

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy/internal/imagetest"
)

// marker returns a text that the tests search for.
func marker(seed uint64) string { return "MARK-" + letters(30, seed) + "-END" }

var markers = regexp.MustCompile(`MARK-[a-z]{30}-END`)

func letters(n int, seed uint64) string {
	b := make([]byte, n)
	rnd := rand.New(rand.NewPCG(seed, seed))
	for i := range b {
		b[i] = 'a' + byte(rnd.IntN(26))
	}
	return string(b)
}

// margin is the Options.Margin of the tests.
const margin = 1 << 10

// result is the result of reading a pack.
type result struct {
	found   []string // the markers near changes, sorted
	objects []string // a line for each object, in order
	gaps    []Gap    // sorted
	err     error
}

// readPack reads a pack from memory or from a file.
func readPack(t testing.TB, pack string, inMemory bool) *result {
	t.Helper()
	r := &result{}
	note := func(o *Object, length int) {
		commit, path := o.Name()
		r.objects = append(r.objects, fmt.Sprintf("%s %s %s:%s %d %v", o.Kind, o.ID(), commit, path, length, o.Changed))
	}
	find := func(text []byte) {
		for _, m := range markers.FindAll(text, -1) {
			if i, ok := slices.BinarySearch(r.found, string(m)); !ok {
				r.found = slices.Insert(r.found, i, string(m))
			}
		}
	}
	budget := 8<<20 + 200*int64(len(pack))
	opt := Options{
		Margin: margin, Budget: &budget,
		Object: func(o *Object) error {
			note(o, len(o.Text))
			for _, c := range o.Changed {
				if c.From < 0 || c.From > c.To || c.To > len(o.Text) {
					t.Fatalf("%v of %d bytes", c, len(o.Text))
				}
				find(o.Text[max(0, c.From-margin):min(len(o.Text), c.To+margin)])
			}
			return nil
		},
		Long: func(o *Object, text io.Reader) error {
			all, err := io.ReadAll(text)
			note(o, len(all))
			find(all)
			return err
		},
		Gap: func(g Gap) {
			if i, ok := slices.BinarySearch(r.gaps, g); !ok {
				r.gaps = slices.Insert(r.gaps, i, g)
			}
		},
	}
	if inMemory {
		opt.Body = []byte(pack)
	}
	r.err = NewReader().Read(context.Background(), strings.NewReader(pack), int64(len(pack)), opt)
	return r
}

// madePack is a pack that a test builds.
type madePack struct {
	bytes.Buffer
	count int
}

// add adds an object. Base is the base of a delta, in its encoded form.
func (p *madePack) add(kind Kind, length int, base, data []byte) (at int) {
	at = headerSize + p.Len()
	c := byte(kind)<<4 | byte(length&15)
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

func (p *madePack) whole(kind Kind, text string) int {
	return p.add(kind, len(text), nil, []byte(text))
}

// different adds a delta from the object at an offset.
func (p *madePack) different(base int, delta []byte) int {
	n := headerSize + p.Len() - base
	back := []byte{byte(n & 0x7f)}
	for n >>= 7; n > 0; n >>= 7 {
		n--
		back = append([]byte{0x80 | byte(n&0x7f)}, back...)
	}
	return p.add(ofsDelta, len(delta), back, delta)
}

func (p *madePack) String() string {
	b := binary.BigEndian.AppendUint32([]byte("PACK\x00\x00\x00\x02"), uint32(p.count))
	b = append(b, p.Bytes()...)
	sum := sha1.Sum(b)
	return string(append(b, sum[:]...))
}

// delta encodes a delta. Two numbers are the offset and length of a copy from the base, a
// string is inserted.
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
	id := sha1Format.of(Blob, []byte(text))
	return id[:sha1.Size]
}

// noise returns a megabyte that cannot be compressed.
func noise(seed uint64) string {
	b := make([]byte, 1<<20)
	rnd := rand.New(rand.NewPCG(seed, seed))
	for i := range b {
		b[i] = byte(rnd.Uint32())
	}
	return string(b)
}

// TestObjects searches for a marker in packs that store it in different ways, and checks the
// gaps.
func TestObjects(t *testing.T) {
	token := marker(80)
	other := strings.Repeat("some other line\n", 10)
	long := strings.Repeat("all work and no play\n", 10_000)
	zeros := strings.Repeat("\x00", MaxText)
	noise := noise(85) // so that the compression ratio of the pack is not too high
	for name, c := range map[string]struct {
		make func(p *madePack)
		find bool
		gaps []Gap
		err  error
		tail string
	}{
		"half of it copied": {find: true, make: func(p *madePack) {
			base := "x = " + token[:20] + "\n"
			p.different(p.whole(Blob, base), delta(len(base), 4+len(token), 0, 24, token[20:]))
		}},
		"halves that meet": {find: true, make: func(p *madePack) {
			base := token[:20] + "\n" + token[20:]
			p.different(p.whole(Blob, base), delta(len(base), len(token), 0, 20, 21, len(token)-20))
		}},
		"name copied, value inserted": {find: true, make: func(p *madePack) {
			base := long + token[:14]
			p.different(p.whole(Blob, base+"\"\n"), delta(len(base)+2, len(long)+len(token)+2, 0, len(base), token[14:]+"\"\n"))
		}},
		"difference before its base": {find: true, make: func(p *madePack) {
			p.add(refDelta, len(delta(len(other), len(token), token)), blobID(other), delta(len(other), len(token), token))
			p.whole(Blob, other)
		}},
		"what is deleted joins": {find: true, make: func(p *madePack) {
			base := long + "# " + token[:12] + long + token[12:] + "\n" + long
			p.different(p.whole(Blob, base), delta(len(base), len(base)-len(long), 0, len(long)+14, 2*len(long)+14, len(base)-2*len(long)-14))
		}},
		"commit": {find: true, make: func(p *madePack) { p.whole(Commit, "tree "+strings.Repeat("0", 40)+"\n\n"+token) }},
		"tag":    {find: true, make: func(p *madePack) { p.whole(Tag, "object "+strings.Repeat("0", 40)+"\n\n"+token) }},
		"no base": {gaps: []Gap{MissingBase}, make: func(p *madePack) {
			p.add(refDelta, len(delta(10, len(token), token)), blobID(other), delta(10, len(token), token))
		}},
		"each other's base": {gaps: []Gap{MissingBase}, make: func(p *madePack) {
			for _, other := range []string{"a" + token, "b" + token} {
				p.add(refDelta, len(delta(10, len(token), token)), blobID(other), delta(10, len(token), token))
			}
		}},
		"too deep": {gaps: []Gap{TooDeep}, make: func(p *madePack) {
			at := p.whole(Blob, other)
			for range MaxDepth {
				at = p.different(at, delta(len(other), len(other), 0, len(other)))
			}
			p.different(at, delta(len(other), len(token), token))
		}},
		"as deep as may be": {find: true, make: func(p *madePack) {
			at := p.whole(Blob, other)
			for range MaxDepth - 1 {
				at = p.different(at, delta(len(other), len(other), 0, len(other)))
			}
			p.different(at, delta(len(other), len(token), token))
		}},
		"too long a base": {find: true, gaps: []Gap{TooLong}, make: func(p *madePack) {
			p.whole(Blob, noise)
			base := zeros + "\n" + token + "\n"
			p.different(p.whole(Blob, base), delta(len(base), 10, 0, 10))
		}},
		"too long a version": {gaps: []Gap{TooLong}, make: func(p *madePack) {
			p.whole(Blob, noise)
			at := p.whole(Blob, zeros)
			at = p.different(at, delta(len(zeros), len(zeros)+1, 0, len(zeros)-1, "ab"))
			p.different(at, delta(len(zeros)+1, len(token), token))
		}},
		"wrong length of the base": {gaps: []Gap{DamagedObject}, make: func(p *madePack) {
			p.different(p.whole(Blob, other), delta(len(other)+1, len(token), token))
		}},
		"a copy from nowhere": {gaps: []Gap{DamagedObject}, make: func(p *madePack) {
			p.different(p.whole(Blob, other), delta(len(other), 20+len(token), token, len(other)-10, 20))
		}},
		"too short a difference": {gaps: []Gap{DamagedObject}, make: func(p *madePack) {
			p.different(p.whole(Blob, other), delta(len(other), 20+len(token), token))
		}},
		"nothing but a length": {err: ErrDamaged, make: func(p *madePack) { p.add(Blob, 1<<40, nil, nil) }},
		"one damaged of two": {find: true, gaps: []Gap{DamagedObject}, make: func(p *madePack) {
			at := p.whole(Blob, other)
			p.different(at, []byte("\xff"+string(delta(len(other), 10, other[:10]))))
			p.different(at, delta(len(other), len(token), token))
		}},
		"bytes behind it": {find: true, err: ErrDamaged, tail: strings.Repeat("x", 30), make: func(p *madePack) { p.whole(Blob, token) }},
		"bomb": {err: ErrBudget, make: func(p *madePack) {
			at := p.whole(Blob, zeros)
			for range 300 {
				p.different(at, delta(len(zeros), len(zeros), 0, len(zeros)-1, "a"))
			}
		}},
		"a tree of long texts": {err: ErrBudget, make: func(p *madePack) {
			at := p.whole(Blob, zeros)
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
				r := readPack(t, p.String()+c.tail, inMemory)
				if diff := cmp.Diff(c.gaps, r.gaps); diff != "" {
					t.Errorf("gaps (-want +got):\n%s", diff)
				}
				if !errors.Is(r.err, c.err) {
					t.Errorf("error %v, want %v", r.err, c.err)
				}
				if c.find != (len(r.found) == 1) {
					t.Errorf("found %q", r.found)
				}
			}
		})
	}
}

// TestLongVersions rebuilds texts that do not fit into memory together.
func TestLongVersions(t *testing.T) {
	base := strings.Repeat("0123456789abcde\n", maxHeld/3/16)
	p := &madePack{}
	p.whole(Blob, noise(86))
	at := p.whole(Blob, base)
	var want []string
	for i := range 8 {
		token := marker(uint64(90 + i))
		want = append(want, token)
		next := p.different(at, delta(len(base), len(base), 0, len(base)-20, fmt.Sprintf("%020d", i)))
		leaf := p.different(at, delta(len(base), 96, 0, 96))
		p.different(leaf, delta(96, 96+len(token), 0, 96, token))
		at = next
	}
	r := readPack(t, p.String(), true)
	slices.Sort(want)
	if diff := cmp.Diff(want, r.found); diff != "" || len(r.gaps) > 0 {
		t.Errorf("(-want +got):\n%s\ngaps: %v", diff, r.gaps)
	}
}

// TestTruncatedPacks reads truncated packs up to their end.
func TestTruncatedPacks(t *testing.T) {
	p := &madePack{}
	p.whole(Blob, marker(81))
	for i := range 20 {
		text := letters(200, 82)
		p.whole(Blob, text)
		named := delta(len(text), 300, letters(300, uint64(i)))
		p.add(refDelta, len(named), blobID(text), named)
	}
	whole := p.String()
	for n := 150; n < len(whole)-sha1.Size; n += 7 {
		if r := readPack(t, whole[:n], n%2 == 0); len(r.found) != 1 || !errors.Is(r.err, ErrDamaged) {
			t.Fatalf("of %d bytes: found %d, gaps %v, error %v", n, len(r.found), r.gaps, r.err)
		}
	}
}

// TestErrorsEndRead has errors of callbacks and of the context.
func TestErrorsEndRead(t *testing.T) {
	p := &madePack{}
	p.whole(Blob, noise(1))
	p.whole(Blob, strings.Repeat("\x00", MaxText+1))
	pack := p.String()
	budget := int64(1 << 30)
	own := errors.New("enough")
	opt := Options{
		Budget: &budget, Object: func(*Object) error { return nil }, Gap: func(g Gap) { t.Errorf("gap: %s", g) },
		Long: func(*Object, io.Reader) error { return own },
	}
	if err := NewReader().Read(context.Background(), strings.NewReader(pack), int64(len(pack)), opt); !errors.Is(err, own) {
		t.Errorf("a long object: %v", err)
	}
	opt.Object = func(*Object) error { return own }
	if err := NewReader().Read(context.Background(), strings.NewReader(pack), int64(len(pack)), opt); !errors.Is(err, own) {
		t.Errorf("an object: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := NewReader().Read(ctx, strings.NewReader(pack), int64(len(pack)), opt); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := NewReader().Read(context.Background(), strings.NewReader("PACK\x00\x00\x00"), 7, opt); !errors.Is(err, ErrNoPack) {
		t.Errorf("no pack: %v", err)
	}
}

func TestNames(t *testing.T) {
	p := &madePack{}
	p.whole(Blob, "x\n")
	dir := "100644 a.env\x00" + string(blobID("x\n"))
	p.whole(tree, dir)
	dirID := sha1Format.of(tree, []byte(dir))
	root := "40000 config\x00" + string(dirID[:sha1.Size])
	p.whole(tree, root)
	rootID := sha1Format.of(tree, []byte(root))
	commit := fmt.Sprintf("tree %x\n\nx\n", rootID[:sha1.Size])
	p.whole(Commit, commit)
	commitID := sha1Format.of(Commit, []byte(commit))
	want := []string{
		fmt.Sprintf("commit %x %x: %d [{0 %d}]", commitID[:sha1.Size], commitID[:8], len(commit), len(commit)),
		fmt.Sprintf("blob %x %x:config/a.env 2 [{0 2}]", blobID("x\n"), commitID[:8]),
	}
	if diff := cmp.Diff(want, readPack(t, p.String(), true).objects); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func FuzzRead(f *testing.F) {
	p := &madePack{}
	base := strings.Repeat("some line\n", 20)
	at := p.whole(Blob, base)
	at = p.different(at, delta(len(base), 150+len(marker(84))+1, 0, 50, marker(84)+"\n", 50, 100))
	p.different(at, delta(150+len(marker(84))+1, 50, 10, 50))
	named := delta(len(base), 20, 7, 20)
	p.add(refDelta, len(named), blobID(base), named)
	dir := "100644 a.env\x00" + string(blobID(base))
	p.whole(tree, dir)
	id := sha1Format.of(tree, []byte(dir))
	p.whole(Commit, fmt.Sprintf("tree %x\n\nx\n", id[:sha1.Size]))
	f.Add([]byte(p.String()))
	f.Fuzz(func(t *testing.T, pack []byte) {
		imagetest.LimitInput(t, func() {
			if !IsPack(pack) {
				return
			}
			first := readPack(t, string(pack), true)
			second := readPack(t, string(pack), false)
			if !slices.Equal(first.objects, second.objects) || !slices.Equal(first.gaps, second.gaps) || fmt.Sprint(first.err) != fmt.Sprint(second.err) {
				t.Errorf("from memory %+v\nfrom a file %+v", first, second)
			}
		})
	})
}
