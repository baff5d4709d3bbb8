//go:build linux

package image_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"seaworthy.dev/seaworthy/internal/image"
)

// rootFS creates a root file system with one entry of each type.
func rootFS(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	socket, err := net.Listen("unix", at("run.sock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	for _, err := range []error{
		os.MkdirAll(at("etc"), 0o755),
		os.MkdirAll(at("usr/bin"), 0o755),
		os.WriteFile(at("etc/os-release"), []byte("ID=ship\n"), 0o644),
		os.WriteFile(at("usr/bin/b"), bytes.Repeat([]byte("x"), 100_000), 0o755),
		os.Chmod(at("usr/bin/b"), 0o4755|os.ModeSetuid),
		os.Link(at("usr/bin/b"), at("usr/bin/c")),
		os.Symlink("usr/bin", at("bin")),
		os.Symlink("/etc/shadow", at("etc/outside")),
		os.WriteFile(at("usr/bin/B"), nil, 0o600),
		syscall.Mkfifo(at("etc/fifo"), 0o600),
		os.Mkdir(at("tmp"), 0o777),
		os.Chmod(at("tmp"), 0o777|os.ModeSticky),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRootFS(t *testing.T) {
	dir := rootFS(t)
	type entry struct {
		Name, Link string
		Type       byte
		Mode       int64
		Size       int64
	}
	want := []entry{
		{"./", "", tar.TypeDir, 0o755, 0},
		{"bin", "usr/bin", tar.TypeSymlink, 0o777, 0},
		{"etc/", "", tar.TypeDir, 0o755, 0},
		{"etc/fifo", "", tar.TypeFifo, 0o600, 0},
		{"etc/os-release", "", tar.TypeReg, 0o644, 8},
		{"etc/outside", "/etc/shadow", tar.TypeSymlink, 0o777, 0},
		{"tmp/", "", tar.TypeDir, 0o1777, 0},
		{"usr/", "", tar.TypeDir, 0o755, 0},
		{"usr/bin/", "", tar.TypeDir, 0o755, 0},
		{"usr/bin/B", "", tar.TypeReg, 0o600, 0},
		{"usr/bin/b", "", tar.TypeReg, 0o4755, 100_000},
		{"usr/bin/c", "usr/bin/b", tar.TypeLink, 0o4755, 0},
	}
	var streams [][]byte
	for _, reference := range []string{"dir:" + dir, dir} {
		manifests, c, err := readAll(t.Context(), reference, image.Options{})
		if err != nil {
			t.Fatal(err)
		}
		m := manifests[0]
		if len(manifests) != 1 || m.Reference != reference || len(m.Layers) != 1 || m.Digest != "" || m.ImageID != "" {
			t.Fatalf("manifests %+v", manifests)
		}
		stream := c.data[m.Layers[0].Blob]
		streams = append(streams, stream)
		var got []entry
		for r := tar.NewReader(bytes.NewReader(stream)); ; {
			h, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, entry{h.Name, h.Linkname, h.Typeflag, h.Mode, h.Size})
			if h.Uid != os.Getuid() || h.Uname != "" {
				t.Errorf("%s belongs to %d, %q", h.Name, h.Uid, h.Uname)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("entries (-want +got):\n%s", diff)
		}
	}
	if !bytes.Equal(streams[0], streams[1]) {
		t.Error("two readings of one directory differ")
	}
}

func TestRootFSCapability(t *testing.T) {
	dir := rootFS(t)
	// cap_net_raw=ep, revision 2
	raw := "\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	if err := unix.Setxattr(filepath.Join(dir, "usr/bin/b"), "security.capability", []byte(raw), 0); err != nil {
		t.Skipf("a file capability cannot be set here: %v", err)
	}
	_, c, err := readAll(t.Context(), "dir:"+dir, image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, stream := range c.data {
		for r := tar.NewReader(bytes.NewReader(stream)); ; {
			h, err := r.Next()
			if err != nil {
				t.Fatalf("usr/bin/b was not found: %v", err)
			}
			if h.Name == "usr/bin/b" {
				if got := h.PAXRecords["SCHILY.xattr.security.capability"]; got != raw {
					t.Errorf("capability %q, want %q", got, raw)
				}
				return
			}
		}
	}
}

// TestRootFSUnreadable checks that an unreadable file is an error that names it. Root can
// read every file, so the test then runs as another user.
func TestRootFSUnreadable(t *testing.T) {
	const inside = "SEAWORTHY_TEST_ROOTFS"
	if dir := os.Getenv(inside); dir != "" {
		_, _, err := readAll(t.Context(), "dir:"+dir, image.Options{})
		wantError(t, err, "cannot read etc/secret in the root file system "+dir, "run as root")
		return
	}
	dir, err := os.MkdirTemp("", "rootfs")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	program := filepath.Join(dir, "test")
	root := filepath.Join(dir, "root")
	for _, err := range []error{
		os.Chmod(dir, 0o755),
		os.MkdirAll(filepath.Join(root, "etc"), 0o755),
		os.WriteFile(filepath.Join(root, "etc/secret"), []byte("x"), 0),
		os.WriteFile(program, read(t, os.Args[0]), 0o755),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(program, "-test.run=^TestRootFSUnreadable$")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), inside+"="+root)
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// TestRootFSLive checks that virtual file systems of the kernel are skipped and reported.
func TestRootFSLive(t *testing.T) {
	if _, err := os.Stat("/proc/self"); err != nil {
		t.Skip("there is no /proc")
	}
	manifests, c, err := readAll(t.Context(), "dir:/proc", image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if left := manifests[0].Omissions; len(left) != 1 || !strings.HasPrefix(left[0].Reason, "/proc is skipped: it is a virtual file system of the kernel (proc)") {
		t.Errorf("omissions: %q", left)
	}
	for _, stream := range c.data {
		r := tar.NewReader(bytes.NewReader(stream))
		if h, err := r.Next(); err != nil || h.Name != "./" {
			t.Fatalf("first entry %v, error %v", h, err)
		}
		if h, err := r.Next(); err != io.EOF {
			t.Errorf("second entry %v, error %v", h, err)
		}
	}
}

// TestRootFSCancel checks that the end of the context stops the reading of a directory.
func TestRootFSCancel(t *testing.T) {
	ctx, cancel := newContext(t)
	src, err := image.Open(ctx, "dir:"+rootFS(t), image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	var c contents
	cancel()
	wantCanceled(t, errors.Join(src.Layers(ctx, c.visit), src.Close()), start)
	if len(c.data) != 0 || !slices.Equal(src.Manifests()[0].Layers, []image.LayerRef{{Blob: "root file system"}}) {
		t.Errorf("manifests %+v", src.Manifests())
	}
}
