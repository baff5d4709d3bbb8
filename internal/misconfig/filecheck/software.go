package filecheck

import (
	"path"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// software is a group of programs that a service does not need at run time.
type software struct {
	severity seaworthy.Severity
	title    string
	programs []string
}

// unneeded are the groups of programs, by their purpose.
var unneeded = []software{
	{
		seaworthy.Medium, "The image holds tools for attacking other machines",
		[]string{"nmap", "masscan", "zmap", "hydra", "medusa", "john", "hashcat", "sqlmap", "msfconsole", "nikto", "hping3", "arpspoof", "ettercap", "responder"},
	},
	{
		seaworthy.Low, "The image holds a server for remote login or file transfer",
		[]string{"sshd", "dropbear", "telnetd", "in.telnetd", "in.rshd", "in.rlogind", "in.ftpd", "vsftpd", "proftpd", "pure-ftpd", "in.tftpd", "xinetd", "xrdp", "vncserver", "Xvnc"},
	},
	{
		seaworthy.Low, "The image holds tools for network diagnosis and manual connections",
		[]string{"nc", "ncat", "netcat", "nc.openbsd", "nc.traditional", "socat", "tcpdump", "tshark", "ngrep", "telnet", "inetutils-telnet", "telnet.netkit", "rsh", "rlogin", "ftp", "tftp", "arp-scan", "bettercap"},
	},
	{
		seaworthy.Negligible, "The image holds compilers, build tools or debuggers",
		[]string{"gcc", "g++", "cc", "c++", "clang", "tcc", "make", "gmake", "cmake", "ninja", "go", "rustc", "cargo", "javac", "ghc", "gfortran", "gdb", "lldb", "strace", "ltrace", "autoconf"},
	},
}

// binDirectories are the directories with the programs of the system.
var binDirectories = []string{
	"bin/", "sbin/", "usr/bin/", "usr/sbin/", "usr/local/bin/", "usr/local/sbin/", "usr/lib/openssh/", "usr/local/go/bin/", "opt/java/openjdk/bin/",
}

// softwareInterests returns the programs that softwareChecks are about.
func softwareInterests() []check.Interest {
	in := check.Interest{Name: "unneeded-software", Only: func(h *seaworthy.Header) bool {
		if h.Type == seaworthy.Directory {
			return false
		}
		for _, dir := range binDirectories {
			if strings.HasPrefix(h.Path, dir) && strings.IndexByte(h.Path[len(dir):], '/') < 0 {
				return true
			}
		}
		return false
	}}
	for _, u := range unneeded {
		in.Bases = append(in.Bases, u.programs...)
	}
	return []check.Interest{in}
}

// softwareChecks returns the check of programs that a service does not need.
func softwareChecks() []check.Check {
	return []check.Check{{
		ID: "unneeded-software", Title: "The image holds software that a service does not need",
		Severity: seaworthy.Negligible,
		CIS:      []string{"4.3"},
		Detail: "Each program can have vulnerabilities, and helps an attacker who gets into the container. " +
			"In an image for building software it belongs there.",
		Remedy: check.Remedy(
			"Build in one stage and copy only what runs into the last one, on a minimal base image.",
			seaworthy.Dockerfile("COPY --from=STAGE /PATH /PATH"),
		),
		References: []string{"https://docs.docker.com/build/building/best-practices/#use-multi-stage-builds"},
		Grouped:    true,
		Find:       findSoftware,
	}}
}

func findSoftware(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, u := range unneeded {
		seen := map[string]bool{}
		for _, e := range s.Entries("unneeded-software") {
			if !e.Live() || !slices.Contains(u.programs, path.Base(e.Path)) {
				continue
			}
			real, ok := s.Resolve(e.Path)
			if !ok || multicall(real) || seen[real.Path] {
				continue
			}
			seen[real.Path] = true
			list = append(list, check.Violation{Severity: u.severity, Title: u.title, Evidence: "/" + check.Shown(e.Path), Locations: []seaworthy.Location{s.Location(e, 0)}})
		}
	}
	return list
}

// multicall reports whether a program is one that a minimal distribution has in place of
// many, such as busybox.
func multicall(e seaworthy.Entry) bool {
	name := path.Base(e.Path)
	if e.Type == seaworthy.Hardlink {
		name = path.Base(e.Link)
	}
	return strings.HasPrefix(name, "busybox") || name == "toybox" || name == "bbsuid"
}
