package image_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

func newContext(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}

func wantCanceled(t *testing.T, err error, start time.Time) {
	t.Helper()
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("it took %s to end", took)
	}
}

// TestCancelStdin checks that the end of the context stops the reading of a pipe without
// data.
func TestCancelStdin(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	ctx, cancel := newContext(t)
	start := time.Now()
	time.AfterFunc(50*time.Millisecond, cancel)
	_, _, err = readAll(ctx, "-", image.Options{Stdin: r})
	wantCanceled(t, err, start)
}

func TestNoImage(t *testing.T) {
	var zipped bytes.Buffer
	z := zip.NewWriter(&zipped)
	if _, err := z.Create("manifest.json"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "main.go"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	layer := write(t, "layer.tar", imagetest.Layer{imagetest.File("etc/passwd", "root")}.Tar())
	for name, test := range map[string]struct{ reference, errors, hint string }{
		"empty reference":   {"", "the reference is empty", "dir:PATH"},
		"empty file":        {write(t, "x.tar", nil), "x.tar is empty", "save the image again"},
		"zip":               {write(t, "x.tar", zipped.Bytes()), "x.tar is a zip archive, not an image", "docker save"},
		"xz":                {write(t, "x.tar", []byte("\xfd7zXZ\x00\x00")), "is compressed with xz", "xz -dc"},
		"bzip2":             {write(t, "x.tar", []byte("BZh91AY")), "is compressed with bzip2", "bzip2 -dc"},
		"JSON":              {write(t, "x.tar", []byte(` {"a": 1}`)), "is a JSON document", "docker save"},
		"text":              {write(t, "x.tar", []byte("hello")), "x.tar is not an image: it is not a tar archive", "docker save"},
		"gzip of text":      {gzipped(t, write(t, "x", []byte("hello"))), "the decompressed content of ", "docker save"},
		"gzip of nothing":   {gzipped(t, write(t, "x", nil)), "is empty", "save the image again"},
		"tar of a root":     {layer, "it has neither index.json nor manifest.json", "dir:PATH"},
		"gzip of a root":    {gzipped(t, layer), "it has neither index.json nor manifest.json", "dir:PATH"},
		"directory":         {full, "the directory " + full + " is not an image", "dir:" + full},
		"missing file":      {"./nothing.tar", "./nothing.tar: no such file or directory", "docker-archive"},
		"missing archive":   {"nothing.tar.gz", "no such file or directory", "docker-archive"},
		"no reference":      {"UPPER/case", `invalid image reference "UPPER/case": neither an existing path nor a valid image name`, "docker-archive"},
		"scheme":            {"https://alpine", "it starts with https://", "as in alpine"},
		"OCI without index": {"oci:" + full, "it has neither index.json nor manifest.json", "skopeo"},
		"OCI of nothing":    {"oci:/no/where", "no such file or directory", ""},
		"OCI of a file":     {"oci:" + layer, "is a file, not the directory", "oci-archive:" + layer},
		"archive is a dir":  {"docker-archive:" + full, "is a directory, not an archive", "oci:" + full},
		"dir of a file":     {"dir:" + layer, "is a file, not the directory", layer},
		"dir of nothing":    {"dir:", "dir: without a directory", "dir:/srv"},
		"no daemon":         {"docker-daemon:x", "cannot connect to the Docker daemon", "DOCKER_HOST"},
		"daemon of nothing": {"docker-daemon:", "docker-daemon: without the name of an image", "docker-daemon:alpine"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := readAll(t.Context(), test.reference, image.Options{Docker: image.Docker{Host: "unix:///nowhere/docker.sock"}})
			wantError(t, err, test.errors, test.hint)
		})
	}
	_, _, err := readAll(t.Context(), "docker-daemon:x", image.Options{Docker: image.Docker{Host: "ssh://somewhere"}})
	wantError(t, err, "unsupported scheme in the address ssh://somewhere of the Docker daemon", "docker save")
}

