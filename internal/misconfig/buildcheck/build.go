package buildcheck

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/account"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/instruction"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
	"seaworthy.dev/seaworthy/internal/shell"
)

// listsInterest is the interest for the package lists that an update leaves in a layer.
const listsInterest = "package-lists"

// buildInterests returns the files that buildChecks need.
func buildInterests() []check.Interest {
	return []check.Interest{{
		Name:  listsInterest,
		Under: []string{"var/lib/apt/lists", "var/cache/apk", "var/cache/dnf", "var/cache/yum", "var/cache/libdnf5", "var/cache/zypp"},
		Only: func(h *seaworthy.Header) bool {
			return h.Type == seaworthy.Regular && h.Size > 0 && !strings.HasSuffix(h.Path, "/lock")
		},
	}}
}

// buildChecks returns the checks of the steps of the build.
func buildChecks() []check.Check {
	return []check.Check{
		{
			ID: "add-instead-of-copy", Title: "ADD where COPY would do",
			Severity:   seaworthy.Low,
			CIS:        []string{"4.9"},
			Dockle:     []string{"CIS-DI-0009"},
			Aliases:    []string{"DS-0005", "AVD-DS-0005"},
			Detail:     "ADD unpacks archives and downloads URLs, depending on its source. COPY only copies.",
			Remedy:     check.Remedy("Use COPY instead of ADD, unless ADD is to unpack an archive."),
			References: []string{"https://docs.docker.com/build/building/best-practices/#add-or-copy"},
			Find:       findAdd,
		},
		{
			ID: "add-remote-unverified", Title: "ADD from a URL without a checksum",
			Severity: seaworthy.Medium,
			CIS:      []string{"4.9", "4.11"},
			Dockle:   []string{"CIS-DI-0009"},
			Detail:   "Anyone who controls the server, or the network if it is plain HTTP, decides what is in the image.",
			Remedy: check.Remedy(
				"Pin the download by its checksum, or a Git repository by its commit.",
				seaworthy.Dockerfile("ADD --checksum=sha256:… URL DEST"),
			),
			References: []string{"https://docs.docker.com/reference/dockerfile/#add---checksum"},
			Find:       findRemoteAdd,
		},
		{
			ID: "update-alone", Title: "Package lists are updated in a step that installs nothing",
			Severity: seaworthy.Medium,
			CIS:      []string{"4.7"},
			Dockle:   []string{"CIS-DI-0007"},
			Aliases:  []string{"DS-0017", "AVD-DS-0017"},
			Detail:   "The build cache keeps the step. Later builds then install from old lists, and miss newer fixes.",
			Remedy: check.Remedy(
				"Update and install in one step.",
				seaworthy.Dockerfile("RUN apt-get update && apt-get install -y PACKAGE && rm -rf /var/lib/apt/lists/*"),
			),
			References: []string{"https://docs.docker.com/build/building/best-practices/#apt-get"},
			Find:       findUpdateAlone,
		},
		{
			ID: "build-sudo", Title: "The build runs commands through sudo",
			Severity: seaworthy.Low,
			Dockle:   []string{"DKL-DI-0001"},
			Aliases:  []string{"DS-0010", "AVD-DS-0010"},
			Detail:   "The image then holds sudo and a rule for it, which help an attacker who gets into the container.",
			Remedy: check.Remedy(
				"Run the step as root, switch to the service's user afterwards, and remove sudo.",
				seaworthy.Dockerfile("USER root"),
			),
			Grouped: true,
			Find:    findSudo,
		},
		{
			ID: "build-password", Title: "The build sets the password of an account",
			Severity: seaworthy.High,
			CIS:      []string{"4.10"},
			Detail: "The step, with the password, is in the history of the image for anyone who can pull it, " +
				"and the same password works in every container.",
			Remedy: check.Remedy(
				"Remove the step and lock the account. If the password is used elsewhere, change it there.",
				seaworthy.Dockerfile("RUN passwd -l NAME"),
			),
			Find: findPasswordCommands,
		},
	}
}

