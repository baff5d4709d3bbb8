package report

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"seaworthy.dev/seaworthy"
)

// now is the time at which the fixture is reported.
var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// scanned is what a scan says of one image, and can be played to any Handler.
type scanned struct {
	provenance seaworthy.Provenance
	image      seaworthy.Image
	packages   []seaworthy.Package
	findings   []seaworthy.Finding
	coverage   []seaworthy.Coverage
	verdict    seaworthy.Verdict
}

func (s scanned) play(h seaworthy.Handler) error {
	if err := h.Provenance(&s.provenance); err != nil {
		return err
	}
	if err := h.Progress(&seaworthy.Progress{Stage: seaworthy.StageLayer, Name: "sha256:00", Read: 10, Size: 10, Layers: 1, Done: true}); err != nil {
		return err
	}
	if err := h.Image(&s.image); err != nil {
		return err
	}
	for i := range s.packages {
		if err := h.Package(&s.packages[i]); err != nil {
			return err
		}
	}
	for i := range s.findings {
		if err := h.Finding(&s.findings[i]); err != nil {
			return err
		}
	}
	for i := range s.coverage {
		if err := h.Coverage(&s.coverage[i]); err != nil {
			return err
		}
	}
	return h.Verdict(&s.verdict)
}

func digest(c string) string { return "sha256:" + strings.Repeat(c, 32) }

func ptr[T any](v T) *T { return &v }

func at(layer int, path string) seaworthy.Location {
	return seaworthy.Location{Path: path, Layer: &layer}
}

// harbour is an image with something of everything, some of it hostile.
func harbour() scanned {
	return scanned{
		provenance: seaworthy.Provenance{
			Tool:   seaworthy.Tool{Version: "0.1.0", Commit: "0123456789abcdef0123456789abcdef01234567"},
			Data:   []seaworthy.DataSource{{Source: "OSV Debian", Modified: ptr(time.Date(2026, 2, 28, 3, 0, 0, 0, time.UTC)), Digest: digest("d1")}},
			Policy: seaworthy.PolicyProvenance{Source: ".seaworthy.yaml", Digest: digest("90")},
		},
		image: seaworthy.Image{
			Reference: "registry.example/team/harbour:1.4", Digest: digest("a1"), ImageID: digest("b2"), Platform: "linux/amd64",
			OS:      &seaworthy.OS{ID: "debian", VersionID: "12", PrettyName: "Debian GNU/Linux 12 (bookworm)"},
			Created: ptr(time.Date(2024, 5, 6, 7, 8, 9, 10, time.FixedZone("", 2*3600))),
			Size:    1234567890, BaseBoundary: ptr(1),
			Base: &seaworthy.Base{Reference: "docker.io/library/debian:12", Digest: "sha256:" + strings.Repeat("d4", 32), Evidence: "the history passes from debuerreotype to BuildKit after layer 0"},
			Layers: []seaworthy.Layer{
				{Index: 0, Digest: digest("c0"), DiffID: digest("e0"), Size: 1200000000, Instruction: "ADD rootfs.tar.xz /"},
				{Index: 1, Digest: digest("c1"), DiffID: digest("e1"), Size: 34567000,
					Instruction: `RUN apt-get update && apt-get install -y --no-install-recommends sudo vim <<"EOF" && echo 'app ALL=(ALL) NOPASSWD: /usr/bin/vim' > /etc/sudoers.d/app`},
				{Index: 2, Digest: digest("c2"), DiffID: digest("e2"), Size: 890},
			},
		},
		packages: []seaworthy.Package{
			{Name: "libexpat1", Version: "2.5.0-1", Arch: "amd64", Ecosystem: seaworthy.ParseEcosystem("Debian:12"), PURL: "pkg:deb/debian/libexpat1@2.5.0-1?arch=amd64",
				Source: &seaworthy.SourcePackage{Name: "expat", Version: "2.5.0-1"}, Licenses: []string{"MIT"},
				Locations: []seaworthy.Location{at(0, "var/lib/dpkg/status")}},
			{Name: "left-pad", Version: "1.3.0", Ecosystem: seaworthy.ParseEcosystem("npm")},
		},
		findings: harbourFindings(),
		coverage: []seaworthy.Coverage{
			{Risk: seaworthy.Malware, Subject: "layer 2: opt/a\x1b[2Jb.bin", State: seaworthy.Failed, Code: seaworthy.CodeUnreadable, Reason: "the file could not be read: unexpected EOF"},
			{Risk: seaworthy.Misconfiguration, Subject: "configuration", State: seaworthy.Checked},
			{Risk: seaworthy.Misconfiguration, Subject: "etc/sudoers", State: seaworthy.Partial, Code: seaworthy.CodeLimitExceeded, Reason: "a line is longer than 64 KiB; what follows it was not read"},
			{Risk: seaworthy.Secret, Subject: "all layers", State: seaworthy.Checked},
			{Risk: seaworthy.Trust, Subject: "signatures", State: seaworthy.NotChecked, Code: seaworthy.CodeNotImplemented, Reason: "this version has no analyzer for image signatures, attestations and their policies"},
			{Risk: seaworthy.Vulnerability, Subject: "Debian:12", State: seaworthy.Checked},
			{Risk: seaworthy.Vulnerability, Subject: "npm", State: seaworthy.NotChecked, Code: seaworthy.CodeNoAdvisories, Reason: "no advisories for npm: run seaworthy db update"},
		},
		verdict: seaworthy.Verdict{Decision: seaworthy.DecisionFail, Reasons: []string{
			"2 findings of risk misconfiguration are high or worse",
			"1 finding of risk vulnerability is critical",
			"the exception for healthcheck-missing expired on 2026-01-01 and no longer counts",
		}, Unused: []seaworthy.UnusedRule{
			{Kind: seaworthy.RuleException, Source: ".seaworthy.yaml", Line: 9, Rule: "id CVE-2024-45490, package expat", Reason: "the image has no package expat", Nearest: "libexpat1, of source expat"},
			{Kind: seaworthy.RuleIgnore, Source: ".trivyignore", Line: 1, Rule: "id CVE-2019-1", Reason: "no finding has this id"},
			{Kind: seaworthy.RuleVEX, Source: "team.vex.json", Reason: "they apply to no finding", More: 17},
		}},
	}
}

