package filecheck

import (
	"fmt"
	"path"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// setuidInterests returns the entries that setuidChecks are about.
func setuidInterests() []check.Interest {
	return []check.Interest{
		{Name: "setuid", Header: func(h *seaworthy.Header) bool {
			return h.Mode&(seaworthy.Setuid|seaworthy.Setgid) != 0 && h.Mode&0o111 != 0 &&
				(h.Type == seaworthy.Regular || h.Type == seaworthy.Hardlink)
		}},
		{Name: "capability", Header: func(h *seaworthy.Header) bool { return h.Capability != nil }},
	}
}

// setuidChecks returns the checks of programs that run with more rights than the user who
// starts them.
func setuidChecks() []check.Check {
	return []check.Check{
		{
			ID: "setuid-added", Title: "Setuid or setgid program not installed by the distribution",
			Severity: seaworthy.Medium,
			CIS:      []string{"4.8"},
			Dockle:   []string{"CIS-DI-0008"},
			Detail:   "Anyone who runs the program has the rights of its owner or group. A bug in it, or an unexpected use, can make a user root.",
			Remedy: check.Remedy(
				"Remove the bit in the instruction that adds the file, or give the program the one file capability that it needs.",
				seaworthy.Command("chmod a-s FILE"),
				seaworthy.Note("Start containers with no-new-privileges."),
			),
			Grouped: true,
			Find:    findSetuidAdded,
		},
		{
			ID: "setuid-distribution", Title: "Setuid and setgid programs from the distribution",
			Severity: seaworthy.Negligible,
			CIS:      []string{"4.8"},
			Dockle:   []string{"CIS-DI-0008"},
			Detail:   "Packages of the distribution install these programs with the bits set. Few containers need them, and many have had vulnerabilities.",
			Remedy: check.Remedy(
				"Remove the bits in a last instruction, and start containers with no-new-privileges.",
				seaworthy.Dockerfile("RUN find / -xdev -perm /6000 -type f -exec chmod a-s {} +"),
			),
			Grouped: true,
			Find:    findSetuidDistribution,
		},
		{
			ID: "setuid-writable", Title: "Setuid or setgid program writable by non-root users",
			Severity: seaworthy.High,
			CIS:      []string{"4.8"},
			Detail:   "Anyone who can write the program decides what runs with the rights of its owner.",
			Remedy:   check.Remedy("Remove write permission, or the bit if the program does not need it.", seaworthy.Command("chmod go-w FILE")),
			Find:     findSetuidWritable,
		},
		{
			ID: "file-capabilities", Title: "Program with file capabilities that are equivalent to root",
			Severity: seaworthy.High,
			CIS:      []string{"4.8"},
			Detail:   "Anyone who runs the program gets the capability, whatever the user. Container runtimes grant many of them by default.",
			Remedy: check.Remedy(
				"Remove the capabilities, or keep only those that the program needs: cap_net_bind_service for a low port, cap_net_raw for ping.",
				seaworthy.Command("setcap -r FILE"),
			),
			Grouped: true,
			Find:    findCapabilities,
		},
	}
}

// privilegedFiles returns the setuid and setgid programs: the live ones, and the removed
// ones whose path no longer has such a program. A hard link counts only if its header is
// the one that sets the bits.
func privilegedFiles(s *check.Image) []seaworthy.Entry {
	noted := s.Entries("setuid")
	type body struct{ layer, ordinal int }
	files := make(map[body]bool)
	for _, e := range noted {
		if e.Type == seaworthy.Regular {
			files[body{e.Layer, e.Ordinal}] = true
		}
	}
	var list []seaworthy.Entry
	for _, e := range noted {
		if e.Type == seaworthy.Hardlink && files[body{e.BodyLayer, e.BodyOrdinal}] {
			continue
		}
		if !e.Live() {
			if now, ok := s.Lookup(e.Path); ok && now.Mode&(e.Mode&(seaworthy.Setuid|seaworthy.Setgid)) != 0 {
				continue
			}
		}
		list = append(list, e)
	}
	return list
}

func findSetuidAdded(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, e := range privilegedFiles(s) {
		if installedPrivileged(e.Path, e.UID) {
			continue
		}
		v := check.Violation{Severity: seaworthy.Medium, Evidence: describePrivileged(&e), Locations: []seaworthy.Location{s.Location(e, 0)}}
		a, known := abuseOf(path.Base(e.Path))
		setuid := e.Mode&seaworthy.Setuid != 0
		switch {
		case isScript(e.Path):
			v.Severity, v.Title = seaworthy.Low, "Setuid or setgid script, for which the kernel ignores the bits"
		case known && a.kind <= writesFiles && setuid && e.UID == 0:
			v.Severity, v.Title = seaworthy.High, "/"+check.Shown(e.Path)+" is setuid root and "+a.kind.String()
			v.Detail = "It " + a.how + "."
		case known && setuid && e.UID == 0:
			v.Title = "/" + check.Shown(e.Path) + " is setuid root and " + a.kind.String()
			v.Detail = "It " + a.how + "."
		case !setuid && !(known && a.kind == givesShell && e.GID == 0):
			v.Severity = seaworthy.Low
		case setuid && e.UID != 0 && !known:
			v.Severity = seaworthy.Low
		}
		if !e.Live() {
			v.Severity, v.Title = seaworthy.Low, "Setuid or setgid program that a later layer removes"
			v.Detail = ""
		}
		list = append(list, v)
	}
	return list
}

func findSetuidDistribution(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, e := range privilegedFiles(s) {
		if e.Live() && installedPrivileged(e.Path, e.UID) {
			list = append(list, check.Violation{Evidence: describePrivileged(&e), Locations: []seaworthy.Location{s.Location(e, 0)}})
		}
	}
	return list
}

func findSetuidWritable(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, e := range privilegedFiles(s) {
		if !e.Live() || e.Mode&0o022 == 0 || e.Mode&0o002 == 0 && e.GID == 0 {
			continue
		}
		v := check.Violation{Evidence: describePrivileged(&e), Locations: []seaworthy.Location{s.Location(e, 0)}}
		if e.Mode&0o002 == 0 {
			v.Severity = seaworthy.Medium
		}
		list = append(list, v)
	}
	return list
}

func describePrivileged(e *seaworthy.Entry) string {
	return fmt.Sprintf("/%s mode %04o owner %d:%d", check.Shown(e.Path), e.Mode, e.UID, e.GID)
}

// isScript reports whether a name is that of a script. The kernel ignores the setuid bits
// of scripts.
func isScript(name string) bool {
	switch path.Ext(name) {
	case ".sh", ".py", ".pl", ".rb", ".js", ".bash":
		return true
	}
	return false
}

func findCapabilities(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, e := range s.Entries("capability") {
		if !e.Live() {
			if now, ok := s.Lookup(e.Path); ok && s.Capability(now) != nil {
				continue
			}
		}
		v := check.Violation{Locations: []seaworthy.Location{s.Location(e, 0)}}
		c, err := decodeCapability(s.Capability(e))
		if err != nil {
			v.Severity, v.Title = seaworthy.Low, "File capabilities that cannot be decoded"
			v.Evidence = "/" + check.Shown(e.Path) + ": " + err.Error()
			list = append(list, v)
			continue
		}
		v.Evidence = "/" + check.Shown(e.Path) + " " + c.String()
		reasons := c.rootlike()
		a, known := abuseOf(path.Base(e.Path))
		switch {
		case installedCapable(e.Path, c):
			continue
		case len(reasons) > 0:
			v.Detail = "With " + strings.Join(reasons, "; with ") + "."
			v.Title = check.Shown(e.Path) + " has file capabilities that are equivalent to root"
			if known {
				v.Detail += " The program " + a.how + "."
			}
			if c.version == 3 && c.rootID != 0 {
				v.Severity = seaworthy.Low
				v.Detail += fmt.Sprintf(" They count only in a user namespace whose root is user %d outside.", c.rootID)
			}
		case c.permitted&^harmlessCapabilities() == 0:
			continue
		default:
			v.Severity, v.Title = seaworthy.Low, "Program with more file capabilities than ping or a web server needs"
		}
		if !e.Live() {
			v.Severity, v.Title = seaworthy.Low, "Program with file capabilities that a later layer removes"
			v.Detail = ""
		}
		list = append(list, v)
	}
	return list
}

// harmlessCapabilities returns the mask of the capabilities that distributions and
// vendors give to ping, web servers, sound servers and key stores.
func harmlessCapabilities() uint64 {
	var mask uint64
	for i, name := range capabilityNames {
		switch name {
		case "cap_net_raw", "cap_net_bind_service", "cap_ipc_lock", "cap_sys_nice", "cap_wake_alarm", "cap_audit_write":
			mask |= 1 << i
		}
	}
	return mask
}