func findAdd(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, in := range s.StepsOf("ADD") {
		t, ok := in.Transfer()
		if !ok || bringsRoot(s, in, t) {
			continue
		}
		for _, src := range t.Sources {
			if (src.Kind == instruction.Path || src.Kind == instruction.Hashed) && !src.Archive() && !unpacked(s, in, t, src) {
				list = append(list, check.Violation{Evidence: check.Shown(in.Redacted(s.Redactor)), Locations: []seaworthy.Location{s.StepLocation(in)}})
				break
			}
		}
	}
	return list
}

// bringsRoot reports whether a step is the first one of an image from scratch, which
// unpacks a root file system.
func bringsRoot(s *check.Image, in instruction.Instruction, t instruction.Transfer) bool {
	if t.Dest != "/" || len(t.Sources) != 1 {
		return false
	}
	first := slices.IndexFunc(s.Steps, func(in instruction.Instruction) bool { return !in.Empty })
	return first == in.History
}

// unpacked reports whether an ADD has unpacked an archive: its layer has more than the
// one file that the source could be. The sources dir: (a directory) and multi: (several
// sources) of the history are never unpacked.
func unpacked(s *check.Image, in instruction.Instruction, t instruction.Transfer, src instruction.Source) bool {
	if in.Layer < 0 || len(t.Sources) > 1 || !strings.HasPrefix(src.Text, "file:") {
		return false
	}
	files := 0
	for ordinal := range maxUnpackedEntries {
		if e, ok := s.At(in.Layer, ordinal); ok && e.Type != seaworthy.Directory {
			if files++; files > 1 {
				return true
			}
		}
	}
	return false
}

// maxUnpackedEntries limits the entries of a layer that are read to distinguish one file,
// with the directories above it, from an archive.
const maxUnpackedEntries = 64

func findRemoteAdd(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, in := range s.Steps {
		if t, ok := in.Trigger(); ok {
			in = t
		}
		t, ok := in.Transfer()
		if in.Keyword != "ADD" || !ok {
			continue
		}
		if sum, ok := in.Flag("checksum"); ok && sum != "" {
			continue
		}
		for _, src := range t.Sources {
			if src.Kind != instruction.Remote && (src.Kind != instruction.Git || pinnedCommit(src.Text)) {
				continue
			}
			v := check.Violation{Evidence: check.Shown(in.Redacted(s.Redactor)), Locations: []seaworthy.Location{s.StepLocation(in)}}
			if in.BuildKit && !strings.HasPrefix(src.Text, "http://") {
				v.Severity = seaworthy.Low
				v.Detail = "BuildKit does not record --checksum, so it may have been set. If it was, add an exception."
			}
			list = append(list, v)
		}
	}
	return list
}

// pinnedCommit reports whether a URL is that of a Git repository with a commit as its
// fragment.
func pinnedCommit(url string) bool {
	_, fragment, _ := strings.Cut(url, "#")
	ref, _, _ := strings.Cut(fragment, ":")
	return (len(ref) == 40 || len(ref) == 64) && strings.Trim(ref, "0123456789abcdef") == ""
}

// packageTool is a package manager with the arguments of its commands that update the
// package lists, and of those that install packages.
type packageTool struct {
	names    []string
	refresh  []string
	installs []string
}

var packageTools = []packageTool{
	{
		[]string{"apt-get", "apt", "aptitude"}, []string{"update"},
		[]string{"install", "reinstall", "upgrade", "dist-upgrade", "full-upgrade", "safe-upgrade", "build-dep", "download", "source", "satisfy"},
	},
	{[]string{"apk"}, []string{"update"}, []string{"add", "upgrade", "fetch", "fix"}},
	// Their update is an upgrade; only this one stops at the lists.
	{
		[]string{"yum", "dnf", "dnf5", "microdnf", "tdnf"}, []string{"makecache"},
		[]string{"install", "update", "upgrade", "reinstall", "groupinstall", "localinstall", "builddep", "download", "swap", "distro-sync", "module", "update-minimal", "upgrade-minimal"},
	},
	{
		[]string{"zypper"}, []string{"refresh", "ref"},
		[]string{"install", "in", "update", "up", "patch", "dist-upgrade", "dup", "source-install", "si"},
	},
}