func harbourFindings() []seaworthy.Finding {
	var many []seaworthy.Location
	for i := range 17 {
		many = append(many, at(1, fmt.Sprintf("usr/local/bin/tool-%02d", i)))
	}
	findings := []seaworthy.Finding{
		{Risk: seaworthy.Vulnerability, ID: "CVE-2024-45491", Aliases: []string{"DEBIAN-CVE-2024-45491"}, Severity: seaworthy.Critical, SeveritySource: "NVD",
			CVSS: []seaworthy.CVSS{{Source: "NVD", Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Score: 9.8}},
			EPSS: &seaworthy.EPSS{Score: 0.0123, Percentile: 0.85}, KEV: &seaworthy.KEV{DateAdded: "2025-01-02"},
			Title: "Integer overflow in dtdCopy", Detail: "An integer overflow can happen for nDefaultAtts on 32-bit platforms.",
			References: []string{"https://security-tracker.debian.example/CVE-2024-45491", "https://example.org/a?b=1&c=<2>"}, Techniques: []string{"T1203"},
			Package:   &seaworthy.AffectedPackage{Name: "libexpat1", Version: "2.5.0-1", Ecosystem: seaworthy.ParseEcosystem("Debian:12"), PURL: "pkg:deb/debian/libexpat1@2.5.0-1?arch=amd64", FixedVersion: "2.5.0-1+deb12u1", Status: "fixed"},
			Locations: []seaworthy.Location{at(0, "var/lib/dpkg/status")},
			Subject:   seaworthy.Subject{Kind: seaworthy.SubjectPackage, Name: "libexpat1"}, Remedy: &seaworthy.Remedy{Summary: "Upgrade libexpat1 to 2.5.0-1+deb12u1 or later.",
				Steps: []seaworthy.RemedyStep{seaworthy.Command("apt-get update && apt-get install -y --only-upgrade libexpat1")},
				Fixes: []seaworthy.Subject{{Kind: seaworthy.SubjectPackage, Name: "libexpat1"}}}, Controls: []seaworthy.Control{{Standard: "NIST SP 800-190", Item: "3.1.1"}, {Standard: "CIS Docker", Item: "4.4"}},
			VEX: &seaworthy.VEX{Status: "under_investigation", By: "harbour team"}},
		{Risk: seaworthy.Vulnerability, ID: "CVE-2023-52426", Severity: seaworthy.Negligible, Title: "Recursive XML entity expansion",
			Package:   &seaworthy.AffectedPackage{Name: "libexpat1", Version: "2.5.0-1", Ecosystem: seaworthy.ParseEcosystem("Debian:12"), Status: "will-not-fix"},
			Locations: []seaworthy.Location{at(0, "var/lib/dpkg/status")}},
		{Risk: seaworthy.Misconfiguration, ID: "sudoers-shell-escape", Severity: seaworthy.High, Title: "sudo gives app a root shell without a password",
			Detail:     "A command that starts a shell or writes files, once allowed without a password, is the same as being root.\n\nAn attacker who takes over the service takes over the container.",
			References: []string{"https://www.sudo.ws/docs/man/sudoers.man/"}, Techniques: []string{"T1548.003"},
			Locations: []seaworthy.Location{
				{Path: "etc/sudoers.d/app", Line: 1, Layer: ptr(1), Instruction: "RUN echo 'app ALL=(ALL) NOPASSWD: /usr/bin/vim' > /etc/sudoers.d/app"},
				{Path: "etc/sudoers.d/old", Line: 12, Layer: ptr(1), RemovedIn: ptr(2), Instruction: "RUN echo 'app ALL=(ALL) NOPASSWD: /usr/bin/vim' > /etc/sudoers.d/app"},
			},
			Evidence: "app ALL=(ALL) NOPASSWD: /usr/bin/vim",
			Remedy:   &seaworthy.Remedy{Summary: "Remove the rule, or name a command that can neither start a shell nor write a file."}, Controls: []seaworthy.Control{{Standard: "NIST SP 800-190", Item: "3.1.2"}}},
		{Risk: seaworthy.Misconfiguration, ID: "user-root", Severity: seaworthy.High, Title: "The container runs as root",
			Detail:    "A process that escapes from the container is root on the host.",
			Locations: []seaworthy.Location{{}},
			Evidence:  "USER is not set",
			Subject:   seaworthy.Subject{Kind: seaworthy.SubjectConfiguration, Name: "User"},
			Remedy:    &seaworthy.Remedy{Summary: "Create an account in the image, and switch to it by its number at the end of the Dockerfile.", Steps: []seaworthy.RemedyStep{seaworthy.Dockerfile("USER 10001:10001")}},
			Aliases:   []string{"CIS-DI-0001"}, Controls: []seaworthy.Control{{Standard: "NIST SP 800-190", Item: "3.1.2"}, {Standard: "CIS Docker", Item: "4.1"}, {Standard: "Dockle", Item: "CIS-DI-0001"}}},
		{Risk: seaworthy.Misconfiguration, ID: "setuid-file", Severity: seaworthy.Medium, Title: "Files run with the rights of their owner",
			Locations: many, Evidence: "mode 4755, owner 0", Remedy: &seaworthy.Remedy{Summary: "RUN chmod u-s on them, or delete them."}, Controls: []seaworthy.Control{{Standard: "CIS Docker", Item: "4.8"}}},
		{Risk: seaworthy.Misconfiguration, ID: "world-writable", Severity: seaworthy.Medium, Title: "A directory on PATH can be written by everybody",
			Locations: []seaworthy.Location{
				at(2, "opt/\xff\xfe/bin"), at(2, "opt/\u202egnp.exe"), at(2, "opt/line\nbreak\r\x1b]0;owned\a"),
				at(2, "opt/日本語/"+strings.Repeat("非常に長い", 12)), at(2, `opt/pipe|tick`+"`"+`<b>@admin</b>&%20?#`),
			},
			Evidence: "\x1b[31mdrwxrwxrwx\x1b[0m\n::error::all is well\n##[command]rm -rf /\n##vso[task.complete]done\na\u200bb\u2028c\x00d \xff e\n\n" +
				strings.Repeat("long ", 40) + strings.Repeat("w", 150) + "\n::stop-commands::x\nseven\neight\nnine",
			Remedy: &seaworthy.Remedy{Summary: "chmod o-w the directory."}},
		{Risk: seaworthy.Misconfiguration, ID: "healthcheck-missing", Severity: seaworthy.Low, Title: "There is no HEALTHCHECK",
			Locations: []seaworthy.Location{{}}, Remedy: &seaworthy.Remedy{Summary: "Add a HEALTHCHECK instruction."}, Controls: []seaworthy.Control{{Standard: "CIS Docker", Item: "4.6"}}},
		{Risk: seaworthy.Misconfiguration, ID: "add-instead-of-copy", Severity: seaworthy.Low, Title: "ADD is used where COPY serves",
			Locations: []seaworthy.Location{{Layer: ptr(0), Instruction: "ADD app.conf /etc/"}}, Exception: &seaworthy.Exception{Reason: "the base image is not ours | see ticket", Expires: "2026-12-31"}},
		{Risk: seaworthy.Misconfiguration, ID: "package-cache", Severity: seaworthy.Negligible, Title: "A package manager's cache is left in a layer",
			Locations: []seaworthy.Location{at(1, "var/cache/apt/pkgcache.bin"), at(1, "var/cache/apt/srcpkgcache.bin")}},
		{Risk: seaworthy.Secret, ID: "private-key", Severity: seaworthy.Critical, Title: "A private key is in the image",
			Locations: []seaworthy.Location{{Path: "root/.ssh/id_ed25519", Offset: 36, Layer: ptr(1), RemovedIn: ptr(2)}},
			Evidence:  `-----BEGIN ... (redacted) \ufffd`, Remedy: &seaworthy.Remedy{Summary: "Revoke the key; a later layer does not take it out of the image."}},
	}
	for i := range findings {
		findings[i].SetFingerprint()
	}
	return findings
}

