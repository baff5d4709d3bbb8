package filecheck

import (
	"fmt"
	"path"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// nodeInterests returns the entries that nodeChecks are about.
func nodeInterests() []check.Interest {
	return []check.Interest{
		{Name: "device", Header: func(h *seaworthy.Header) bool {
			// A character device without any permission is how overlayfs itself
			// marks a removed file.
			return h.Type == seaworthy.BlockDevice || h.Type == seaworthy.CharDevice && h.Mode&0o777 != 0
		}},
		{Name: "link-out", Header: func(h *seaworthy.Header) bool {
			return h.Type == seaworthy.Symlink && (leavesRoot(h.Path, h.Link) || leadsToHost(h.Link))
		}},
	}
}

// nodeChecks returns the checks of entries that are neither files nor directories.
func nodeChecks() []check.Check {
	return []check.Check{
		{
			ID: "device-node", Title: "Device nodes in the image",
			Severity: seaworthy.Low,
			Detail: "Runtimes create the devices that a container may use. A device node of the image works in a container with more " +
				"privileges than usual, and is then the host's device.",
			Remedy:  check.Remedy("Remove the device nodes in the instruction that creates them."),
			Grouped: true,
			Find:    findDevices,
		},
		{
			ID: "link-above-root", Title: "A symbolic link points above the root of the file system",
			Severity: seaworthy.Low,
			Detail: "Inside a container such a link stops at the root. A program that unpacks or copies the image carelessly follows " +
				"it into the host's files.",
			Remedy:  check.Remedy("Recreate the link with a target inside the image, with no more .. than there are directories above it."),
			Grouped: true,
			Find:    func(s *check.Image) []check.Violation { return findLinks(s, leavesRootEntry) },
		},
		{
			ID: "link-to-host", Title: "A symbolic link points to the container engine or host processes",
			Severity: seaworthy.Medium,
			Detail:   "The link is useful only in a container that has the engine's socket or the host's processes. Both are equivalent to root on the host.",
			Remedy:   check.Remedy("Remove the link, and start the container without the socket and with its own process namespace."),
			Grouped:  true,
			Find:     func(s *check.Image) []check.Violation { return findLinks(s, leadsToHostEntry) },
		},
	}
}

func findDevices(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, e := range s.Entries("device") {
		dir, base := path.Split(e.Path)
		if e.Type == seaworthy.CharDevice && harmlessDevice(base) {
			continue
		}
		v := check.Violation{Evidence: check.DescribeMode(e), Locations: []seaworthy.Location{s.Location(e, 0)}}
		switch {
		case strings.HasPrefix(dir, "dev/"):
			v.Severity, v.Title = seaworthy.Negligible, "Device nodes in /dev, which runtimes hide"
		case e.Type == seaworthy.BlockDevice, base == "mem", base == "kmem", base == "port":
			v.Severity, v.Title = seaworthy.Medium, "Device nodes of disks or memory in the image"
		}
		if !e.Live() {
			v.Severity = seaworthy.Negligible
		}
		list = append(list, v)
	}
	return list
}

// harmlessDevice reports whether a device is one that every container has, or a terminal
// that old tools create as well.
func harmlessDevice(base string) bool {
	switch base {
	case "null", "zero", "full", "random", "urandom", "tty", "console", "ptmx", "stdin", "stdout", "stderr":
		return true
	}
	return strings.HasPrefix(base, "tty") || strings.HasPrefix(base, "pty")
}

// leavesRoot reports whether the target of a symbolic link starts with more ".." elements
// than there are directories above the link.
func leavesRoot(at, link string) bool {
	if strings.HasPrefix(link, "/") {
		return strings.HasPrefix(link, "/../") || link == "/.."
	}
	climbs := 0
	for strings.HasPrefix(link, "../") {
		climbs++
		link = strings.TrimLeft(link[3:], "/")
	}
	if link == ".." {
		climbs++
	}
	return climbs > 0 && climbs > strings.Count(at, "/")
}

// leadsToHost reports whether a link leads to the socket of a container engine, or to the
// files of process 1, which is the host's if the process namespace is shared.
func leadsToHost(link string) bool {
	if rest, ok := strings.CutPrefix(link, "/proc/1/"); ok {
		return !strings.HasPrefix(rest, "fd/") // where many images send their logs
	}
	return strings.HasPrefix(link, "/proc/self/root") || strings.HasSuffix(link, ".sock") && check.NamesSocket(link)
}

func leavesRootEntry(e *seaworthy.Entry) bool  { return leavesRoot(e.Path, e.Link) }
func leadsToHostEntry(e *seaworthy.Entry) bool { return leadsToHost(e.Link) }

func findLinks(s *check.Image, bad func(*seaworthy.Entry) bool) []check.Violation {
	var list []check.Violation
	for _, e := range s.Entries("link-out") {
		if bad(&e) {
			v := check.Violation{Evidence: fmt.Sprintf("/%s -> %s", check.Shown(e.Path), check.Shown(e.Link)), Locations: []seaworthy.Location{s.Location(e, 0)}}
			if !e.Live() {
				v.Severity = seaworthy.Negligible
			}
			list = append(list, v)
		}
	}
	return list
}
