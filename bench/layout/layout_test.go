package layout

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

func testImage() *Image {
	file := func(name, body string) func(io.Writer) error {
		return func(w io.Writer) error {
			t := tar.NewWriter(w)
			err := t.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(body))})
			_, werr := io.WriteString(t, body)
			return errors.Join(err, werr, t.Close())
		}
	}
	return &Image{
		Reference: "test:1",
		Config:    v1.Config{Cmd: []string{"/a"}},
		Steps:     []Step{{"COPY a /", file("a", "one")}, {"CMD /a", nil}, {"COPY b /", file("b", "two")}},
	}
}

// TestImagesAreValid copies the images with skopeo, which verifies digests: a scan of an
// invalid image would end early and appear fast.
func TestImagesAreValid(t *testing.T) {
	if _, err := exec.LookPath("skopeo"); err != nil {
		t.Skip("skopeo is not installed")
	}
	dir, archive := filepath.Join(t.TempDir(), "image"), filepath.Join(t.TempDir(), "image.tar")
	if err := WriteOCI(dir, testImage()); err != nil {
		t.Fatal(err)
	}
	if err := WriteArchive(archive, testImage()); err != nil {
		t.Fatal(err)
	}
	for _, source := range []string{"oci:" + dir, "docker-archive:" + archive} {
		copied := t.TempDir()
		out, err := exec.Command("skopeo", "copy", "--insecure-policy", source, "dir:"+copied).CombinedOutput()
		if err != nil {
			t.Errorf("skopeo copy %s: %v\n%s", source, err, out)
			continue
		}
		manifest, err := os.ReadFile(filepath.Join(copied, "manifest.json"))
		if err != nil {
			t.Fatal(err)
		}
		var m v1.Manifest
		if err := json.Unmarshal(manifest, &m); err != nil {
			t.Fatal(err)
		}
		body, err := os.ReadFile(filepath.Join(copied, m.Config.Digest.Hex))
		if err != nil {
			t.Fatal(err)
		}
		var config v1.ConfigFile
		if err := json.Unmarshal(body, &config); err != nil {
			t.Fatal(err)
		}
		if len(m.Layers) != 2 || len(config.RootFS.DiffIDs) != 2 || len(config.History) != 3 || !config.History[1].EmptyLayer {
			t.Errorf("%s: %d layers, diffIDs %v, history %v: not those of three steps and two layers",
				source, len(m.Layers), config.RootFS.DiffIDs, config.History)
		}
	}
}

func TestTheSameImageTwice(t *testing.T) {
	var index [2][]byte
	for i := range index {
		dir := filepath.Join(t.TempDir(), "image")
		if err := WriteOCI(dir, testImage()); err != nil {
			t.Fatal(err)
		}
		var err error
		if index[i], err = os.ReadFile(filepath.Join(dir, "index.json")); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(index[0], index[1]) {
		t.Error("the same image was written differently")
	}
}