func findUpdateAlone(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, r := range s.Runs {
		for _, tool := range packageTools {
			i := slices.IndexFunc(r.Commands, func(c *shell.Command) bool {
				return slices.Contains(tool.names, c.Name) && c.Has(tool.refresh...)
			})
			if i < 0 || slices.ContainsFunc(r.Commands, func(c *shell.Command) bool { return tool.uses(c) }) {
				continue
			}
			v := check.Violation{Evidence: evidenceOf(s, r.Commands[i]), Locations: r.Locations}
			switch {
			case r.Layer < 0:
				v.Detail = "It is not known whether the lists stayed in the image, since the step could not be matched with its layer."
			case len(s.Layers[r.Layer].Noted[listsInterest]) == 0:
				// Removed again, or in a cache mount: a later step cannot use them.
				continue
			}
			list = append(list, v)
		}
	}
	return list
}

// uses reports whether a command installs packages from the lists. A program other than a
// package manager, such as a script, may do so too.
func (t *packageTool) uses(c *shell.Command) bool {
	if slices.Contains(t.names, c.Name) {
		return c.Has(t.installs...)
	}
	switch c.Name {
	case "apt-fast", "debootstrap", "mk-build-deps", "gdebi", "install_packages", "install-php-extensions", "tasksel":
		return true
	}
	return strings.HasSuffix(c.Name, ".sh") || c.Name != "" && strings.HasPrefix(c.Path, "./")
}

func findSudo(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, r := range s.Runs {
		i := slices.IndexFunc(r.Commands, func(c *shell.Command) bool {
			return c.Name == "sudo" || slices.Contains(c.Via, "sudo")
		})
		if i >= 0 {
			list = append(list, check.Violation{Evidence: "sudo " + evidenceOf(s, r.Commands[i]), Locations: r.Locations})
		}
	}
	return list
}

// evidenceOf returns the first words of a command. It does not return what echo and
// printf print, which may be a password for a command that is not recognised.
func evidenceOf(s *check.Image, c *shell.Command) string {
	text, args := c.Name, c.Args[:min(len(c.Args), 3)]
	if c.Name == "echo" || c.Name == "printf" {
		args = nil
	}
	for _, a := range args {
		if strings.ContainsAny(a, " \t\n\"'") {
			a = strconv.Quote(a)
		}
		text += " " + a
	}
	if len(c.Args) > len(args) {
		text += " …"
	}
	return s.Redacted(text)
}

func findPasswordCommands(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, r := range s.Runs {
		for _, c := range r.Commands {
			secret, how := passwordOf(c)
			if secret == "" || !credential.IsValue("PASSWORD", secret) || len(list) > check.MaxFindings {
				continue
			}
			at := r.Locations[0]
			at.Instruction = check.Shown(strings.ReplaceAll(r.Redacted(s.Redactor), secret, seaworthy.RedactionMark))
			list = append(list, check.Violation{Evidence: how, Locations: []seaworthy.Location{at}})
		}
	}
	return list
}

// passwordOf returns the password, or its hash, that a command sets, and describes the
// command without it.
func passwordOf(c *shell.Command) (secret, how string) {
	switch c.Name {
	case "useradd", "usermod":
		for i, a := range c.Args {
			switch {
			case (a == "-p" || a == "--password") && i+1 < len(c.Args):
				secret = c.Args[i+1]
			case strings.HasPrefix(a, "--password="):
				secret = strings.TrimPrefix(a, "--password=")
			}
		}
		if account.IsLocked(secret) && !strings.HasPrefix(secret, "$") {
			return "", ""
		}
		return secret, fmt.Sprintf("%s -p %s", c.Name, seaworthy.RedactionMark)
	case "echo", "printf":
		to := c.FindReader(func(c *shell.Command) bool {
			return c.Name == "chpasswd" || c.Name == "passwd" && c.Has("--stdin")
		})
		if to == nil || len(c.Args) == 0 {
			return "", ""
		}
		secret = strings.TrimSuffix(c.Args[len(c.Args)-1], `\n`)
		if to.Name == "chpasswd" {
			account, password, _ := strings.Cut(secret, ":")
			return password, fmt.Sprintf("%s %s:%s | chpasswd", c.Name, check.Shown(account), seaworthy.RedactionMark)
		}
		return secret, fmt.Sprintf("%s %s | passwd --stdin", c.Name, seaworthy.RedactionMark)
	}
	return "", ""
}
