package program

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"strings"
	"testing"
)

// bundledFile is a file of a .NET bundle.
type bundledFile struct {
	name, body string
	packed     bool
}

// bundleOf returns a host, files and the header that lists them, as the .NET SDK writes them.
func bundleOf(host []byte, major uint32, files ...bundledFile) []byte {
	le := binary.LittleEndian
	var out, list bytes.Buffer
	out.Write(host)
	for _, f := range files {
		body, packed := []byte(f.body), uint64(0)
		if f.packed {
			var b bytes.Buffer
			w, _ := flate.NewWriter(&b, flate.BestSpeed)
			w.Write(body)
			w.Close()
			body, packed = b.Bytes(), uint64(b.Len())
		}
		list.Write(le.AppendUint64(nil, uint64(out.Len())))
		list.Write(le.AppendUint64(nil, uint64(len(f.body))))
		if major >= 6 {
			list.Write(le.AppendUint64(nil, packed))
		}
		list.WriteByte(3)
		list.Write(binary.AppendUvarint(nil, uint64(len(f.name))))
		list.WriteString(f.name)
		out.Write(body)
	}
	header := out.Len()
	out.Write(le.AppendUint32(nil, major))
	out.Write(le.AppendUint32(nil, 0))
	out.Write(le.AppendUint32(nil, uint32(len(files))))
	out.WriteString("\x04abcd")
	if major >= 2 {
		out.Write(make([]byte, 40))
	}
	out.Write(list.Bytes())
	body := out.Bytes()
	marker := bytes.Index(body, []byte(bundleSignature))
	le.PutUint64(body[marker-8:], uint64(header))
	return body
}

// hostOf returns an ELF program whose data has the marker of a bundle.
func hostOf() []byte {
	return elfOf(segment{flags: 6, data: "data" + strings.Repeat("\x00", 12) + bundleSignature + strings.Repeat("\x01", 24)})
}

func TestBundledDeps(t *testing.T) {
	const deps = `{"libraries":{}}`
	app, config := bundledFile{name: "app.dll", body: "MZ"}, bundledFile{name: "app.runtimeconfig.json", body: "{}"}
	for _, c := range []struct {
		name string
		body []byte
		want string
		err  string
	}{
		{"no program of .NET", elfOf(segment{flags: 6, data: "data"}), "", ""},
		{"a host without a bundle", hostOf(), "", ""},
		{".NET Core 3", bundleOf(hostOf(), 1, app, bundledFile{name: "app.deps.json", body: deps}), deps, ""},
		{".NET 5", bundleOf(hostOf(), 2, app, bundledFile{name: "app.deps.json", body: deps}, config), deps, ""},
		{".NET 6 and later", bundleOf(hostOf(), 6, app, bundledFile{name: "app.deps.json", body: deps}, config), deps, ""},
		{"compressed", bundleOf(hostOf(), 6, app, bundledFile{name: "app.deps.json", body: deps, packed: true}), deps, ""},
		{"a byte order mark", bundleOf(hostOf(), 6, bundledFile{name: "app.deps.json", body: "\ufeff" + deps}), deps, ""},
		{"no deps.json", bundleOf(hostOf(), 6, app, config), "", "has no deps.json"},
		{"a later version", bundleOf(hostOf(), 7, app), "", "unknown version"},
		{"a later version with a list of dependencies", bundleOf(hostOf(), 7, app, bundledFile{name: "app.deps.json", body: "{\n  \"runtimeTarget\": {}}"}), "{\n  \"runtimeTarget\": {}}", ""},
		{"cut off", bundleOf(hostOf(), 6, app, config)[:len(bundleOf(hostOf(), 6, app, config))-4], "", "damaged"},
		{"the marker behind the segments", bundleOf(append(elfOf(segment{flags: 6, data: "data"}), strings.Repeat("\x00", 8)+bundleSignature...), 6, bundledFile{name: "a.deps.json", body: deps}), deps, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := Open(bytes.NewReader(c.body), int64(len(c.body)))
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.BundledDeps()
			if string(got) != c.want || (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}