// skiff is an image in which nothing was found, and of which little is known.
func skiff() scanned {
	return scanned{
		provenance: seaworthy.Provenance{Tool: seaworthy.Tool{Version: "0.1.0"}, Policy: seaworthy.PolicyProvenance{Source: "built-in"}},
		image:      seaworthy.Image{Reference: "skiff.tar", Platform: "linux/arm64/v8", Created: ptr(time.Unix(0, 0).UTC())},
		coverage: []seaworthy.Coverage{
			{Risk: seaworthy.Misconfiguration, Subject: "configuration", State: seaworthy.Checked},
			{Risk: seaworthy.Secret, Subject: "all layers", State: seaworthy.Failed, Code: seaworthy.CodeAnalyzerFailed, Reason: "the rules could not be read"},
			{Risk: seaworthy.Vulnerability, Subject: "packages", State: seaworthy.NotChecked, Code: seaworthy.CodeNotImplemented, Reason: "this version has no analyzer for it"},
		},
		verdict: seaworthy.Verdict{Decision: seaworthy.DecisionPass},
	}
}

// raft is an image with an answer that could not be given.
func raft() scanned {
	s := skiff()
	s.image = seaworthy.Image{Reference: "oci:raft", Digest: digest("f1"), ImageID: digest("f2"), Platform: "linux/amd64",
		OS: &seaworthy.OS{ID: "alpine", VersionID: "3.20"}, Size: 999, Layers: []seaworthy.Layer{{Digest: digest("f3"), DiffID: digest("f4"), Size: 999}}}
	s.coverage = []seaworthy.Coverage{
		{Risk: seaworthy.Misconfiguration, Subject: "configuration", State: seaworthy.Checked},
		{Risk: seaworthy.Vulnerability, Subject: "Alpine:v3.20", State: seaworthy.NotChecked, Code: seaworthy.CodeNoAdvisories, Reason: "no advisories for Alpine:v3.20"},
		{Risk: seaworthy.Vulnerability, Subject: "npm", State: seaworthy.NotChecked, Code: seaworthy.CodeNoAdvisories, Reason: "no advisories for npm"},
	}
	s.verdict = seaworthy.Verdict{Decision: seaworthy.DecisionIndeterminate, Reasons: []string{"the policy requires the risk vulnerability to be checked"}}
	return s
}

func fleet() []scanned { return []scanned{harbour(), skiff(), raft()} }

// write gives the report on the images in a format.
func write(t *testing.T, f Format, opt Options, images ...scanned) string {
	t.Helper()
	return written(t, f, opt, func(h seaworthy.Handler) error {
		for _, s := range images {
			if err := s.play(h); err != nil {
				return err
			}
		}
		return nil
	})
}

// flagNames are the names that the command line gives.
var flagNames = Names{Verbose: "--verbose", JSON: "--format json", Severities: "--severity"}

// written gives what a report writes of the events that play sends.
func written(t *testing.T, f Format, opt Options, play func(seaworthy.Handler) error) string {
	t.Helper()
	opt.Names = flagNames
	var b strings.Builder
	w, err := New(f, &b, opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := play(w); err != nil {
		t.Fatalf("%s: %v", f, err)
	}
	if err := w.Close(); err != nil {
		t.Fatalf("%s: Close: %v", f, err)
	}
	return b.String()
}

// failing is a writer whose disk is full.
type failing struct{}

var errDiskFull = errors.New("no space left on device")

func (failing) Write([]byte) (int, error) { return 0, errDiskFull }
