//go:build linux

package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// step is one instruction of the image: its history entry, and its action.
type step struct {
	instruction string
	do          func(context.Context, *machine) error // nil: changes the configuration only
}

const aptConfig = `Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb"; };
`

const aptInstall = "apt-get update && apt-get install -y --no-install-recommends "

var steps = []step{
	{"/bin/sh -c #(nop) ADD file:rootfs.tar in / ", debootstrap},
	{`/bin/sh -c #(nop)  CMD ["bash"]`, nil},
	runScript(aptInstall + "ca-certificates curl openssl gnupg locales sudo && rm -rf /var/lib/apt/lists/*"),
	runScript(aptInstall + "default-jre-headless maven && rm -rf /var/lib/apt/lists/*"),
	runScript(aptInstall + "python3 python3-pip python3-venv python3-numpy python3-pandas " +
		"python3-django python3-flask python3-requests python3-sqlalchemy python3-cryptography && rm -rf /var/lib/apt/lists/*"),
	runScript(aptInstall + "ruby ruby-dev bundler rails && rm -rf /var/lib/apt/lists/*"),
	runScript(aptInstall + "nginx && rm -rf /var/lib/apt/lists/* && ln -sf /dev/stdout /var/log/nginx/access.log"),
	runScript(aptInstall + "build-essential git postgresql-client && apt-get clean"),
	{"ENV NODE_ENV=production", nil},
	{"COPY package.json /srv/app/ # buildkit", writePackageJSON},
	{"RUN /bin/sh -c npm install # buildkit", npmInstall},
	{"COPY gateway /usr/local/bin/gateway # buildkit", goBinary},
	{"COPY deploy_key /root/.ssh/id_ecdsa # buildkit", writeSecret},
	runScript("rm -rf /root/.ssh /usr/share/doc/* && useradd --create-home app && chmod 777 /srv"),
	runScript("mkdir -p /var/lib/gateway && chown app /var/lib/gateway && echo 'app ALL=(ALL) NOPASSWD: /usr/bin/apt-get' >/etc/sudoers.d/app"),
	{`ENTRYPOINT ["/usr/local/bin/gateway"]`, nil},
}

// packageJSON has direct dependencies that install over a thousand packages.
const packageJSON = `{
  "name": "shop", "version": "1.0.0", "private": true,
  "dependencies": {
    "@angular/cli": "15.0.0", "express": "4.17.1", "gulp": "4.0.2", "lodash": "4.17.15",
    "mocha": "8.1.0", "react-scripts": "5.0.1", "webpack-dev-server": "4.15.1"
  }
}
`

// goSource and goModule are a program with modules that have known
// vulnerabilities.
const (
	goModule = `module example.com/gateway

go 1.20

require (
	golang.org/x/crypto v0.1.0
	golang.org/x/net v0.7.0
	golang.org/x/text v0.7.0
	gopkg.in/yaml.v2 v2.2.2
)
`
	goSource = `package main

import (
	"fmt"
	"net/http"
	"os"

	"golang.org/x/crypto/ssh"
	"golang.org/x/net/html"
	"golang.org/x/net/http2"
	"golang.org/x/text/language"
	"gopkg.in/yaml.v2"
)

func main() {
	fmt.Println(language.Make("en"), html.EscapeString("<"), ssh.KeyAlgoED25519)
	var v any
	fmt.Println(yaml.Unmarshal([]byte("a: 1"), &v), v)
	s := &http.Server{Addr: os.Getenv("LISTEN")}
	fmt.Println(http2.ConfigureServer(s, nil), s.ListenAndServe())
}
`
)

// machine is the image during the build.
type machine struct {
	root, work string
	log        *slog.Logger
}

// command runs a program of the host.
func (m *machine) command(ctx context.Context, dir string, args ...string) error {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = dir
	return m.execute(cmd)
}

func (m *machine) execute(cmd *exec.Cmd) error {
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		text := out.Bytes()
		return fmt.Errorf("running %s: %w\n%s", strings.Join(cmd.Args, " "), err, text[max(0, len(text)-4096):])
	}
	return nil
}

// writeFile writes a file of the image.
func (m *machine) writeFile(name string, body []byte, mode os.FileMode) error {
	file := filepath.Join(m.root, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(file, body, mode); err != nil {
		return err
	}
	return os.Chmod(file, mode) // independent of the umask
}

func debootstrap(ctx context.Context, m *machine) error {
	if err := m.command(ctx, "", "debootstrap", "--variant=minbase", "bookworm", m.root); err != nil {
		return err
	}
	return errors.Join(
		os.RemoveAll(filepath.Join(m.root, "var/cache/apt/archives")),
		// As in official images: no package files, no caches, no fsync.
		m.writeFile("etc/dpkg/dpkg.cfg.d/speed", []byte("force-unsafe-io\n"), 0o644),
		m.writeFile("etc/apt/apt.conf.d/clean", []byte(aptConfig), 0o644),
	)
}

// runScript is a RUN instruction: the image's own shell runs the script, with /proc and
// without starting services.
func runScript(script string) step {
	return step{"RUN /bin/sh -c " + script + " # buildkit", func(ctx context.Context, m *machine) (err error) {
		policy := filepath.Join(m.root, "usr/sbin/policy-rc.d")
		if err := os.WriteFile(policy, []byte("#!/bin/sh\nexit 101\n"), 0o755); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.Remove(policy)) }()
		proc := filepath.Join(m.root, "proc")
		if err := syscall.Mount("proc", proc, "proc", 0, ""); err != nil {
			return fmt.Errorf("mounting %s: %w", proc, err)
		}
		defer func() { err = errors.Join(err, syscall.Unmount(proc, syscall.MNT_DETACH)) }()
		cmd := exec.CommandContext(ctx, "/bin/sh", "-e", "-c", script)
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: m.root}
		cmd.Dir = "/"
		cmd.Env = []string{
			"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
			"HOME=/root", "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive",
		}
		return m.execute(cmd)
	}}
}

func writePackageJSON(_ context.Context, m *machine) error {
	return m.writeFile("srv/app/package.json", []byte(packageJSON), 0o644)
}

func npmInstall(ctx context.Context, m *machine) error {
	return m.command(ctx, filepath.Join(m.root, "srv/app"), "npm", "install",
		"--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund", "--loglevel=error")
}

func goBinary(ctx context.Context, m *machine) error {
	dir := filepath.Join(m.work, "gateway")
	err := errors.Join(
		os.MkdirAll(dir, 0o755),
		os.WriteFile(filepath.Join(dir, "go.mod"), []byte(goModule), 0o644),
		os.WriteFile(filepath.Join(dir, "main.go"), []byte(goSource), 0o644),
		os.MkdirAll(filepath.Join(m.root, "usr/local/bin"), 0o755),
	)
	if err != nil {
		return err
	}
	return m.command(ctx, dir, "go", "build", "-mod=mod", "-trimpath", "-o", filepath.Join(m.root, "usr/local/bin/gateway"), ".")
}

// writeSecret writes a new private key, which a later step removes.
func writeSecret(_ context.Context, m *machine) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	body := pem.EncodeToMemory(&pem.Block{Type: "EC " + "PRIVATE KEY", Bytes: der})
	return m.writeFile("root/.ssh/id_ecdsa", body, 0o600)
}