func TestTruncated(t *testing.T) {
	for name, path := range map[string]string{"docker archive": sample().DockerArchive(t, tag), "OCI archive": sample().OCIArchive(t)} {
		data := read(t, path)
		// In the middle of the largest file, the first layer.
		cut := data[:bytes.Index(data, []byte("steam"))+1+len(data)/100]
		if name == "OCI archive" {
			cut = data[:len(data)-2000]
		}
		packed := read(t, gzipped(t, path))
		for kind, file := range map[string]string{
			"plain":          write(t, "cut.tar", cut),
			"gzip of a part": gzipped(t, write(t, "cut.tar", cut)),
			"part of a gzip": write(t, "cut.tar.gz", packed[:len(packed)/2]),
		} {
			t.Run(name+" "+kind, func(t *testing.T) {
				_, _, err := readAll(t.Context(), file, image.Options{})
				wantError(t, err, "is truncated", "again")
				if err != nil && !strings.Contains(err.Error(), file) {
					t.Errorf("error %q does not name the file", err)
				}
			})
		}
	}
}

// files returns the files of a directory by name.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := make(map[string][]byte)
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		out[filepath.ToSlash(name)] = read(t, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// unpackTo writes files into a new directory.
func unpackTo(t *testing.T, files map[string][]byte) string {
	t.Helper()
	return imagetest.Unpack(t, imagetest.Archive(t, files))
}

// blobFile returns the path of a blob in an OCI layout.
func blobFile(data []byte) string {
	return "blobs/" + strings.Replace(imagetest.Digest(data), ":", "/", 1)
}

// relayout returns the files of an OCI layout whose image manifest was changed by edit.
func relayout(t *testing.T, edit func(manifest map[string]any)) map[string][]byte {
	t.Helper()
	all := files(t, sample().OCILayout(t))
	var index struct{ Manifests []struct{ Digest string } }
	if err := json.Unmarshal(all["index.json"], &index); err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(all["blobs/"+strings.Replace(index.Manifests[0].Digest, ":", "/", 1)], &m); err != nil {
		t.Fatal(err)
	}
	edit(m)
	return withManifest(t, all, m)
}

// withManifest adds a manifest to a layout and makes it the only one in index.json.
func withManifest(t *testing.T, all map[string][]byte, m any) map[string][]byte {
	t.Helper()
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	all = maps.Clone(all)
	all[blobFile(data)] = data
	all["index.json"] = fmt.Appendf(nil, `{"schemaVersion":2,"manifests":[{"digest":%q,"size":%d}]}`, imagetest.Digest(data), len(data))
	return all
}

// nest nests the manifest of a layout in indexes.
func nest(t *testing.T, all map[string][]byte, depth int) map[string][]byte {
	for range depth {
		index := json.RawMessage(all["index.json"])
		all = withManifest(t, all, index)
	}
	return all
}

// TestBadLayout reads damaged OCI layouts: as a directory, as an archive and as a
// compressed archive.
func TestBadLayout(t *testing.T) {
	good := files(t, sample().OCILayout(t))
	without := func(name string) map[string][]byte {
		all := maps.Clone(good)
		delete(all, name)
		return all
	}
	with := func(name, data string) map[string][]byte {
		all := maps.Clone(good)
		all[name] = []byte(data)
		return all
	}
	var index struct{ Manifests []struct{ Digest string } }
	if err := json.Unmarshal(good["index.json"], &index); err != nil {
		t.Fatal(err)
	}
	manifestFile := "blobs/" + strings.Replace(index.Manifests[0].Digest, ":", "/", 1)
	firstLayer := blobFile(imagetest.Gzip(sample().Layers[0].Tar()))
	set := func(key string, value any) func(map[string]any) { return func(m map[string]any) { m[key] = value } }
	layers := func(n int) []any {
		out := make([]any, n)
		for i := range out {
			out[i] = map[string]any{"digest": "sha256:" + strings.Repeat("a", 64), "size": 1}
		}
		return out
	}
	for name, test := range map[string]struct {
		files        map[string][]byte
		opt          image.Options
		tag          string
		errors, hint string
	}{
		"no manifest":         {files: without(manifestFile), errors: "manifest " + index.Manifests[0].Digest + ": not found in the "},
		"no layer":            {files: without(firstLayer), errors: "layer 0, " + imagetest.Digest(good[firstLayer]) + ": not found in the "},
		"changed manifest":    {files: with(manifestFile, strings.Replace(string(good[manifestFile]), "schema", "Schema", 1)), errors: "wrong digest"},
		"longer manifest":     {files: with(manifestFile, string(good[manifestFile])+" "), errors: "bytes, but 863 in its descriptor"},
		"shorter layer":       {files: with(firstLayer, string(good[firstLayer][:100])), errors: "layer 0, " + imagetest.Digest(good[firstLayer]) + ": wrong size: 100 bytes, but"},
		"no JSON":             {files: with("index.json", "[nonsense"), errors: "index.json: invalid JSON"},
		"another JSON":        {files: with("index.json", "[]"), errors: "index.json: invalid JSON"},
		"no version":          {files: with("index.json", "{}"), errors: "schemaVersion is 0, not 2"},
		"nothing in it":       {files: with("index.json", `{"schemaVersion":2}`), errors: "no container image in "},
		"large JSON":          {files: with("index.json", "{"+strings.Repeat(" ", 20_000)+"}"), opt: image.Options{Limits: image.Limits{JSON: 10_000}}, errors: "too large: 20002 bytes; the maximum for a JSON document is 10000"},
		"many elements":       {files: with("index.json", `{"a":[`+strings.Repeat("0,", 1_000_001)+`0]}`), errors: "elements; the maximum is 1000000"},
		"deep JSON":           {files: with("index.json", strings.Repeat("[", 20_000)), errors: "invalid JSON"},
		"schema 1":            {files: withManifest(t, good, map[string]any{"schemaVersion": 1, "fsLayers": []any{}}), errors: "Docker's schema 1", hint: "pull and push"},
		"manifest and index":  {files: relayout(t, set("manifests", []any{})), errors: "both an image manifest and an index"},
		"index as manifest":   {files: withManifest(t, good, map[string]any{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json"}), errors: "but no config"},
		"no image":            {files: relayout(t, set("config", map[string]any{"mediaType": "application/vnd.cncf.helm.config.v1+json"})), errors: `not a container image: its configuration has the type "application/vnd.cncf.helm.config.v1+json"`},
		"negative size":       {files: relayout(t, set("layers", []any{map[string]any{"digest": "sha256:" + strings.Repeat("a", 64), "size": -1}})), errors: "has a negative size, -1"},
		"no digest":           {files: relayout(t, set("layers", []any{map[string]any{"digest": "../../../etc/passwd", "size": 1}})), errors: `invalid digest "../../../etc/passwd"`},
		"digest leads away":   {files: relayout(t, set("layers", []any{map[string]any{"digest": "sha256:../../../etc/passwd", "size": 1}})), errors: "want 64 lower-case hexadecimal digits"},
		"too many layers":     {files: relayout(t, set("layers", layers(1001))), errors: "the image has 1001 layers; the maximum is 1000"},
		"diffIDs and layers":  {files: relayout(t, set("layers", layers(2))), errors: "the configuration lists 4 layers (rootfs.diff_ids), the manifest 2"},
		"nested indexes":      {files: nest(t, good, 4), errors: "indexes are nested more than 4 levels deep"},
		"too many manifests":  {files: with("index.json", `{"schemaVersion":2,"manifests":[`+strings.TrimSuffix(strings.Repeat(`{"mediaType":"x"},`, 1001), ",")+`]}`), errors: "there are more than 1000 manifests"},
		"unknown tag":         {files: good, tag: ":v9", errors: `has no image with the tag "v9"`, hint: "available: latest"},
		"several tags":        {files: with("index.json", twoTags(good["index.json"])), errors: "has several images: harbour, latest", hint: ":latest"},
		"configuration is no": {files: relayout(t, func(m map[string]any) { m["config"] = m["layers"].([]any)[0] }), errors: "not a container image: its configuration has the type"},
	} {
		t.Run(name, func(t *testing.T) {
			archive := imagetest.Archive(t, test.files)
			for kind, reference := range map[string]string{
				"layout":             "oci:" + unpackTo(t, test.files) + test.tag,
				"archive":            "oci-archive:" + archive + test.tag,
				"compressed archive": "oci-archive:" + gzipped(t, archive) + test.tag,
			} {
				t.Run(kind, func(t *testing.T) {
					_, _, err := readAll(t.Context(), reference, test.opt)
					wantError(t, err, test.errors, test.hint)
				})
			}
		})
	}
}

func twoTags(index []byte) string {
	var doc struct {
		SchemaVersion int              `json:"schemaVersion"`
		Manifests     []map[string]any `json:"manifests"`
	}
	if err := json.Unmarshal(index, &doc); err != nil {
		panic(err)
	}
	second := maps.Clone(doc.Manifests[0])
	second["annotations"] = map[string]any{"org.opencontainers.image.ref.name": "harbour"}
	doc.Manifests = append(doc.Manifests, second)
	out, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	return string(out)
}

// TestNestedIndex reads an index in an index, as BuildKit writes it.
func TestNestedIndex(t *testing.T) {
	all := nest(t, files(t, sample().OCILayout(t)), 3)
	checkSample(t, unpackTo(t, all), image.Options{})
}

// TestBadDockerArchive reads damaged docker archives, uncompressed and compressed.
func TestBadDockerArchive(t *testing.T) {
	good := imagetest.Unpack(t, sample().DockerArchive(t, tag))
	var manifest []struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	if err := json.Unmarshal(read(t, filepath.Join(good, "manifest.json")), &manifest); err != nil {
		t.Fatal(err)
	}
	config, layer := manifest[0].Config, manifest[0].Layers[0]
	edit := func(changes map[string]string) []imagetest.Entry {
		var out []imagetest.Entry
		all := files(t, good)
		for name, data := range changes {
			all[name] = []byte(data)
			if data == "" {
				delete(all, name)
			}
		}
		for name, data := range all {
			out = append(out, imagetest.File(name, string(data)))
		}
		return out
	}
	second := strings.Replace(string(read(t, filepath.Join(good, "manifest.json"))), tag, "boat:2", 1)
	other := strings.Replace(string(read(t, filepath.Join(good, config))), "bosun", "pirate", 1)
	twoImages := strings.TrimSuffix(string(read(t, filepath.Join(good, "manifest.json"))), "]") + "," + strings.Replace(strings.TrimPrefix(second, "["), config, "other.json", 1)
	for name, test := range map[string]struct {
		entries      []imagetest.Entry
		tag          string
		opt          image.Options
		errors, hint string
	}{
		"no configuration":      {entries: edit(map[string]string{config: ""}), errors: fmt.Sprintf("configuration %q: not found in the archive", config)},
		"changed configuration": {entries: edit(map[string]string{config: other}), errors: "wrong digest"},
		"no layer":              {entries: edit(map[string]string{layer: ""}), errors: fmt.Sprintf("layer 0, %q: not found in the archive", layer)},
		"link without end":      {entries: append(edit(map[string]string{layer: ""}), imagetest.Symlink(layer, "layer.tar")), errors: "the archive has a chain of more than 16 links"},
		"link out":              {entries: append(edit(map[string]string{layer: ""}), imagetest.Symlink(layer, "../../../../../../etc/passwd")), errors: "not found in the archive"},
		"two entries":           {entries: append(edit(nil), imagetest.File("./"+layer, "x")), errors: "the archive has two entries named " + fmt.Sprintf("%q", layer)},
		"device":                {entries: append(edit(nil), imagetest.Entry{Header: tar.Header{Typeflag: tar.TypeChar, Name: "null"}}), errors: `archive entry "null" is neither a file, a directory nor a link`},
		"long name":             {entries: append(edit(nil), imagetest.File(strings.Repeat("n", 5000), "x")), errors: "whose name is longer than 4096 bytes"},
		"too many entries":      {entries: edit(nil), opt: image.Options{Limits: image.Limits{ArchiveEntries: 3}}, errors: "the archive has more than 3 entries"},
		"no images":             {entries: edit(map[string]string{"manifest.json": "[]"}), errors: "manifest.json lists no image"},
		"another JSON":          {entries: edit(map[string]string{"manifest.json": "{}"}), errors: "manifest.json: invalid JSON"},
		"large JSON":            {entries: edit(map[string]string{"manifest.json": "[" + strings.Repeat(" ", 20_000) + "]"}), opt: image.Options{Limits: image.Limits{JSON: 10_000}}, errors: "too large: 20002 bytes; the maximum for a JSON document is 10000"},
		"unknown tag":           {entries: edit(nil), tag: ":boat:1", errors: `has no image named "boat:1"`, hint: "available: " + tag},
		"several images":        {entries: edit(map[string]string{"manifest.json": twoImages, "other.json": other}), errors: "has several images: ship:1, boat:2", hint: ":ship:1"},
		"two forms":             {entries: append(edit(nil), otherForm(t)...), errors: "manifest.json and index.json list different images"},
	} {
		t.Run(name, func(t *testing.T) {
			archive := write(t, "image.tar", imagetest.Layer(test.entries).Tar())
			for kind, file := range map[string]string{"plain": archive, "compressed": gzipped(t, archive)} {
				t.Run(kind, func(t *testing.T) {
					_, _, err := readAll(t.Context(), "docker-archive:"+file+test.tag, test.opt)
					wantError(t, err, test.errors, test.hint)
				})
			}
		})
	}
	t.Run("one of several images", func(t *testing.T) {
		archive := write(t, "image.tar", imagetest.Layer(edit(map[string]string{"manifest.json": twoImages, "other.json": other})).Tar())
		checkSample(t, "docker-archive:"+archive+":"+tag, image.Options{})
	})
}

// otherForm returns the files of an OCI layout with another image.
func otherForm(t *testing.T) []imagetest.Entry {
	img := sample()
	img.Config.Author = "pirate"
	var out []imagetest.Entry
	for name, data := range files(t, img.OCILayout(t)) {
		out = append(out, imagetest.File(name, string(data)))
	}
	return out
}

// TestIncompleteForm checks that an archive with both formats is read if one of them is
// incomplete.
func TestIncompleteForm(t *testing.T) {
	both := files(t, imagetest.Unpack(t, sample().DockerArchiveOCI(t, tag)))
	var index struct{ Manifests []struct{ Digest string } }
	if err := json.Unmarshal(both["index.json"], &index); err != nil {
		t.Fatal(err)
	}
	delete(both, "blobs/"+strings.Replace(index.Manifests[0].Digest, ":", "/", 1))
	archive := imagetest.Archive(t, both)
	checkSample(t, archive, image.Options{})
	checkSample(t, gzipped(t, archive), image.Options{})
}

// TestHugeDocument reads an archive whose manifest.json has a claimed size of 2 GB.
func TestHugeDocument(t *testing.T) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	const size = 2 << 30
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "manifest.json", Size: size}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("[")); err != nil {
		t.Fatal(err)
	}
	path := write(t, "huge.tar", buf.Bytes())
	if err := os.Truncate(path, int64(buf.Len())+size+2048); err != nil {
		t.Fatal(err)
	}
	_, _, err := readAll(t.Context(), path, image.Options{})
	wantError(t, err, "manifest.json: too large: 2147483648 bytes; the maximum for a JSON document is 33554432", "")
}

// TestWaste reads a stream with too much data that belongs to no image.
func TestWaste(t *testing.T) {
	archive := write(t, "x.tar", imagetest.Layer{imagetest.File("noise", strings.Repeat("x", 10_000))}.Tar())
	_, _, err := readAll(t.Context(), gzipped(t, archive), image.Options{Limits: image.Limits{ArchiveWaste: 1000}})
	wantError(t, err, "has more than 1000 bytes that belong to no image", "")
}

// TestDrain checks that a stream is read to its end: the program that writes it would
// otherwise fail, and a truncated compressed stream would not be detected.
func TestDrain(t *testing.T) {
	archive := append(read(t, sample().DockerArchive(t, tag)), make([]byte, 1<<20)...)
	rest := bytes.NewReader(archive)
	if _, _, err := readAll(t.Context(), "-", image.Options{Stdin: rest}); err != nil {
		t.Fatal(err)
	}
	if rest.Len() != 0 {
		t.Errorf("%d bytes were left in the pipe", rest.Len())
	}
	packed := read(t, gzipped(t, write(t, "padded.tar", archive)))
	_, _, err := readAll(t.Context(), write(t, "cut.tar.gz", packed[:len(packed)-4]), image.Options{})
	wantError(t, err, "cut.tar.gz is truncated", "again")
	packed[len(packed)-6] ^= 1
	_, _, err = readAll(t.Context(), write(t, "bad.tar.gz", packed), image.Options{})
	wantError(t, err, "bad.tar.gz: gzip: invalid checksum", "")
}

// TestVisitFails checks that Layers stops at the first error of visit and returns it.
func TestVisitFails(t *testing.T) {
	enough := errors.New("enough")
	for name, reference := range map[string]string{"random access": sample().OCILayout(t), "sequential": gzipped(t, sample().OCIArchive(t))} {
		t.Run(name, func(t *testing.T) {
			src, err := image.Open(t.Context(), reference, image.Options{Parallel: 1})
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			calls := 0
			err = src.Layers(t.Context(), func(context.Context, image.Blob) error { calls++; return enough })
			if !errors.Is(err, enough) || calls != 1 {
				t.Errorf("error %v after %d calls, want %v after one", err, calls, enough)
			}
		})
	}
}

// TestCancelInLayer checks that the end of the context stops the reading of a layer, for
// every kind of source.
func TestCancelInLayer(t *testing.T) {
	archive := sample().DockerArchive(t, tag)
	for name, reference := range map[string]string{
		"layout":          sample().OCILayout(t),
		"archive":         archive,
		"compressed":      gzipped(t, archive),
		"registry":        serve(t, sample().OCILayout(t)).image(),
		"standard input":  "-",
		"root filesystem": "dir:" + imagetest.Unpack(t, archive),
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := newContext(t)
			defer cancel()
			src, err := image.Open(ctx, reference, image.Options{Stdin: bytes.NewReader(read(t, archive))})
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			start := time.Now()
			err = src.Layers(ctx, func(ctx context.Context, b image.Blob) error {
				r, err := b.Open(ctx)
				if err != nil {
					return err
				}
				defer r.Close()
				if _, err := io.CopyN(io.Discard, r, 1); err != nil {
					return err
				}
				cancel()
				_, err = io.Copy(io.Discard, r)
				return err
			})
			wantCanceled(t, err, start)
		})
	}
}

// TestUnreadLayer checks that visit may skip layers and read only a part of one.
func TestUnreadLayer(t *testing.T) {
	src, err := image.Open(t.Context(), "-", image.Options{Stdin: bytes.NewReader(read(t, sample().DockerArchive(t, tag)))})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	if err := src.Layers(t.Context(), func(ctx context.Context, b image.Blob) error {
		if n++; n == 2 {
			r, err := b.Open(ctx)
			if err != nil {
				return err
			}
			_, err = io.CopyN(io.Discard, r, 10)
			return err
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if n != len(sample().Layers) || len(src.Manifests()) != 1 {
		t.Errorf("%d layers and %d manifests", n, len(src.Manifests()))
	}
}
