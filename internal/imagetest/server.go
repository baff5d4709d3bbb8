package imagetest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// startTimeout is the maximum time for a server to start.
const startTimeout = 60 * time.Second

// Registry starts an empty registry of the distribution project, without authentication,
// on the loopback interface, and returns its host and port. It ends with the test.
func Registry(t testing.TB) string { return registry(t, "") }

// PrivateRegistry is like Registry, but only one user may pull and push.
func PrivateRegistry(t testing.TB, user, password string) string {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	check(t, err)
	file := filepath.Join(t.TempDir(), "htpasswd")
	check(t, os.WriteFile(file, fmt.Appendf(nil, "%s:%s\n", user, hash), 0o644))
	return registry(t, fmt.Sprintf("auth:\n  htpasswd:\n    realm: test\n    path: %s\n", file))
}

// registry is Registry with further configuration.
func registry(t testing.TB, more string) string {
	t.Helper()
	program := need(t, "docker-registry")
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yml")
	check(t, os.WriteFile(config, fmt.Appendf(nil, `version: 0.1
storage:
  filesystem:
    rootdirectory: %s
http:
  addr: 127.0.0.1:0
%s`, filepath.Join(dir, "data"), more), 0o644))
	s := start(t, exec.Command(program, "serve", config))
	listening := regexp.MustCompile(`listening on (127\.0\.0\.1:\d+)`)
	var addr string
	s.wait(t, func() bool {
		if m := listening.FindStringSubmatch(s.output.String()); m != nil {
			addr = m[1]
		}
		return addr != ""
	})
	return addr
}

// DockerDaemon starts a separate Docker daemon, without network and images, and returns
// its address for DOCKER_HOST. The flags are added to those of dockerd. It requires root
// and ends with the test.
func DockerDaemon(t testing.TB, flags ...string) string {
	t.Helper()
	program := need(t, "dockerd")
	if os.Getuid() != 0 {
		skip(t, "dockerd must be started by root")
	}
	// The path of a socket can have about 100 bytes at most.
	dir, err := os.MkdirTemp("", "dockerd")
	check(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	address := "unix://" + filepath.Join(dir, "docker.sock")
	s := start(t, exec.Command(program, append([]string{"--data-root", filepath.Join(dir, "data"), "--exec-root", filepath.Join(dir, "exec"),
		"--pidfile", filepath.Join(dir, "pid"), "--host", address, "--bridge=none", "--iptables=false", "--ip6tables=false"}, flags...)...))
	s.wait(t, func() bool { return strings.Contains(s.output.String(), "API listen on") })
	return address
}

// Run runs a program and returns its standard output. The environment is that of the test
// and env.
func Run(t testing.TB, env []string, program string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(need(t, program), args...)
	cmd.Env = append(os.Environ(), env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", strings.Join(cmd.Args, " "), err, stdout.Bytes(), stderr.Bytes())
	}
	return stdout.Bytes()
}

// need returns the path of a program. If the program is missing the test is
// skipped, or fails where skip says so.
func need(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		skip(t, program+" is not installed")
	}
	return path
}

// skip skips a test that lacks what it needs. In CI all tests must run, unless
// make test INSTALL=no was asked for.
func skip(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") != "" && os.Getenv("INSTALL") != "no" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// server is a program that runs during a test.
type server struct {
	name   string
	output buffer
	exited chan struct{}
}

func start(t testing.TB, cmd *exec.Cmd) *server {
	t.Helper()
	s := &server{name: cmd.Path, exited: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &s.output, &s.output
	// A grandchild that keeps the output open must not block Wait.
	cmd.WaitDelay = 5 * time.Second
	check(t, cmd.Start())
	go func() {
		defer close(s.exited)
		_ = cmd.Wait() // the exit code does not matter: the test ends the program
	}()
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-s.exited:
		case <-time.After(20 * time.Second):
			cmd.Process.Kill()
			<-s.exited
		}
	})
	return s
}

// wait returns when the server is ready.
func (s *server) wait(t testing.TB, ready func() bool) {
	t.Helper()
	for deadline := time.Now().Add(startTimeout); ; time.Sleep(20 * time.Millisecond) {
		if ready() {
			return
		}
		select {
		case <-s.exited:
			t.Fatalf("%s ended before it served:\n%s", s.name, s.output.String())
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not serve after %s:\n%s", s.name, startTimeout, s.output.String())
		}
	}
}

// buffer is a bytes.Buffer for a writer and a reader at the same time.
type buffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements [io.Writer].
func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
