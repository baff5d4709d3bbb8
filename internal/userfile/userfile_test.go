package userfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestOpenPipe(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux reports whether a pipe has a writer")
	}
	path := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, err := openPipe(path, 50*time.Millisecond); !errors.Is(err, ErrNoWriter) || !strings.Contains(err.Error(), path) {
		t.Errorf("without a writer: %v", err)
	}
	if spent := time.Since(start); spent > 5*time.Second {
		t.Errorf("without a writer: %s", spent)
	}
	go func() {
		time.Sleep(50 * time.Millisecond)
		w, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return
		}
		time.Sleep(50 * time.Millisecond) // the reader waits for content
		io.WriteString(w, "late")
		w.Close()
	}()
	if data, err := Read(path, 10); err != nil || string(data) != "late" {
		t.Errorf("with a late writer: %q, %v", data, err)
	}
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if data, err := Read(file, 4); err != nil || string(data) != "text" {
		t.Errorf("%q, %v", data, err)
	}
	for path, want := range map[string]string{
		file: "is larger than 3 bytes", "/dev/zero": "is larger than 3 bytes", dir: "is a directory", filepath.Join(dir, "absent"): "no such file",
	} {
		if _, err := Read(path, 3); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}
