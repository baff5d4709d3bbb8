package misconfig

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// merged is a plain and slow seaworthy.Merged over the layers of a test image.
type merged struct {
	image    *seaworthy.Image
	results  [][]byte
	versions map[string][]seaworthy.Entry
	entries  []map[int]string // by layer: the path of an ordinal
}

// merge runs the analyzer's pass over each layer and merges the layers.
func merge(t *testing.T, a *Analyzer, img imagetest.Image) *merged {
	t.Helper()
	m := &merged{image: &seaworthy.Image{Reference: "test:1", Config: img.Config}, versions: map[string][]seaworthy.Entry{}}
	if img.Config.History == nil {
		for i := range img.Layers {
			m.image.Config.History = append(m.image.Config.History, seaworthy.History{CreatedBy: fmt.Sprintf("COPY layer%d / # buildkit", i)})
		}
	}
	for i, l := range img.Layers {
		m.image.Layers = append(m.image.Layers, seaworthy.Layer{Index: i})
		m.entries = append(m.entries, map[int]string{})
		m.read(t, a, i, l.Tar())
	}
	return m
}

func (m *merged) read(t *testing.T, a *Analyzer, layer int, data []byte) {
	t.Helper()
	p := a.Open()
	r := tar.NewReader(bytes.NewReader(data))
	for ordinal := 0; ; ordinal++ {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(path.Clean("/"+h.Name), "/")
		dir, base := path.Split(name)
		if removed, ok := strings.CutPrefix(base, ".wh."); ok {
			if removed == ".wh..opq" {
				m.bury(dir, layer, false)
			} else {
				m.bury(dir+removed, layer, true)
				m.bury(dir+removed+"/", layer, false)
			}
			continue
		}
		e := seaworthy.Entry{Header: header(h, name, ordinal), Layer: layer}
		if e.Type != seaworthy.Directory {
			m.bury(name+"/", layer, false)
		}
		m.bury(name, layer, true)
		m.versions[name] = append(m.versions[name], e)
		m.entries[layer][ordinal] = name
		eh := e.Header
		if want := p.Wants(&eh); want != seaworthy.Skip {
			body, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.File(t.Context(), seaworthy.NewFile(&eh, body, want == seaworthy.Body)); err != nil {
				t.Fatal(err)
			}
		}
	}
	result, err := p.Close(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m.results = append(m.results, result)
}

func header(h *tar.Header, name string, ordinal int) seaworthy.Header {
	types := map[byte]seaworthy.EntryType{
		tar.TypeDir: seaworthy.Directory, tar.TypeSymlink: seaworthy.Symlink, tar.TypeLink: seaworthy.Hardlink,
		tar.TypeChar: seaworthy.CharDevice, tar.TypeBlock: seaworthy.BlockDevice, tar.TypeFifo: seaworthy.FIFO,
	}
	e := seaworthy.Header{
		Path: name, Ordinal: ordinal, Type: types[h.Typeflag], Mode: uint16(h.Mode & 0o7777),
		UID: uint32(h.Uid), GID: uint32(h.Gid), Size: h.Size, Link: h.Linkname,
	}
	if c, ok := h.PAXRecords["SCHILY.xattr.security.capability"]; ok {
		e.Capability = []byte(c)
	}
	return e
}

// bury marks as removed what lies at a path, or below it if it is not exact.
func (m *merged) bury(at string, layer int, exact bool) {
	for name, list := range m.versions {
		if exact && name != at || !exact && !strings.HasPrefix(name, at) {
			continue
		}
		if e := &list[len(list)-1]; e.Live() && (e.Layer < layer || exact) {
			e.RemovedIn = &layer
		}
	}
}

func (m *merged) Image() *seaworthy.Image { return m.image }

func (m *merged) Result(_ seaworthy.Analyzer, layer int) []byte { return m.results[layer] }

func (m *merged) At(layer, ordinal int) (seaworthy.Entry, bool) {
	for _, e := range m.versions[m.entries[layer][ordinal]] {
		if e.Layer == layer && e.Ordinal == ordinal {
			return e, true
		}
	}
	return seaworthy.Entry{}, false
}

func (m *merged) live(name string) (seaworthy.Entry, bool) {
	list := m.versions[name]
	if len(list) == 0 || !list[len(list)-1].Live() {
		return seaworthy.Entry{}, false
	}
	return list[len(list)-1], true
}

// walk follows the links in a path, the last element's only if follow is set.
func (m *merged) walk(name string, follow bool) (string, bool) {
	rest := strings.Split(name, "/")
	at := ""
	for links := 0; len(rest) > 0; {
		next := path.Join(at, rest[0])
		rest = rest[1:]
		e, ok := m.live(next)
		if ok && e.Type == seaworthy.Symlink && (follow || len(rest) > 0) {
			if links++; links > 40 {
				return "", false
			}
			to := e.Link
			if !strings.HasPrefix(to, "/") {
				to = "/" + at + "/" + to
			}
			rest = append(strings.Split(strings.TrimPrefix(path.Clean(to), "/"), "/"), rest...)
			at = ""
			continue
		}
		at = next
	}
	return at, true
}

func (m *merged) Lookup(name string) (seaworthy.Entry, bool) {
	at, ok := m.walk(name, false)
	if !ok {
		return seaworthy.Entry{}, false
	}
	return m.live(at)
}

func (m *merged) Resolve(name string) (seaworthy.Entry, bool) {
	at, ok := m.walk(name, true)
	if !ok {
		return seaworthy.Entry{}, false
	}
	return m.live(at)
}

func (m *merged) List(dir string) []seaworthy.Entry {
	at, ok := m.walk(dir, true)
	if !ok {
		return nil
	}
	var list []seaworthy.Entry
	for e := range m.Live() {
		if parent := strings.TrimSuffix(path.Dir("/" + e.Path)[1:], "/"); parent == at && e.Path != "" {
			list = append(list, e)
		}
	}
	return list
}

func (m *merged) Live() iter.Seq[seaworthy.Entry] {
	return func(yield func(seaworthy.Entry) bool) {
		for _, name := range slices.Sorted(maps.Keys(m.versions)) {
			if e, ok := m.live(name); ok && !yield(e) {
				return
			}
		}
	}
}

func (m *merged) Versions(name string) []seaworthy.Entry { return m.versions[name] }
